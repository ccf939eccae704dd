"""Convolutions and normalisation by the kernels give what torch's own give, forward and backward."""

import copy

import pytest
import torch
from torch import Tensor, nn

from search.training import native
from search.training.native import calls
from search.training.native.global_pooling import average_of_pixels
from search.training.network.operations import Convolution, depthwise, full, initialise, pointwise, separable
from tests.training.native.blocks import SIZES, WIDTHS, block, close


def convolution(name: str, channels: int, count: int, out: int, stride: int) -> Convolution:
    """With weights, scales and shifts of its own, in float64."""
    made = {
        "conv1x1": lambda: pointwise(count * channels, out),
        "dw3x3": lambda: depthwise(count * channels),
        "sep3x3": lambda: separable(count * channels, out, stride),
    }[name]()
    initialise(made, torch.Generator().manual_seed(3))
    nn.init.uniform_(made.normalisation.weight, 0.5, 2.0)
    nn.init.normal_(made.normalisation.bias)
    return made.double()


CONVOLUTIONS = [
    ("conv1x1", 1), ("conv1x1", 3), ("dw3x3", 1), ("dw3x3", 3), ("sep3x3", 1), ("sep3x3", 3), ("sep3x3 by 2", 2),
]  # fmt: skip


@pytest.mark.parametrize("size", [size for size in SIZES if size[1] * size[2] > 1], ids=str)
@pytest.mark.parametrize("channels", WIDTHS)
@pytest.mark.parametrize("name,count", CONVOLUTIONS)
def test_convolutions_equal_torch_s(name: str, count: int, channels: int, size: tuple[int, int, int]) -> None:
    name, _, stride = name.partition(" by ")
    out = 2 * channels if stride else channels
    module = convolution(name, channels, count, out, int(stride or 1))  # by torch's operations
    mine = copy.deepcopy(module).normalisation
    # Large and far from zero, where a variance from sums of squares would be wrong.
    blocks = [1000 + 3 * block(size, channels, seed) for seed in range(count)]
    leaves = [calls.map_of(each).clone().requires_grad_() for each in blocks]
    expected = module(torch.cat(leaves, dim=1))
    weights: list[Tensor] = [part.weight for part in module.convolutions]  # type: ignore[misc]
    call = calls.Convolution(
        name,
        weights[0] if name != "conv1x1" else None,
        weights[-1] if name != "dw3x3" else None,
        int(stride or 1),
    )
    convolved = calls.convolution(call, blocks, mine, counts=True)
    torch.testing.assert_close(
        calls.map_of(torch.cat(convolved.result, dim=3)), expected.detach(), rtol=1e-6, atol=1e-6
    )
    for name_of, wanted in module.normalisation.named_buffers():
        torch.testing.assert_close(mine.get_buffer(name_of), wanted, rtol=1e-9, atol=1e-9)
    given = [block(tuple(each.shape[:3]), each.shape[3], 7) for each in convolved.result]  # type: ignore[arg-type]
    towards = [torch.ones_like(each) for each in blocks]
    adds = [index % 2 == 0 for index in range(count)]
    found = calls.convolution_backward(call, given, blocks, convolved, towards, adds)
    theirs = torch.autograd.grad(
        expected, [*leaves, *weights, module.normalisation.weight, module.normalisation.bias],
        calls.map_of(torch.cat(given, dim=3)),
    )  # fmt: skip
    for to, is_added, wanted in zip(towards, adds, theirs, strict=False):
        torch.testing.assert_close(calls.map_of(to) - (1 if is_added else 0), wanted, rtol=1e-5, atol=1e-6)
    for gradient, wanted in zip(found, theirs[count:], strict=True):
        torch.testing.assert_close(gradient, wanted, rtol=1e-5, atol=1e-5 * float(wanted.abs().max() + 1))


def test_a_block_that_is_read_twice_gets_both_gradients() -> None:
    module, x = convolution("conv1x1", 4, 2, 4, 1), block((3, 4, 4), 4)
    leaf = calls.map_of(x).clone().requires_grad_()
    expected = module(torch.cat([leaf, leaf], dim=1))
    call = calls.Convolution("conv1x1", None, module.convolutions[0].weight)  # type: ignore[arg-type]
    convolved = calls.convolution(call, [x, x], module.normalisation, counts=False)
    given, to = block((3, 4, 4), 4, 2), torch.empty_like(x)
    calls.convolution_backward(call, [given], [x, x], convolved, [to, to], [False, True])
    close(calls.map_of(to), torch.autograd.grad(expected, leaf, calls.map_of(given))[0])


def test_the_mean_of_pixels_has_a_dense_gradient() -> None:
    x = block((2, 5, 5), 4).requires_grad_()
    y = average_of_pixels(x)
    close(y, x.mean(dim=(1, 2)))
    [gradient] = torch.autograd.grad(y.sum(), x)
    close(gradient, torch.full_like(x, 1 / 25))
    assert gradient.is_contiguous()


def test_a_convolution_that_is_not_separable_is_normalised_by_kernels() -> None:
    module = full(3, 4)
    initialise(module, torch.Generator().manual_seed(1))
    plain = copy.deepcopy(module)
    native.replace(module)
    x = torch.randn(2, 3, 6, 5)
    for each in (module, plain):
        each(x).square().sum().backward()
    for mine, theirs in zip(module.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-4, atol=1e-4)


def test_a_batch_of_one_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="one pixel cannot be normalised"):
        calls.normalise(torch.zeros(1, 1, 1, 4), nn.BatchNorm2d(4))
