"""A final training on several devices: the same steps as on one, whichever process is killed."""

import multiprocessing
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import torch
from torch import Tensor

from search.evolution.evaluation import Cancelled, EvaluationFailed, ProcessLost, Progress
from search.evolution.finals.scores import FinalScore
from search.training.device.processes import ALONE, Processes
from search.training.finals.entry import estimates, train
from tests.processes import ROOT, eventually
from tests.training.cases import ignore
from tests.training.states import Memory, read
from tests.training.team import TWO, final_job, part_of_a_step, processes_of, step

RECIPE = {
    "steps": 6,
    "batch_size": 33,
    "drop_path": 0.2,
    "auxiliary_weight": 0.4,
    "cutout": 3,
    "crop": 8,
    "crop_padding": 1,
    "flip": True,
    "brightness": 0.2,
    "label_smoothing": 0.1,
    "weight_averaging": 0.9,
    "host": "large",
    "cells": 1,
}


def weights(score: FinalScore) -> dict[str, Tensor]:
    found: dict[str, Tensor] = torch.load(BytesIO(score.weights), weights_only=True)
    return found


def assert_close(found: dict[str, Tensor], wanted: dict[str, Tensor], tolerance: float) -> None:
    assert list(found) == list(wanted)
    for name, value in wanted.items():
        assert torch.allclose(found[name].double(), value.double(), rtol=tolerance, atol=tolerance), name


def test_parts_of_a_batch_are_all_of_it_and_weigh_what_they_hold() -> None:
    for count, images in ((2, 33), (3, 8), (4, 4), (1, 5)):
        parts = [Processes(count, number).part_of(images) for number in range(count)]
        assert [index for part in parts for index in range(images)[part]] == list(range(images))
        weights = [Processes(count, number).weight(images) for number in range(count)]
        assert sum(weights) == pytest.approx(count)
        assert max(part.stop - part.start for part in parts) == Processes(count).largest_part(images)


def test_two_processes_find_the_gradients_and_statistics_of_the_whole_batch(tmp_path: Path) -> None:
    whole = step(ALONE)
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=part_of_a_step, args=(number, tmp_path)) for number in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    for number in range(2):
        assert_close(torch.load(tmp_path / f"{number}.pt", weights_only=True), whole, 1e-12)


def test_two_processes_train_to_the_weights_of_one_and_go_on_from_its_state() -> None:
    alone, together = Memory(), Memory()
    one = train(final_job(**RECIPE), progress=ignore, checkpoint=alone)
    points: list[Progress] = []
    two = train(final_job(*TWO, **RECIPE), progress=points.append, checkpoint=together)
    assert_close(weights(two), weights(one), 1e-4)
    assert (two.device, two.test_images, two.classes) == ("2 × cpu", 360, one.classes)
    assert two.loss == pytest.approx(one.loss, rel=1e-3)
    for found, wanted in zip(two.curve, one.curve, strict=True):
        assert found["loss"] == pytest.approx(wanted["loss"], rel=1e-3)
        assert found["train_accuracy"] == pytest.approx(wanted["train_accuracy"], abs=1.5 / 33)
    assert points[-1].step == 6
    assert two.seconds == pytest.approx(2 * read(together.states[-1])["seconds"], rel=0.2)
    third = together.states[2]
    assert read(third)["step"] == 3
    assert_close(
        weights(train(final_job(**RECIPE), progress=ignore, checkpoint=Memory(third))), weights(one), 1e-4
    )
    on_two = train(final_job(*TWO, **RECIPE), progress=ignore, checkpoint=Memory(alone.states[2]))
    assert_close(weights(on_two), weights(one), 1e-4)


def test_a_killed_process_ends_the_attempt_and_all_others() -> None:
    state = Memory()

    def kill(progress: Progress) -> None:
        if state.states:
            _, second = processes_of(os.getpid())
            os.kill(second, signal.SIGKILL)

    with pytest.raises(ProcessLost, match=r"process 2 of 2 on cpu was killed by signal 9 \(SIGKILL\)"):
        train(final_job(*TWO, steps=100_000), progress=kill, checkpoint=state)
    assert processes_of(os.getpid()) == []
    assert read(state.states[-1])["step"] >= 1


def test_what_ends_the_training_ends_its_processes_with_the_state_saved_before() -> None:
    def stop(progress: Progress) -> None:
        if progress.step:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        train(final_job(*TWO, steps=100_000), progress=stop)
    assert processes_of(os.getpid()) == []


def test_a_candidate_that_fails_fails_as_on_one_device() -> None:
    with pytest.raises(EvaluationFailed) as failed:
        train(final_job(*TWO, learning_rate=100, momentum=0.99, weight_decay=1, steps=200), progress=ignore)
    assert failed.value.code == "not_finite"


def test_the_processes_end_with_the_worker_however_it_ends() -> None:
    command = [sys.executable, "-m", "tests.training.team"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        both = [int(number) for number in worker.stdout.readline().split()]
        worker.kill()
    assert len(both) == 2
    eventually(lambda: not any(Path(f"/proc/{number}").exists() for number in both), "they end")


def test_processes_on_one_device_need_its_memory_together_each_for_its_part() -> None:
    [one] = estimates(final_job(batch_size=512))
    [two] = estimates(final_job(*TWO, batch_size=512))
    assert one.bytes < two.bytes < 2 * one.bytes
    few = estimates(final_job(*TWO, "cpu", batch_size=2))
    assert few[0].bytes == estimates(final_job(*TWO, batch_size=2))[0].bytes, "no more processes than images"
