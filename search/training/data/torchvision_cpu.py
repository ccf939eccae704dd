"""Torchvision's data sets with a CPU build of torch; import this module, never torchvision itself.

The wheel's compiled operators may want CUDA libraries. Beside a CPU build of torch they do not load, and then
importing torchvision fails because it describes two operators that nothing has declared. So they are declared
here first, without an implementation: nothing of ours calls them. On a CUDA build this does nothing.
"""

import importlib.util
from pathlib import Path

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def _operators_load() -> bool:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return True  # not installed: the import below says so
    for library in Path(spec.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(str(library))
        except OSError:
            return False
    return True


# Kept for the life of the process: torch forgets the schemas with the object.
_declared: torch.library.Library | None = None
if torch.version.cuda is None and not _operators_load():
    _declared = torch.library.Library("torchvision", "DEF")
    for _schema in _SCHEMAS:
        _declared.define(_schema)

from torchvision import datasets  # noqa: E402  # only after the declaration

__all__ = ["datasets"]
