"""A network that is compiled trains as one that is not, but for rounding; where compiling fails, it trains as it is."""

import hashlib
import logging
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from search.evolution.evaluation import Cancelled, Evaluated, Progress, Runtime
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import build_phenotype
from search.training.loop import compilation
from search.training.loop import progress as pulse
from search.training.loop.compilation import is_worth_it
from search.training.network.hosts import Network
from tests.processes import ROOT
from tests.training import runs
from tests.training.cases import digits_protocol, ignore, small_cell
from tests.training.states import Memory, read

pytestmark = pytest.mark.filterwarnings("ignore")  # the compiler's own


@pytest.fixture
def compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the CPU too; with Dynamo and autograd's tracer, and without the last stage, which takes half a minute."""
    monkeypatch.setattr(compilation, "BACKEND", "aot_eager")


def result(
    checkpoint: Memory | None = None, steps: int = 12, network: Any = None, compiling: str = "always"
) -> Evaluated:
    return trained(steps, network, Runtime("cpu", compiling), ignore, checkpoint)


def trained(
    steps: int,
    network: Any,
    runtime: Runtime,
    progress: Callable[[Progress], None],
    checkpoint: Memory | None = None,
) -> Evaluated:
    protocol = digits_protocol(steps=steps)
    return runs.trained(
        network or small_cell(), protocol, progress=progress, checkpoint=checkpoint, runtime=runtime
    )


def losses(found: Evaluated) -> list[float]:
    return [loss for point in found.curve if (loss := point["loss"]) is not None]


def assert_agrees(found: Evaluated, plain: Evaluated) -> None:
    assert losses(found) == pytest.approx(losses(plain), rel=1e-3)
    assert found.accuracy == pytest.approx(plain.accuracy, abs=0.02)
    weights, expected = read(found.weights), read(plain.weights)
    assert weights.keys() == expected.keys()  # the same names: it loads into what people take away
    for name, value in weights.items():
        torch.testing.assert_close(value, expected[name], rtol=1e-2, atol=1e-3)


def test_compiled_and_plain_agree(compiles: None) -> None:
    genotype = random_genotype(SPACES["hierarchical"], random.Random(3))
    network = build_phenotype(genotype)
    found = result(network=network, steps=4)
    # The kernels round otherwise.
    plain = trained(4, network, Runtime("cpu", "never", kernels="never"), ignore)
    assert found.device == "cpu, compiled"
    assert plain.device == "cpu"
    assert_agrees(found, plain)


@pytest.mark.slow
def test_the_whole_compiler_agrees_too(compiles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "BACKEND", "inductor")
    found = result()
    assert found.device == "cpu, compiled"
    assert_agrees(found, result(compiling="never"))


WITHOUT_A_COMPILER = """
import hashlib, logging
logging.basicConfig(level=logging.WARNING)
from search.evolution.evaluation import Runtime
from tests.processes import ROOT
from tests.training.cases import digits_protocol, small_cell
from tests.training.runs import trained
found = trained(small_cell(), digits_protocol(steps=12), runtime=Runtime("cpu", compile="always"))
print(found.device, hashlib.sha256(found.weights).hexdigest())
"""


def test_a_machine_without_a_compiler_trains_as_it_is(tmp_path: Path) -> None:
    expected = hashlib.sha256(result(compiling="never").weights).hexdigest()
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PATH": str(tmp_path),
        "CXX": "no-such-compiler",
        "CC": shutil.which("cc") or "",  # for the kernels, which are there: compiled for what follows
        "TORCHINDUCTOR_CACHE_DIR": str(tmp_path),
    }
    command = [sys.executable, "-c", WITHOUT_A_COMPILER]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "not compiled, the training goes on without: " in done.stderr
    *device, digest = done.stdout.split()
    assert device == ["cpu"]
    assert digest == expected


def test_what_fails_in_the_backward_pass_leaves_no_trace(
    compiles: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By then the running statistics have counted the batch; they must not count it twice."""

    def broken(network: Network, **_: Any) -> Any:
        def forward(x: torch.Tensor) -> torch.Tensor:
            scores: torch.Tensor = network(x)
            scores.register_hook(lambda gradient: 1 // 0)
            return scores

        return forward

    monkeypatch.setattr(torch, "compile", broken)
    found = result()
    assert "ZeroDivisionError" in caplog.text
    assert found.weights == result(compiling="never").weights


@pytest.mark.parametrize("first, then", [("always", "never"), ("never", "always")])
def test_a_checkpoint_goes_on_with_and_without(compiles: None, first: str, then: str) -> None:
    states = Memory()
    whole = result(states, compiling=first)
    middle = Memory()
    middle.states.append(states.states[len(states.states) // 2])
    assert_agrees(result(middle, compiling=then), whole)


def test_signs_of_life_go_on_while_it_compiles(compiles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "INTERVAL_SECONDS", 0.01)
    seen: list[int] = []

    def progress(point: Progress) -> None:
        seen.append(point.step)
        if len(seen) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        trained(12, None, Runtime("cpu", "always"), progress)
    assert set(seen[1:]) == {1}  # all within the first step


def test_cells_computed_twice_are_not_compiled(
    compiles: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("search.training.trainer.must_recompute", lambda *_, **__: True)
    with caplog.at_level(logging.INFO):
        assert result().device == "cpu"
    assert "not compiled" in caplog.text


def test_by_itself_only_a_gpu_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "is_worth_it", lambda *_, **__: True)
    assert result(steps=30, compiling="auto").device == "cpu"


def test_only_long_trainings_are_worth_it() -> None:
    assert not is_worth_it(0.012, 5_000, 100)  # a candidate of the paper's search on a GPU: a minute
    assert is_worth_it(0.1, 400_000, 500)  # its final training of 40,000 s


def test_the_decision_rests_on_timed_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, int, int]] = []

    def worth(step_seconds: float, steps_left: int, layers: int) -> bool:
        asked.append((step_seconds, steps_left, layers))
        return False

    clock = iter([100.0, 105.0])
    monkeypatch.setattr(compilation, "is_worth_it", worth)
    monkeypatch.setattr(compilation.Compilation, "now", lambda self: next(clock))
    steps = pulse.Pulse(ignore, 1000, 100.0)
    network = Network([torch.nn.Conv2d(1, 1, 1)])
    choice = compilation.Compilation(network, torch.device("cuda"), steps, mode="auto")
    for steps.step in range(1, 101):
        assert not choice.is_due()
    assert asked == [(0.5, 985, 1)]
