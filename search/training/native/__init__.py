"""Operations of a cell written for one core of a CPU (`source/`), where torch's own spend most of their time on traffic
with memory. `replace` lets a network run by them: no other module knows what they take and give.

`library` compiles and loads them, `calls` gives them tensors, `cell` runs a cell forward and backward, `layers` what
stands between cells, `parts` is what passes between both, and `modules` are the parts of a network that use all this.

Without a C compiler nothing here is used, and everything trains by torch's own operations.
"""

from search.training.native.modules import replace, restore

__all__ = ["replace", "restore"]
