"""Host networks: the fixed layers that cells are placed in (Liu et al. 2018, figure 2; methods A8).

A host is described here as a list of layers, so that costs are counted and networks are built from one text.
Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HostKind = Literal["small", "large", "imagenet"]
FinalSeparable = Literal["none", "s1_c", "s2_2c"]

IMAGENET_GROUPS = (1, 2, 2, 2)
"""Cells in each of the four groups of the ImageNet host (methods A8)."""


class Host(BaseModel):
    """Which host, for which images. Sizes in pixels, widths in channels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: HostKind = "small"
    channels: int = Field(default=16, ge=1, le=1024)
    """c0: the width of the first cell."""
    cells: int = Field(default=1, ge=1, le=16)
    """N: cells in each group of the small and large hosts; the ImageNet host's groups are fixed."""
    image_size: int = Field(default=32, ge=1, le=1024)
    image_channels: int = Field(default=3, ge=1, le=64)
    classes: int = Field(default=10, ge=2, le=100_000)
    final_separable: FinalSeparable = "none"
    """What follows the very last cell (methods A8): nothing, or one more separable convolution."""


PAPER_HOST = Host()
"""The paper's small host on CIFAR-10: a space's limit on parameters is counted in it, whatever trains (methods A8)."""


@dataclass(frozen=True)
class HostLayer:
    """One layer. `width`: output channels; for a cell its C (its output is wider); for the last, the classes."""

    kind: Literal["conv3x3", "sep3x3", "cell", "pool_linear"]
    width: int
    stride: int = 1
    reduces: bool = False
    """A cell only: it is the last of a group, and the host's next layer takes the next group to half the size. The
    reduction cell of a pair stands here."""


def host_layers(host: Host) -> tuple[HostLayer, ...]:
    """The layers from image to logits; after each cell a separable convolution sets the next cell's width.

    conv3x3 and sep3x3 are followed by batch normalisation and ReLU and have no bias; pool_linear is a global
    average pool and a linear layer with bias. A stride of 2 takes n pixels to ceil(n / 2).
    """
    if host.kind == "imagenet":
        stem = [HostLayer("conv3x3", max(1, host.channels // 2), 2), HostLayer("conv3x3", host.channels, 2)]
        groups: tuple[int, ...] = IMAGENET_GROUPS
    else:
        stem = [HostLayer("conv3x3", host.channels)]
        groups = (host.cells,) * 3
    layers, width = stem, host.channels
    for group, cells in enumerate(groups):
        for cell in range(cells):
            last_of_group, last_group = cell == cells - 1, group == len(groups) - 1
            layers.append(HostLayer("cell", width, reduces=last_of_group and not last_group))
            if last_of_group and last_group:
                layers.extend(_final(host.final_separable, width))
            elif last_of_group:
                width *= 2
                layers.append(HostLayer("sep3x3", width, 2))
            else:
                layers.append(HostLayer("sep3x3", width))
    layers.append(HostLayer("pool_linear", host.classes))
    return tuple(layers)


def _final(choice: FinalSeparable, width: int) -> list[HostLayer]:
    if choice == "s1_c":
        return [HostLayer("sep3x3", width)]
    if choice == "s2_2c":
        return [HostLayer("sep3x3", 2 * width, 2)]
    return []
