"""What a training takes is known before it begins: counted, measured, and under a real limit."""

import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch

from search.evolution.estimates.activation_memory import cell_holding
from search.evolution.estimates.training_cost import training_memory
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.networks.program import Step
from search.training import native
from search.training.device import memory as room
from search.training.device.memory import device_memory
from search.training.native import cell
from search.training.network.flat_cell import FlatCell
from tests.processes import ROOT
from tests.training.cases import networks

UNIT = 4 * 3 * 5 * 5
"""Bytes of one channel: three images of 5 x 5."""


def a_cell(phenotype: Phenotype, width: int, *, by_kernels: bool) -> tuple[FlatCell, torch.Tensor]:
    cell = FlatCell(phenotype, width).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.nn.init.uniform_(next(cell.parameters()))
    if by_kernels:
        native.replace(cell)
        cell.gives_parts = True
    x = torch.rand(3, width, 5, 5).to(memory_format=torch.channels_last)
    return cell, x.requires_grad_()


def stored(tensors: Iterable[torch.Tensor], own: Iterable[torch.Tensor]) -> int:
    """Bytes of their memory, each counted once, without that of the others."""
    storages = {
        tensor.untyped_storage().data_ptr(): tensor.untyped_storage()
        for tensor in tensors
        if tensor.dim() == 4
    }
    for tensor in own:
        storages.pop(tensor.untyped_storage().data_ptr(), None)
    return sum(storage.nbytes() for storage in storages.values())


def kept_blocks(kept: cell.SavedForBackward) -> list[torch.Tensor]:
    return [*kept.source, *(kept.convolved.before if kept.convolved else ())]


@pytest.mark.parametrize("space", ["hierarchical", "flat"])
def test_what_a_cell_keeps_is_counted_exactly(space: str) -> None:
    for _, phenotype in networks(SPACES[space], 6, start=11):
        net, x = a_cell(phenotype, 2, by_kernels=True)
        parts = net(x)
        trace = parts.blocks[0].grad_fn.trace
        kept = [block for step in trace for block in kept_blocks(step)]
        counted = cell_holding(phenotype, by_kernels=True).kept
        assert stored([*kept, *parts.blocks], [x]) == counted * 2 * UNIT


@pytest.mark.parametrize("space", ["hierarchical", "flat"])
def test_torch_s_own_operations_keep_what_is_counted_for_a_gpu(space: str) -> None:
    for _, phenotype in networks(SPACES[space], 6, start=11):
        net, x = a_cell(phenotype, 2, by_kernels=False)
        saved: list[torch.Tensor] = []

        def keep(tensor: torch.Tensor, saved: list[torch.Tensor] = saved) -> torch.Tensor:
            saved.append(tensor)
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            y = net(x)
        own = [*net.parameters(), *net.buffers(), x]
        counted = cell_holding(phenotype, by_kernels=False).kept
        assert stored([*saved, y], own) == counted * 2 * UNIT  # whatever follows keeps y


@pytest.mark.parametrize("space", ["hierarchical", "flat"])
def test_no_more_is_there_at_once_in_the_backward_pass_than_is_counted(
    space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Followed while it goes: what the steps to come have kept, and all gradients."""
    for _, phenotype in networks(SPACES[space], 4, start=11):
        most = most_in_backward(phenotype, monkeypatch)
        counted = cell_holding(phenotype, by_kernels=True).peak * 2 * UNIT
        assert 0.9 * counted <= most <= 1.02 * counted


def most_in_backward(phenotype: Phenotype, monkeypatch: pytest.MonkeyPatch) -> int:
    net, x = a_cell(phenotype, 2, by_kernels=True)
    parts = net(x)
    trace = parts.blocks[0].grad_fn.trace
    found = []
    real = cell.BackwardPass.take

    def take(backward: cell.BackwardPass, step: Step, kept: cell.SavedForBackward) -> None:
        own = backward.gradients[step.value]  # held by the step until it is done
        real(backward, step, kept)
        left = [block for each in (*trace, kept) for block in kept_blocks(each)]
        gradients = [
            one for blocks in (*backward.gradients.values(), own) for one in blocks if one is not None
        ]
        found.append(stored([*left, *parts.blocks, *gradients], [x]))

    with monkeypatch.context() as patch:
        patch.setattr(cell.BackwardPass, "take", take)
        parts.joined().sum().backward()
    return max(found)


LIMITED = """
import json, resource, sys
from search.evolution.experiments.config import Protocol
from search.evolution.evaluation import EvaluationFailed, Runtime
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.training import trainer
from search.training.data.datasets import load_split
from tests.benchmarks.training.steps import memory_of
document, text, room = sys.argv[1:]
protocol = Protocol.model_validate_json(document)
load_split(protocol)
limit = memory_of("VmData") + int(room)
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
built, steps = [], []
real = trainer.TrainingRun
def watched(network, setup, pulse):
    built.append(network.recomputes)
    return real(network, setup, pulse)
trainer.TrainingRun = watched
try:
    subject = trainer.Subject(build_phenotype(parse_genotype(text)), protocol, 1, runtime=Runtime("cpu"))
    result = trainer.train(subject, progress=lambda point: steps.append(point.step))
    said = [point["loss"] for point in result.curve]
except EvaluationFailed as failure:
    said = [failure.code, failure.message]
print(json.dumps({"recomputes": built, "steps": len(steps), "said": said}))
"""


def under_a_limit(protocol: Protocol, text: str, room_bytes: int) -> dict[str, Any]:
    """A real training in a process that the kernel gives no more than so many bytes."""
    command = [sys.executable, "-c", LIMITED, protocol.model_dump_json(), text, str(room_bytes)]
    environment = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "MALLOC_MMAP_MAX_": "0"}
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_under_a_real_limit_what_fits_trains_what_does_not_computes_twice_or_is_refused() -> None:
    protocol = Protocol(
        dataset="digits", channels=16, batch_size=256, steps=3, host="large", cells=2, validation_images=64
    )
    genotype = next(
        genotype
        for seed in range(100)
        if 300 * 2**20
        < training_memory(
            build_phenotype(genotype := random_genotype(SPACES["hierarchical"], random.Random(seed))),
            protocol.shape_host,
            protocol,
        ).bytes
        < 500 * 2**20
    )
    phenotype, host = build_phenotype(genotype), protocol.shape_host
    whole = training_memory(phenotype, host, protocol).bytes
    least = training_memory(phenotype, host, protocol, recomputes=True).bytes
    assert least < 0.75 * whole
    fits = under_a_limit(
        protocol, genotype.text, whole + 32 * 2**20
    )  # and the stack of the thread that reads the data
    assert fits["recomputes"] == [False]
    assert len(fits["said"]) == 3
    tight = under_a_limit(protocol, genotype.text, (whole + least) // 2)
    assert tight["recomputes"] == [True]
    assert tight["said"] == fits["said"]  # the same losses, to the last bit
    refused = under_a_limit(protocol, genotype.text, least // 2)
    assert refused["recomputes"] == []
    assert refused["steps"] == 0
    assert refused["said"][0] == "out_of_memory"
    assert "lower batch_size (now 256)" in str(refused["said"][1])


def test_a_container_s_limit_counts_less_what_it_uses_without_its_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = tmp_path / "cgroup"
    (groups / "a/b").mkdir(parents=True)
    (groups / "a/memory.max").write_text(f"{2**30}\n")
    (groups / "a/memory.current").write_text(f"{600 * 2**20}\n")
    (groups / "a/memory.stat").write_text(f"anon 5\ninactive_file {100 * 2**20}\n")
    (groups / "a/b/memory.max").write_text("max\n")
    monkeypatch.setattr(room, "CGROUPS", groups)
    monkeypatch.setattr(room, "control_group", lambda prefix: "a/b")
    memory = device_memory(torch.device("cpu"))
    assert memory.free == 2**30 - 500 * 2**20
    assert memory.total < 2**30
