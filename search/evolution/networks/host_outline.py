"""Outline of a host: stem, groups of cells, reductions and classifier, with the size of what leaves each.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from search.evolution.networks.host import Host, HostLayer, host_layers

PartKind = Literal["stem", "group", "reduction", "classifier"]


@dataclass(frozen=True)
class OutlineLayer:
    """A layer with the side of the feature maps that leave it, in pixels; 0: scores leave it."""

    layer: HostLayer
    side: int


@dataclass(frozen=True)
class HostPart:
    """Neighbouring layers of one purpose."""

    kind: PartKind
    layers: tuple[OutlineLayer, ...]
    number: int = 0
    """Of a group, from 1."""

    @property
    def cells(self) -> int:
        return sum(row.layer.kind == "cell" for row in self.layers)

    @property
    def width(self) -> int:
        """Channels that leave it; of a group its cells' C; of the classifier the classes."""
        return self.layers[-1].layer.width

    @property
    def side(self) -> int:
        return self.layers[-1].side


def host_outline(host: Host) -> tuple[HostPart, ...]:
    """From image to scores."""
    parts: list[HostPart] = []
    groups = 0
    for kind, rows in groupby(_sized(host), key=lambda row: _part_of(row.layer)):
        layers = tuple(rows)
        groups += kind == "group"
        parts.append(HostPart(kind, layers, groups if kind == "group" else 0))
    return tuple(parts)


def outline_text(host: Host) -> str:
    """One line for people, in plain characters.

    >>> outline_text(Host())[:93]
    'image 32x32x3 -> conv 3x3 to 16 -> group 1: 1 cell, C = 16, 32x32 -> separable 3x3 /2 to 32 -'
    """
    image = f"image {host.image_size}x{host.image_size}x{host.image_channels}"
    return " -> ".join([image, *(_words(part) for part in host_outline(host))])


def _sized(host: Host) -> Iterator[OutlineLayer]:
    side = host.image_size
    for layer in host_layers(host):
        side = -(-side // layer.stride)
        yield OutlineLayer(layer, 0 if layer.kind == "pool_linear" else side)


def _part_of(layer: HostLayer) -> PartKind:
    if layer.kind == "pool_linear":
        return "classifier"
    if layer.kind == "conv3x3":
        return "stem"
    return "reduction" if layer.stride == 2 else "group"


def _words(part: HostPart) -> str:
    if part.kind == "stem":
        return ", ".join(
            f"conv 3x3{' /2' if row.layer.stride == 2 else ''} to {row.layer.width}" for row in part.layers
        )
    if part.kind == "reduction":
        return f"separable 3x3 /2 to {part.width}"
    if part.kind == "classifier":
        return f"pool, linear to {part.width} classes"
    cells = f"{part.cells} cell{'' if part.cells == 1 else 's'}"
    return f"group {part.number}: {cells}, C = {part.width}, {part.side}x{part.side}"
