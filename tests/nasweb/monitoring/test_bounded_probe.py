"""Waiting for what may never answer."""

import threading

import pytest

from nasweb.monitoring.bounded_probe import BoundedProbe, ProbeTimeout


def test_what_hangs_is_waited_for_by_one_thread_however_often_it_is_asked_for() -> None:
    asked: list[int] = []
    go = threading.Event()

    def ask() -> int:
        asked.append(1)
        go.wait()
        return len(asked)

    question = BoundedProbe(ask)
    for _ in range(5):
        with pytest.raises(ProbeTimeout):
            question.answer(0.01)
    assert len(asked) == 1
    go.set()
    assert question.answer(10) in (1, 2)  # the first one's answer, or that of a new one
    assert question.answer(10) == len(asked)


def test_what_is_raised_is_raised_where_the_answer_is_wanted() -> None:
    def ask() -> int:
        raise ConnectionError("away")

    with pytest.raises(ConnectionError, match="away"):
        BoundedProbe(ask).answer(10)
