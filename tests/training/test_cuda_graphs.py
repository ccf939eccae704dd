"""A recorded step is the step itself, with buffers for its inputs. Here a stand-in for a GPU's graph records."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from search.evolution.evaluation import Evaluated
from search.training.data.datasets import load_split
from search.training.loop.cuda_graphs import WARM_UP, CapturedStep, Replay
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.hosts import build_network
from tests.training.cases import digits_protocol, ignore, small_cell


class Tape:
    """Records as a CUDA graph does: nothing runs until it is replayed, and the result has a fixed place."""

    def __init__(self) -> None:
        self.recordings = self.replays = 0

    def record(self, function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        self.recordings += 1
        place = torch.zeros(2)

        def replay() -> None:
            self.replays += 1
            place.copy_(function())

        return replay, place


def trained(tape: Tape | None, **changes: Any) -> tuple[Evaluated, TrainingRun]:
    protocol = digits_protocol(steps=20, crop=7, flip=True, **changes)
    split = load_split(protocol)
    training = TrainingRun(
        build_network(small_cell(), protocol.make_host(split.shape), seed=1),
        Setup(split, protocol, torch.device("cpu"), seed=1),
        Pulse(ignore, protocol.steps, 60),
    )
    if tape is not None:
        training.captured = CapturedStep(training.gradient_step, tape.record, training.state)
    return training.finish(), training


def test_a_training_of_replays_ends_as_one_of_steps_and_records_anew_when_the_learning_rate_drops() -> None:
    tape = Tape()
    replayed, one = trained(tape, learning_rate_drops=[10, 15])
    stepped, other = trained(None, learning_rate_drops=[10, 15])
    assert (tape.recordings, tape.replays) == (3, 20 - WARM_UP)
    assert replayed.accuracy == stepped.accuracy
    assert [point["loss"] for point in replayed.curve] == [point["loss"] for point in stepped.curve]
    for name, value in other.network.state_dict().items():
        assert torch.equal(one.network.state_dict()[name], value), name


def test_results_of_earlier_steps_are_not_overwritten() -> None:
    captured = CapturedStep(
        lambda images, labels: torch.stack([images.sum(), labels.sum()]), Tape().record, list
    )
    results = [captured(torch.full((2,), float(n)), torch.full((2,), float(n))) for n in range(8)]
    assert [float(result[0]) for result in results] == [2.0 * n for n in range(8)]


def test_where_recording_fails_steps_are_taken_one_by_one(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []

    def record(function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        tries.append(1)
        raise RuntimeError("operation not permitted when stream is capturing")

    captured = CapturedStep(lambda images, labels: images + labels, record, list)
    for n in range(6):
        assert float(captured(torch.tensor(float(n)), torch.tensor(1.0))) == n + 1
    assert len(tries) == 1
    assert "taken kernel by kernel: operation not permitted" in caplog.text


class Mistaken(Tape):
    """Replays that do not do what was recorded."""

    def __init__(self, mistake: Callable[[], None], result: float = 0.0) -> None:
        super().__init__()
        self.mistake, self.result = mistake, result

    def record(self, function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        replay, place = super().record(function)

        def wrong() -> None:
            replay()
            self.mistake()
            place.add_(self.result)

        return wrong, place


@pytest.mark.parametrize("change,result", [(0.1, 0.0), (0.0, 2.0), (float("nan"), 0.0)])
def test_a_replay_that_comes_to_something_else_is_never_used(
    change: float, result: float, caplog: pytest.LogCaptureFixture
) -> None:
    protocol = digits_protocol(steps=20)
    split = load_split(protocol)
    network = build_network(small_cell(), protocol.make_host(split.shape), seed=1)

    def mistake() -> None:
        with torch.no_grad():
            next(network.parameters()).add_(change)

    setup = Setup(split, protocol, torch.device("cpu"), seed=1)
    training = TrainingRun(network, setup, Pulse(ignore, protocol.steps, 60))
    tape = Mistaken(mistake, result)
    training.captured = CapturedStep(training.gradient_step, tape.record, training.state)
    replayed = training.finish()
    assert (tape.recordings, tape.replays) == (1, 1)
    assert "a replayed step differs by" in caplog.text
    plain = TrainingRun(
        build_network(small_cell(), protocol.make_host(split.shape), seed=1),
        setup,
        Pulse(ignore, protocol.steps, 60),
    )
    assert [point["loss"] for point in replayed.curve] == [point["loss"] for point in plain.finish().curve]
    for name, value in plain.network.state_dict().items():
        assert torch.equal(network.state_dict()[name], value), name


def test_a_lack_of_memory_while_recording_is_the_trainer_s_business() -> None:
    def record(function: Callable[[], Tensor]) -> tuple[Replay, Tensor]:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    captured = CapturedStep(lambda images, labels: images, record, list)
    for _ in range(WARM_UP):
        captured(torch.zeros(1), torch.zeros(1))
    with pytest.raises(torch.OutOfMemoryError):
        captured(torch.zeros(1), torch.zeros(1))


def test_on_a_processor_nothing_is_recorded() -> None:
    assert trained(None)[1].captured is None
