"""Table of primitives: the level-1 operations (Liu et al. 2018, section 2.3; methods A2).

A plain table. Forms, drawings, costs, networks and documents read these rows and nothing else says what a
primitive is. `none` ("no edge") is no primitive: it has id 0 and exists at every level.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from typing import Literal

NONE = 0
NONE_NAME = "none"


@dataclass(frozen=True)
class Primitive:
    """One level-1 operation; stride 1, zero-padded so that it keeps the resolution."""

    name: str
    label: str
    """Its one name on pages, in drawings and in answers of the API; `description` says what it is in full."""
    short: str
    """The same: a field of its own in the API's answers."""
    description: str
    widens_to_cell: bool
    """True: the output has the cell's width C. False: it has as many channels as the input."""
    kernel: int
    """Side of the square window in pixels (1 for identity)."""
    depthwise: bool
    """Has one kernel x kernel filter per input channel."""
    pointwise: bool
    """Has a 1x1 convolution from the input's width to C."""
    line: Literal["solid", "dashed", "dotted"]

    @property
    def has_weights(self) -> bool:
        """Convolutions carry weights and are followed by batch normalisation and ReLU."""
        return self.depthwise or self.pointwise


PRIMITIVES: tuple[Primitive, ...] = (
    Primitive(
        "conv1x1",
        "conv 1×1",
        "conv 1×1",
        "1×1 convolution of C channels, BN, ReLU",
        True,
        1,
        False,
        True,
        "solid",
    ),
    Primitive(
        "dw3x3",
        "dw 3×3",
        "dw 3×3",
        "3×3 depthwise convolution, BN, ReLU",
        False,
        3,
        True,
        False,
        "solid",
    ),
    Primitive(
        "sep3x3",
        "sep 3×3",
        "sep 3×3",
        "3×3 separable convolution of C channels, BN, ReLU",
        True,
        3,
        True,
        True,
        "solid",
    ),
    Primitive("max3x3", "max 3×3", "max 3×3", "3×3 max pooling, stride 1", False, 3, False, False, "dashed"),
    Primitive(
        "avg3x3", "avg 3×3", "avg 3×3", "3×3 average pooling, stride 1", False, 3, False, False, "dashed"
    ),
    Primitive(
        "identity", "identity", "identity", "passes its input on unchanged", False, 1, False, False, "dotted"
    ),
)

IDENTITY = "identity"
PROJECTION = "conv1x1"
"""A used motif below the top level is followed by this operation (methods A3, reading B)."""

PRIMITIVE_NAMES: tuple[str, ...] = tuple(row.name for row in PRIMITIVES)

_BY_NAME = {row.name: row for row in PRIMITIVES}


def primitive(name: str) -> Primitive:
    """The table's row of that name.

    Raises KeyError naming the value and the known names.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise KeyError(f"unknown primitive {name!r}; known are {', '.join(PRIMITIVE_NAMES)}") from None
