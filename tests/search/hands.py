"""What may happen to the individuals of an experiment, at random and in any order."""

import random
from collections.abc import Callable

from search.models import Evaluation, Individual, WorkState
from tests.search.populations import Population


class Hands:
    """One experiment in which anything may happen at any time."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.made = Population(state="running")
        self._acts: list[Callable[[], object]] = [
            *[self._join] * 5, *[self._end] * 3, self._fail, self._retry, self._repeat, self._lose, self._move,
            self._note,
        ]  # fmt: skip

    def act(self) -> None:
        self._rng.choice(self._acts)()

    def _rows(self, *states: str) -> list[Individual]:
        return list(self.made.experiment.individuals.filter(state__in=states).order_by("step"))

    def _one(self, *states: str) -> Individual | None:
        rows = self._rows(*states)
        return self._rng.choice(rows) if rows else None

    def _join(self) -> None:
        """A network that may be known, from motifs that may be: unused, once, or in two slots."""
        network = f"n{self._rng.randrange(12)}"
        motifs = [
            (f"{self._rng.choice('abcdef')}{self._rng.randrange(10)}", self._rng.randrange(3))
            for _ in range(3)
        ]
        known = Evaluation.objects.filter(phenotype_key=network).first()
        fitness = known.fitness if known else self._rng.choice([None, self._rng.random()])
        state = known.state if known else None
        self.made.add(fitness, network=network, motifs=motifs, state=state)

    def _end(self) -> None:
        """All that wait for it have its fitness, or one of them has, for the others were cancelled by hand."""
        if row := self._one(*Individual.OPEN):
            self._set(row, WorkState.DONE, self._rng.random(), alone=self._rng.random() < 0.3)

    def _fail(self) -> None:
        if row := self._one(*Individual.OPEN):
            self._set(row, WorkState.FAILED, None)

    def _retry(self) -> None:
        if row := self._one(WorkState.FAILED, WorkState.CANCELLED):
            self._set(row, WorkState.WAITING, None, alone=self._rng.random() < 0.3)

    def _repeat(self) -> None:
        """A further repeat changes what all of a network, or some of them, have."""
        if row := self._one(WorkState.DONE):
            self._set(row, WorkState.DONE, self._rng.random(), alone=self._rng.random() < 0.3)

    def _lose(self) -> None:
        if row := self._one(WorkState.DONE):
            self._set(row, WorkState.CANCELLED, None, alone=self._rng.random() < 0.5)

    def _set(self, row: Individual, state: str, fitness: float | None, *, alone: bool = False) -> None:
        rows = Individual.objects.filter(pk=row.pk) if alone else row.evaluation.individuals.all()
        rows.update(state=state, fitness=fitness, completion=None)
        Evaluation.objects.filter(pk=row.evaluation_id).update(
            state="done" if fitness else "failed", fitness=fitness or None
        )

    def _move(self) -> None:
        """An upgrade of the trainer: what waits moves to another evaluation."""
        if row := self._one(*Individual.OPEN):
            other = self._rng.choice(Evaluation.objects.order_by("pk"))
            row.evaluation.individuals.filter(state__in=Individual.OPEN).update(
                evaluation=other, state=other.state, fitness=other.fitness
            )

    def _note(self) -> None:
        if row := self._one(*WorkState.values):
            Individual.objects.filter(pk=row.pk).update(notes="odd", tags=["odd"])
