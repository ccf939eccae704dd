"""What the kernels compute is what torch's own operations compute, forward and backward; and where there are none."""

import copy
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.native import calls, library
from search.training.native.parts import Parts
from search.training.network.flat_cell import FlatCell
from search.training.network.global_pooling import average_of_pixels
from search.training.network.hosts import Network, PoolLinear, build_network
from search.training.network.operations import (
    OPERATIONS,
    Convolution,
    Quick,
    depthwise,
    full,
    initialise,
    leave_to_torch,
    pointwise,
    separable,
)
from search.training.network.reference import reference_network
from tests.training.cases import ALL_SPACES, LIU, networks, small_cell

SIZES = [(5, 7, 4), (3, 1, 1), (2, 1, 5), (2, 2, 2), (4, 3, 8), (2, 6, 1)]
"""Images, height, width."""
WIDTHS = [1, 3, 4, 8, 12, 16, 20]
"""Channels of a block: of none, one, two and four to a vector."""


def block(size: tuple[int, int, int], channels: int, seed: int = 1) -> Tensor:
    return torch.randn(*size, channels, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def close(mine: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


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
    module = convolution(name, channels, count, out, int(stride or 1))
    mine = copy.deepcopy(module).normalisation
    # Large and far from zero, where a variance from sums of squares would be wrong.
    blocks = [1000 + 3 * block(size, channels, seed) for seed in range(count)]
    leaves = [calls.map_of(each).clone().requires_grad_() for each in blocks]
    module.plain = True
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
    module.plain = True
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
    plain.plain = True
    x = torch.randn(2, 3, 6, 5)
    for each in (module, plain):
        each(x).square().sum().backward()
    for mine, theirs in zip(module.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-4, atol=1e-4)


def test_a_batch_of_one_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="one pixel cannot be normalised"):
        calls.normalise(torch.zeros(1, 1, 1, 4), nn.BatchNorm2d(4))


def test_what_leaves_a_cell_is_joined_for_those_who_want_it_whole() -> None:
    for _, phenotype in networks(ALL_SPACES["flat"], 3):
        network = build_network(phenotype, Host(channels=4), seed=1)
        cell, x = network.layers[1], torch.randn(2, 4, 6, 6)
        assert isinstance(cell, FlatCell)
        whole, parts = cell(x), cell(x, in_parts=True)
        assert isinstance(parts, Parts)
        assert torch.equal(parts.joined(), whole)
        assert len(set(parts.order)) == len(parts.blocks)
        cell.plain = True
        torch.testing.assert_close(cell(x), whole, rtol=1e-4, atol=1e-4)


def losses(network: Network, steps: int) -> list[float]:
    images, labels = torch.randn(8, 2, 8, 8), torch.arange(8)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        found.append(float(loss.detach()))
    return found


@pytest.mark.parametrize("phenotype", [small_cell(), build_phenotype(trivial_genotype(SPACES["flat"]))])
def test_steps_of_training_go_the_same_way(phenotype: Phenotype) -> None:
    host = Host(channels=4, image_size=8, image_channels=2)
    found = []
    for plain in (False, True):
        torch.manual_seed(1)
        network = build_network(phenotype, host, seed=1)
        leave_to_torch(network, plain)
        found.append(losses(network, 5))
    assert found[0] == pytest.approx(found[1], rel=1e-3)
    assert found[0][-1] < found[0][0]


def test_what_trains_has_kernels_and_the_straightforward_network_is_torch_s_own() -> None:
    trains, reference = build_network(small_cell(), Host(), seed=1), reference_network(LIU, Host())
    quick, plain = (
        [part for part in network.modules() if isinstance(part, Quick)] for network in (trains, reference)
    )
    x = torch.zeros(1, 4, 2, 2)
    assert quick
    assert all(part.by_kernels(x) for part in quick)
    assert plain
    assert not any(part.by_kernels(x) for part in plain)


def test_other_devices_numbers_and_threads_have_torch_s_own_operations() -> None:
    part = PoolLinear(3, 2)
    assert part.by_kernels(torch.zeros(1, 3, 2, 2))
    assert not part.by_kernels(torch.zeros(1, 3, 2, 2, device="meta"))
    assert not part.by_kernels(torch.zeros(1, 3, 2, 2, dtype=torch.bfloat16))
    try:
        torch.set_num_threads(2)
        assert not part.by_kernels(torch.zeros(1, 3, 2, 2))
    finally:
        torch.set_num_threads(1)


@pytest.fixture
def found_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Libraries are looked for again, and compiled into an empty folder."""
    monkeypatch.setenv("NASWEB_VAR_DIR", str(tmp_path))
    library.found_library.cache_clear()
    yield tmp_path / "kernels"
    library.found_library.cache_clear()


def test_kernels_are_compiled_once_for_each_width(found_anew: Path) -> None:
    for channels in (16, 8, 4, 16, 3, 24):
        assert library.library(torch.float32, channels) is not None
    names = sorted(path.name.split("-")[1] for path in found_anew.iterdir())
    assert names == ["16", "32", "64"]
    times = {path: path.stat().st_mtime_ns for path in found_anew.iterdir()}
    library.found_library.cache_clear()
    assert library.library(torch.float32, 16) is not None
    assert {path: path.stat().st_mtime_ns for path in found_anew.iterdir()} == times


def test_without_a_compiler_networks_train_by_torch_s_operations(
    found_anew: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CC", raising=False)
    with caplog.at_level(logging.WARNING):
        network = build_network(small_cell(), Host(channels=4, image_size=8, image_channels=2), seed=1)
        assert losses(network, 5)[-1] < 3
    assert "there is no C compiler" in caplog.text
    assert "apt-get install gcc" in library.reason(torch.float32, 4)


def test_a_compiler_that_fails_is_told_with_its_words(
    found_anew: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_anew.parent.joinpath("cc").write_text("#!/bin/sh\necho out of luck >&2\nexit 1\n")
    os.chmod(found_anew.parent / "cc", 0o755)
    monkeypatch.setenv("CC", str(found_anew.parent / "cc"))
    assert library.library(torch.float32, 4) is None
    assert library.reason(torch.float32, 4).endswith("does not compile the kernels: out of luck")
    assert list(found_anew.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(found_anew: Path) -> None:
    found_anew.write_text("a file where the folder should be")
    assert "could not be run in" in library.reason(torch.float32, 4)


def test_a_damaged_library_is_told(found_anew: Path) -> None:
    assert library.library(torch.float32, 4) is not None
    [path] = found_anew.iterdir()
    path.write_bytes(b"nothing")
    library.found_library.cache_clear()
    # What a process has loaded under that name it keeps, so the damage shows in a copy.
    other = path.rename(path.with_name("other.so"))
    with pytest.raises(library.Unavailable, match="cannot be loaded"):
        library.loaded_library(other)


def test_kernels_can_be_refused(found_anew: Path) -> None:
    library.allow(False)
    try:
        assert library.library(torch.float32, 4) is None
        assert library.reason(torch.float32, 4) == "NASWEB_KERNELS is never"
    finally:
        library.allow(True)
    assert not found_anew.exists()


def test_a_primitive_without_a_kernel_would_be_noticed() -> None:
    assert set(calls.CONVOLUTIONS) | set(calls.POOLS) | {"identity"} == set(OPERATIONS)
