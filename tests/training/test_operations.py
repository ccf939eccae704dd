"""The primitives as modules do what the table of primitives says."""

import pytest
import torch
from torch import nn

from search.evolution.genotypes.primitives import PRIMITIVE_NAMES, PRIMITIVES, Primitive
from search.training.network.operations import OPERATIONS, Convolution, separable


def test_every_primitive_has_a_module_and_nothing_else_has() -> None:
    assert tuple(OPERATIONS) == PRIMITIVE_NAMES


@pytest.mark.parametrize("row", PRIMITIVES, ids=lambda row: row.name)
def test_a_primitive_keeps_the_resolution_and_gives_its_width(row: Primitive) -> None:
    module = OPERATIONS[row.name](6, 4)
    for size in (1, 2, 7):
        expected = 4 if row.widens_to_cell else 6
        assert module(torch.randn(3, 6, size, size)).shape == (3, expected, size, size)
    assert bool(list(module.parameters())) == row.has_weights


@pytest.mark.parametrize("row", PRIMITIVES, ids=lambda row: row.name)
def test_what_has_weights_is_normalised_once_and_has_no_bias(row: Primitive) -> None:
    parts = list(OPERATIONS[row.name](6, 4).modules())
    assert sum(isinstance(part, nn.BatchNorm2d) for part in parts) == int(row.has_weights)
    assert all(part.bias is None for part in parts if isinstance(part, nn.Conv2d))


def test_a_convolution_is_normalised_then_rectified() -> None:
    torch.manual_seed(0)  # of unlucky weights the variance is so small that rounding shows
    module = OPERATIONS["conv1x1"](3, 5)
    assert isinstance(module, Convolution)
    x = torch.randn(8, 3, 4, 4)
    y = module(x)
    expected = torch.relu(nn.BatchNorm2d(5)(module.convolutions(x)))
    torch.testing.assert_close(y, expected)


def test_the_average_at_the_border_counts_no_padding() -> None:
    ones = torch.ones(1, 2, 5, 5)
    torch.testing.assert_close(OPERATIONS["avg3x3"](2, 4)(ones), ones)


@pytest.mark.parametrize("size,halved", [(8, 4), (7, 4), (1, 1)])
def test_stride_2_halves_upwards(size: int, halved: int) -> None:
    assert separable(3, 4, 2)(torch.randn(4, 3, size, size)).shape[-1] == halved
