"""A killed training goes on from its checkpoint and ends as the unbroken one, bit for bit."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch

from search.evolution.evaluation import Cancelled, Evaluated, EvaluationFailed, Progress
from search.evolution.experiments.config import TRAINER_VERSION, Protocol
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.data.locations import PROJECT
from search.training.loop import run_state
from tests.processes import eventually
from tests.training.cases import LIU, digits_protocol, ignore, small_cell
from tests.training.runs import trained
from tests.training.states import Memory, assert_same, read

OPTIONS: dict[str, Any] = {
    "steps": 30,
    "crop": 7,
    "crop_padding": 1,
    "flip": True,
    "learning_rate_drops": [6, 20],
}
"""Every kind of random draw, a learning rate that drops on both sides of the interruption, several passes."""


def run(
    checkpoint: Memory,
    *,
    phenotype: Phenotype | None = None,
    protocol: Protocol | None = None,
    seed: int = 5,
    progress: Callable[[Progress], None] = ignore,
) -> Evaluated:
    return trained(
        phenotype or small_cell(),
        protocol or digits_protocol(**OPTIONS),
        seed=seed,
        progress=progress,
        checkpoint=checkpoint,
    )


@pytest.fixture(scope="module")
def unbroken() -> Memory:
    """The states after each step of a training that nothing interrupts."""
    checkpoint = Memory()
    run(checkpoint)
    return checkpoint


@pytest.mark.parametrize("step", [1, 6, 17, 25, 29])
def test_from_any_step_on_every_later_state_is_the_same(unbroken: Memory, step: int) -> None:
    resumed = Memory(unbroken.states[step - 1])
    result = run(resumed)
    assert len(resumed.states) == 1 + OPTIONS["steps"] - step
    for found, wanted in zip(resumed.states, unbroken.states[step - 1 :], strict=True):
        assert_same(read(found), read(wanted))
    assert_same(list(result.curve), read(unbroken.states[-1])["curve"])
    assert result.accuracy == read(unbroken.states[-1])["accuracy"]


@pytest.mark.parametrize("step", [1, 17, 29])
def test_under_a_cosine_schedule_every_later_state_is_the_same(step: int) -> None:
    protocol = digits_protocol(**OPTIONS | {"schedule": "cosine", "learning_rate_drops": []})
    whole = Memory()
    run(whole, protocol=protocol)
    resumed = Memory(whole.states[step - 1])
    run(resumed, protocol=protocol)
    for found, wanted in zip(resumed.states, whole.states[step - 1 :], strict=True):
        assert_same(read(found), read(wanted))


def test_the_published_cell_goes_on_the_same() -> None:
    whole, phenotype, protocol = Memory(), build_phenotype(LIU), digits_protocol(steps=6)
    run(whole, phenotype=phenotype, protocol=protocol)
    resumed = Memory(whole.states[2])
    run(resumed, phenotype=phenotype, protocol=protocol)
    assert_same(read(resumed.states[-1]), read(whole.states[-1]))


def test_time_and_curve_count_on_across_the_interruption(unbroken: Memory) -> None:
    state = read(unbroken.states[14])
    state["seconds"] = state["device seconds"] = 1000.0
    buffer = BytesIO()
    torch.save(state, buffer)
    reported: list[Progress] = []
    result = run(Memory(buffer.getvalue()), progress=reported.append)
    assert 1000 < result.seconds < 1060
    assert [point["step"] for point in result.curve] == [
        point.step for point in reported if point.loss is not None
    ]
    assert reported[0].step == result.curve[0]["step"] < 15


def test_the_time_limit_counts_what_was_before(unbroken: Memory) -> None:
    protocol = digits_protocol(**OPTIONS, time_limit_seconds=60)
    memory = Memory()
    with pytest.raises(Cancelled):
        run(memory, protocol=protocol, progress=stop_at(9))
    state = read(memory.states[-1])
    state["seconds"] = state["counted"] = 61.0
    buffer = BytesIO()
    torch.save(state, buffer)
    with pytest.raises(EvaluationFailed, match="time limit of 60 s"):
        run(Memory(buffer.getvalue()), protocol=protocol)


def stop_at(step: int) -> Callable[[Progress], None]:
    def progress(point: Progress) -> None:
        if point.step >= step:
            raise Cancelled

    return progress


def other_cell() -> Phenotype:
    return build_phenotype(trivial_genotype(SPACES["flat"]))


CASES: dict[str, tuple[Callable[[bytes], bytes], dict[str, Any], str]] = {
    "truncated": (lambda state: state[: len(state) // 2], {}, "cannot be read"),
    "empty": (lambda state: b"", {}, "cannot be read"),
    "another seed": (lambda state: state, {"seed": 6}, "its seed is 5, not 6"),
    "another protocol": (
        lambda state: state,
        {"protocol": digits_protocol(**{**OPTIONS, "momentum": 0.8})},
        "its protocol is",
    ),
    "another phenotype": (lambda state: state, {"phenotype": other_cell()}, "its phenotype is"),
    "without its weights": (lambda state: changed(state, network={}), {}, "does not fit the network"),
    "without its batches": (lambda state: changed(state, batches={}), {}, "does not fit the network"),
}


def changed(content: bytes, **changes: object) -> bytes:
    buffer = BytesIO()
    torch.save({**read(content), **changes}, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_this_training_s_state_is_ignored_with_the_reason(
    case: str, unbroken: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    change, options, reason = CASES[case]
    with caplog.at_level(logging.WARNING):
        found, fresh = Memory(change(unbroken.states[4])), Memory()
        run(found, **options)
    assert reason in caplog.text
    run(fresh, **options)
    assert_same(read(found.states[-1]), read(fresh.states[-1]))


def test_another_version_of_the_trainer_starts_again(
    unbroken: Memory, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_state, "TRAINER_VERSION", TRAINER_VERSION + 1)
    run(Memory(unbroken.states[4]))
    assert f"its trainer version is {TRAINER_VERSION}, not {TRAINER_VERSION + 1}" in caplog.text


def test_a_checkpoint_that_would_run_code_is_not_executed(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    buffer = BytesIO()
    torch.save({"whose": Trap()}, buffer)
    run(Memory(buffer.getvalue()), protocol=digits_protocol(steps=1))
    assert "cannot be read" in caplog.text
    assert not (tmp_path / "sprung").exists()


SCRIPT = """
import sys, time
from pathlib import Path
import torch
from search.artifacts.files import CheckpointFile
from tests.training.cases import digits_protocol, small_cell
from tests.training.runs import trained

class NeverEnds(CheckpointFile):
    steps = 0

    def due(self):
        self.steps += 1
        while self.steps == 110:
            time.sleep(1)
        return super().due()

torch.set_num_threads(1)
trained(small_cell(), digits_protocol(steps=120, crop=7, flip=True), seed=5,
        checkpoint=NeverEnds(Path(sys.argv[1]), 0.05))
"""


def test_a_process_killed_in_mid_training_is_gone_on_from_by_another(tmp_path: Path) -> None:
    path = tmp_path / "one.checkpoint"
    protocol = digits_protocol(steps=120, crop=7, flip=True)
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], cwd=PROJECT)
    try:
        eventually(lambda: path.exists() or process.poll() is not None, "a first checkpoint")
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -9, "it ended by itself"
    content = path.read_bytes()[32:]
    assert 0 < read(content)["step"] < 120
    whole, resumed = Memory(), Memory(content)
    first = run(whole, protocol=protocol)
    second = run(resumed, protocol=protocol)
    assert_same(read(resumed.states[-1]), read(whole.states[-1]))
    assert first.accuracy == second.accuracy
