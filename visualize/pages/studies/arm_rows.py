"""One configuration of a study as tables show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from search.evolution.statistics.significance import Measured
from search.models import Individual
from search.selectors.studies import ArmResult


@dataclass(frozen=True)
class ArmRow:
    """One configuration over its seeds."""

    number: int
    """From 1; the table of differences names it by that."""
    arm: ArmResult
    test: Measured | None
    search: Measured | None
    device_seconds: float

    @property
    def parameters(self) -> float | None:
        """Of the best networks, mean over seeds."""
        return _mean([best.parameters for best in self._bests()])

    @property
    def multiply_adds(self) -> float | None:
        return _mean([best.multiply_adds for best in self._bests()])

    @property
    def finished(self) -> int:
        return sum(cell.cell.complete for cell in self.arm.cells)

    def _bests(self) -> list[Individual]:
        searches = [cell.experiment for cell in self.arm.cells if cell.experiment]
        return [search.best for search in searches if search.best]


def _mean(values: Sequence[int]) -> float | None:
    return fmean(values) if values else None


def arm_rows(arms: Sequence[ArmResult]) -> list[ArmRow]:
    return [
        ArmRow(
            number, arm, arm.scores.test, arm.scores.search, sum(cell.device_seconds for cell in arm.cells)
        )
        for number, arm in enumerate(arms, start=1)
    ]
