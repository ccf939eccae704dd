"""Operations of a cell written for one core of a CPU (`source/`), where torch's own spend most of their time on traffic
with memory: `library` compiles and loads them, `calls` gives them tensors, `cell` runs a cell forward and backward,
`layers` what stands between cells, and `parts` is what passes between both.

Without a C compiler nothing here is used, and everything trains by torch's own operations.
"""
