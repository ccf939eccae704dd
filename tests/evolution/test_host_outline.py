"""Outline of a host: every layer once and in order, groups as in the paper, sizes that halve."""

import pytest

from search.evolution.networks.host import Host, host_layers
from search.evolution.networks.host_outline import host_outline, outline_text


@pytest.mark.parametrize(
    "host",
    [
        Host(),
        Host(kind="large", channels=64, cells=2),
        Host(kind="imagenet", channels=64, image_size=299, classes=1000),
        Host(final_separable="s1_c"),
        Host(final_separable="s2_2c"),
    ],
)
def test_the_parts_are_the_hosts_layers_in_order(host: Host) -> None:
    parts = host_outline(host)
    assert tuple(row.layer for part in parts for row in part.layers) == host_layers(host)
    assert (parts[0].kind, parts[-1].kind) == ("stem", "classifier")


def test_groups_and_sizes_are_the_papers() -> None:
    large = host_outline(Host(kind="large", channels=64, cells=2))
    assert [(part.number, part.cells, part.width, part.side) for part in large if part.kind == "group"] == [
        (1, 2, 64, 32),
        (2, 2, 128, 16),
        (3, 2, 256, 8),
    ]
    imagenet = host_outline(Host(kind="imagenet", channels=64, image_size=299, classes=1000))
    assert [part.cells for part in imagenet if part.kind == "group"] == [1, 2, 2, 2]
    # 299 by two strides of the stem, then three reductions.
    assert [part.side for part in imagenet if part.kind == "group"] == [75, 38, 19, 10]
    assert imagenet[0].width == 64
    assert imagenet[-1].width == 1000


def test_it_is_said_in_one_line() -> None:
    assert outline_text(Host(kind="large", cells=2, channels=8, image_size=28, image_channels=1)) == (
        "image 28x28x1 -> conv 3x3 to 8 -> group 1: 2 cells, C = 8, 28x28 -> separable 3x3 /2 to 16 -> "
        "group 2: 2 cells, C = 16, 14x14 -> separable 3x3 /2 to 32 -> group 3: 2 cells, C = 32, 7x7 -> "
        "pool, linear to 10 classes"
    )
