"""Pools by the kernels give what torch's own give, forward and backward."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from search.training.native import calls
from tests.training.native.blocks import SIZES, WIDTHS, block, close

POOLS = {
    "max3x3": lambda x: functional.max_pool2d(x, 3, 1, 1),
    "avg3x3": lambda x: functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
}


def assert_pools_equal(name: str, blocks: list[Tensor], *, adds: bool) -> None:
    leaves = [calls.map_of(each).clone().requires_grad_() for each in blocks]
    expected = [POOLS[name](leaf) for leaf in leaves]
    found = calls.pool(name, blocks)
    given = [block(tuple(each.shape[:3]), each.shape[3], seed) for seed, each in enumerate(blocks, start=5)]  # type: ignore[arg-type]
    before = [torch.ones_like(each) for each in blocks]
    towards = [each.clone() for each in before]
    calls.pool_backward(name, given, blocks, towards, [adds] * len(blocks))
    for leaf, wanted, mine, gradient, to in zip(leaves, expected, found, given, towards, strict=True):
        close(calls.map_of(mine), wanted.detach())
        if name == "max3x3":
            assert torch.equal(calls.map_of(mine), wanted.detach())  # to the last bit: scoring relies on it
        [theirs] = torch.autograd.grad(wanted, leaf, calls.map_of(gradient))
        close(calls.map_of(to) - (1 if adds else 0), theirs)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("channels", WIDTHS)
@pytest.mark.parametrize("name", POOLS)
def test_pools_equal_torch_s(name: str, channels: int, size: tuple[int, int, int]) -> None:
    blocks = [block(size, channels, seed) for seed in (1, 2)]
    for adds in (False, True):
        assert_pools_equal(name, blocks, adds=adds)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_of_equal_maxima_the_same_one_takes_the_gradient(size: tuple[int, int, int]) -> None:
    # Mostly zeros, as after a ReLU, and few values, so that nearly every maximum is there twice.
    for channels in (3, 8):
        assert_pools_equal("max3x3", [block(size, channels).relu().round()], adds=False)
        assert_pools_equal("max3x3", [torch.zeros(*size, channels, dtype=torch.float64)], adds=False)


def test_what_is_not_a_number_stays_so() -> None:
    x = block((2, 5, 5), 4)
    x[0, 2, 3, 1] = torch.nan
    [y] = calls.pool("max3x3", [x])
    assert torch.equal(calls.map_of(y).isnan(), POOLS["max3x3"](calls.map_of(x)).isnan())
    normalised, _ = calls.normalise(x, nn.BatchNorm2d(4).double())
    assert normalised[..., 1].isnan().all()
    assert not normalised[..., 0].isnan().any()
