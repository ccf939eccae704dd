"""The operations written for the CPU compute what torch's own compute, forward and backward."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional

from search.evolution.host import Host
from search.training import kernels, maxima
from search.training.hosts import PoolLinear, build_network
from search.training.operations import Pointwise, Quick
from search.training.reference import reference_network
from tests.training.cases import LIU, small_cell

OWN: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "max": (kernels._MaxPool.apply, lambda x: functional.max_pool2d(x, 3, 1, 1)),
    "average": (
        kernels.average_pool,
        lambda x: functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    ),
    "mean": (kernels.average_of_pixels, lambda x: x.mean(dim=(2, 3))),
}
SHAPES = [(5, 3, 7, 4), (3, 2, 1, 1), (2, 3, 1, 5), (2, 1, 2, 2), (4, 6, 3, 8)]


def assert_equal(
    one: Callable[[Tensor], Tensor], other: Callable[[Tensor], Tensor], x: Tensor, *parameters: Tensor
) -> None:
    """The same values, and equal gradients towards x and the parameters."""
    found = []
    for function in (one, other):
        leaf = x.clone().requires_grad_()
        y = function(leaf)
        weights = torch.randn(y.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(2))
        found.append((y, *torch.autograd.grad((y * weights).sum(), (leaf, *parameters))))
    for mine, theirs in zip(*found, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)
    assert torch.equal(found[0][0], found[1][0])  # the values themselves to the last bit


def images(shape: tuple[int, ...]) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format], ids=str)
def test_pools_and_the_mean_of_pixels_equal_torch_s(
    name: str, shape: tuple[int, ...], layout: torch.memory_format
) -> None:
    assert_equal(*OWN[name], images(shape).contiguous(memory_format=layout))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_of_equal_maxima_the_same_one_takes_the_gradient(shape: tuple[int, ...]) -> None:
    # Mostly zeros, as after a ReLU, and few values, so that nearly every maximum is there twice.
    x = images(shape).relu().round()
    assert_equal(*OWN["max"], x)
    assert_equal(*OWN["max"], torch.zeros(shape, dtype=torch.float64))


@pytest.mark.parametrize("images_at_once", [1, 2, 3, 5])
def test_images_taken_a_few_at_a_time_are_pooled_alike(
    monkeypatch: pytest.MonkeyPatch, images_at_once: int
) -> None:
    x = images((5, 3, 6, 4))
    monkeypatch.setattr(maxima, "CACHED_BYTES", images_at_once * x[0].numel() * 8)
    assert_equal(*OWN["max"], x)


@pytest.mark.parametrize(
    "shape,forgets", [((1, 2, 32, 32), True), ((1, 2, 31, 32), False), ((2, 1, 3, 3), False)]
)
def test_a_large_max_pool_keeps_its_input_alone(shape: tuple[int, ...], forgets: bool) -> None:
    kept: list[Tensor] = []
    x = images(shape).requires_grad_()

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        kernels.max_pool(x)
    assert len(kept) == (1 if forgets else 2)
    assert kept[0].data_ptr() == x.data_ptr()


def test_a_max_pool_of_many_bytes_keeps_its_input_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    x = images((2, 3, 4, 4)).requires_grad_()
    monkeypatch.setattr(kernels, "FORGETFUL_BYTES", 2 * 3 * 4 * 4 * 8)
    assert "_MaxPool" in type(kernels.max_pool(x).grad_fn).__name__
    monkeypatch.setattr(kernels, "FORGETFUL_BYTES", 2 * 3 * 4 * 4 * 8 + 1)
    assert "_MaxPool" not in type(kernels.max_pool(x).grad_fn).__name__


def test_weights_of_pointwise_convolutions_get_the_same_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[torch.Size] = []
    product = kernels._pixels

    def counted(x: Tensor) -> Tensor:
        used.append(x.shape)
        return product(x)

    monkeypatch.setattr(kernels, "_pixels", counted)
    for width, channels, size in [(48, 16, 32), (64, 3, 33), (47, 16, 32), (48, 17, 32), (48, 16, 31)]:
        weight = images((channels, width, 1, 1)).requires_grad_()
        x = images((2, width, size, size)).contiguous(memory_format=torch.channels_last)
        own, torch_s = (
            partial(kernels.pointwise_convolution, weight=weight),
            partial(functional.conv2d, weight=weight),
        )
        assert_equal(own, torch_s, x, weight)
    # A product of matrices in the first two cases, each of gradient and input; torch's own in the others.
    assert [shape[1] for shape in used] == [16, 48, 3, 64]


def test_the_gradient_of_the_mean_of_pixels_has_channels_last() -> None:
    layer = PoolLinear(4, 3)
    nn.init.normal_(layer.linear.weight)
    nn.init.zeros_(layer.linear.bias)
    x = torch.randn(2, 4, 5, 5).contiguous(memory_format=torch.channels_last).requires_grad_()
    strides: list[tuple[int, ...]] = []
    y = x * 1
    y.register_hook(lambda gradient: strides.append(gradient.stride()))
    layer(y).sum().backward()
    assert strides == [(100, 1, 20, 4)]


def test_what_trains_is_quick_and_the_straightforward_network_is_torch_s_own() -> None:
    trains, reference = build_network(small_cell(), Host(), seed=1), reference_network(LIU, Host())
    quick, plain = (
        [part for part in network.modules() if isinstance(part, Quick)] for network in (trains, reference)
    )
    x = torch.zeros(1)
    assert quick
    assert all(part.by_kernels(x) for part in quick)
    assert plain
    assert not any(part.by_kernels(x) for part in plain)


def test_another_device_has_torch_s_own_operations() -> None:
    part = Pointwise(3, 2)
    assert not part.by_kernels(torch.zeros(1, device="meta"))
