"""A network too large for the memory computes its cells twice, and trains exactly as one that fits."""

import logging
from typing import Any

import pytest
import torch

from search.evolution.estimates.training_cost import training_bytes, training_memory
from search.evolution.evaluation import DeviceMemory, EvaluationFailed, Runtime
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training import native, trainer
from search.training.loop import fitting
from search.training.network.hosts import Network, build_network
from tests.training.cases import LIU, digits_protocol, networks
from tests.training.runs import trained
from tests.training.states import Memory, assert_same, read

HOST = Host(channels=4, image_size=8, image_channels=1)


def final_state(phenotype: Phenotype, kernels: str = "auto", **changes: object) -> dict[str, Any]:
    states = Memory()
    protocol = digits_protocol(steps=3, **changes)
    trained(phenotype, protocol, checkpoint=states, runtime=Runtime("cpu", kernels=kernels))
    return read(states.states[-1])


@pytest.mark.parametrize("space", ["hierarchical", "flat"])
@pytest.mark.parametrize("kernels", ["auto", "never"])
def test_weights_statistics_and_curve_are_the_same_to_the_last_bit(
    kernels: str, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phenotype = next(networks(SPACES[space], 1, start=7))[1]
    whole = final_state(phenotype, kernels, host="large", cells=2)
    monkeypatch.setattr(trainer, "must_recompute", lambda *_, **__: True)
    assert_same(final_state(phenotype, kernels, host="large", cells=2), whole)


def held(network: Network, batch: int) -> int:
    """Bytes kept for the backward pass, by autograd or by the cells' traces."""
    saved: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        scores = network(torch.randn(batch, 1, 8, 8))
    waiting, seen = [scores.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        for step in getattr(node, "trace", None) or ():
            for block in (*step.source, *(step.convolved.before if step.convolved else ())):
                keep(block)
        waiting.extend(following for following, _ in node.next_functions)
    return sum(saved.values())


@pytest.mark.parametrize("plain", [False, True])
def test_little_is_held_between_the_passes(plain: bool) -> None:
    network = build_network(build_phenotype(LIU), HOST, seed=1)
    if not plain:
        native.replace(network)
    whole = held(network, 16)
    network.recomputes = True
    assert held(network, 16) < whole / 5


def test_the_estimate_counts_one_cell_at_a_time() -> None:
    phenotype, protocol = build_phenotype(LIU), digits_protocol(batch_size=256)
    whole = training_memory(phenotype, HOST, protocol).tensors
    one_by_one = training_memory(phenotype, HOST, protocol, recomputes=True).tensors
    assert 0.5 * whole < one_by_one < 0.75 * whole  # cells take 1 : 1/2 : 1/4 of the memory


def test_what_fits_is_not_computed_twice_and_what_never_fits_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phenotype, protocol, device = build_phenotype(LIU), digits_protocol(batch_size=256), torch.device("cpu")
    whole = training_bytes(phenotype, HOST, protocol)
    least = training_bytes(phenotype, HOST, protocol, recomputes=True)

    def must_recompute(*, free: int, total: int) -> bool:
        monkeypatch.setattr(fitting, "device_memory", lambda device: DeviceMemory(free, total))
        return fitting.must_recompute(phenotype, HOST, protocol, device, Runtime())

    assert not must_recompute(free=whole, total=whole)
    assert must_recompute(free=whole - 1, total=whole)
    assert must_recompute(free=0, total=whole)  # others have it all at the moment: no fault of the candidate
    with pytest.raises(EvaluationFailed, match=r"needs some .* lower batch_size \(now 256\)"):
        must_recompute(free=0, total=int(0.7 * least))


def test_what_turns_out_not_to_fit_is_tried_again_with_less_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phenotype = build_phenotype(LIU)
    expected = final_state(phenotype)
    built: list[Network] = []

    def build(*arguments: Any, **options: Any) -> Network:
        built.append(build_network(*arguments, **options))
        if len(built) == 1:
            raise MemoryError
        return built[-1]

    monkeypatch.setattr(trainer, "build_network", build)
    with caplog.at_level(logging.INFO):
        assert_same(final_state(phenotype), expected)
    assert built[-1].recomputes
    assert "computed again" in caplog.text


def test_what_computes_twice_already_is_not_tried_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[bool] = []

    def build(*arguments: Any, **options: Any) -> Network:
        built.append(True)
        raise MemoryError

    monkeypatch.setattr(trainer, "build_network", build)
    for must, tries in ((True, 1), (False, 2)):
        monkeypatch.setattr(trainer, "must_recompute", lambda *_, must=must, **__: must)
        built.clear()
        with pytest.raises(EvaluationFailed, match="did not fit in memory"):
            final_state(build_phenotype(LIU))
        assert len(built) == tries
