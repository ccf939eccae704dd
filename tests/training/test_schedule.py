"""The learning rate of each step, by itself and as the optimizer sees it."""

from math import cos, pi

import pytest
import torch

from search.training.data.datasets import load_split
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.loop.schedule import learning_rate
from search.training.network.hosts import build_network
from tests.training.cases import digits_protocol, ignore, small_cell


def seen_rates(**changes: object) -> list[float]:
    """The rate with which the optimizer took each step of a training."""
    protocol = digits_protocol(**changes)
    split = load_split(protocol)
    network = build_network(small_cell(), protocol.make_host(split.shape), seed=1)
    pulse = Pulse(ignore, protocol.steps, 60)
    training = TrainingRun(network, Setup(split, protocol, torch.device("cpu"), seed=1), pulse)
    rates: list[float] = []
    training.optimizer.register_step_pre_hook(
        lambda optimizer, args, kwargs: rates.append(optimizer.param_groups[0]["lr"])
    )
    training.finish()
    return rates


def test_a_cosine_schedule_falls_from_the_rate_itself_along_half_a_cosine_to_nearly_zero() -> None:
    rates = seen_rates(steps=20, learning_rate=0.2, schedule="cosine")
    assert rates == pytest.approx([0.2 * (1 + cos(pi * done / 20)) / 2 for done in range(20)], rel=1e-12)
    assert rates[0] == 0.2
    assert rates[10] == pytest.approx(0.1)
    assert 0 < rates[-1] < 0.01 * 0.2
    assert rates == sorted(rates, reverse=True)


def test_the_published_schedule_drops_after_the_steps_it_names() -> None:
    rates = seen_rates(steps=12, learning_rate=0.1, learning_rate_drops=[4, 9], drop_factor=0.5)
    assert rates == pytest.approx([0.1] * 4 + [0.05] * 5 + [0.025] * 3)


def test_a_rate_depends_on_the_step_alone() -> None:
    protocol = digits_protocol(steps=50, schedule="cosine")
    assert learning_rate(protocol, 26) == pytest.approx(protocol.learning_rate / 2)
