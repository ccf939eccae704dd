"""Early-stop check of a running training: asks whether any experiment still wants it.

Asked at every point of the first repeat's curve that has a validation accuracy. A training that may be wanted again
later leaves its state behind before it ends.
"""

from collections.abc import Sequence
from functools import partial

from search import services
from search.database.retrying import insist
from search.evolution.evaluation import Cancelled, Checkpoint, CurvePoint, Progress
from search.services import Claim, TrainingPoint

GAVE_UP = "Nobody waits for evaluation {key} any more: it was stopped early at step {step} of {steps}."


class EarlyStops:
    """One attempt's questions and the answers to them."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._text = ""
        """Why the training is to end; empty while it goes on."""
        self.experiments: list[int] = []
        """Who gave it up, and has room for another individual."""

    def ask(self, progress: Progress, repeat: int, curve: Sequence[CurvePoint]) -> None:
        """Raises Cancelled, at once or, to leave its state behind first, at the next occasion."""
        if self._text:
            raise Cancelled(self._text)
        if repeat or progress.validation_accuracy is None or progress.step >= progress.steps:
            return
        point = TrainingPoint(progress.step, progress.steps, progress.validation_accuracy, progress.seconds)
        verdict = insist(partial(services.judge_point, claim=self._claim, point=point, curve=curve))
        self.experiments += [key for key in verdict.experiments if key not in self.experiments]
        if verdict.needed:
            return
        text = GAVE_UP.format(key=self._claim.evaluation_id, step=point.step, steps=point.steps)
        if not verdict.may_go_on:
            raise Cancelled(text)
        self._text = text

    def leaving_behind(self, checkpoint: Checkpoint) -> Checkpoint:
        """That checkpoint; one save more, and then no step more, when the training is to end."""
        return _Last(self, checkpoint)

    @property
    def ending(self) -> str:
        return self._text


class _Last:
    def __init__(self, stops: EarlyStops, inner: Checkpoint) -> None:
        self._stops = stops
        self._inner = inner

    def due(self) -> bool:
        return bool(self._stops.ending) or self._inner.due()

    def save(self, state: bytes) -> None:
        self._inner.save(state)
        if self._stops.ending:
            raise Cancelled(self._stops.ending)

    def load(self) -> bytes | None:
        return self._inner.load()
