"""What runs scored on the test set: of a final evaluation, or of a known network under one final protocol."""

from collections.abc import Collection
from dataclasses import dataclass
from statistics import fmean

from search.evolution.statistics.samples import sample_deviation
from search.models import FinalRun


@dataclass(frozen=True, kw_only=True)
class RunScores:
    """Of the runs that have ended."""

    accuracies: tuple[float, ...] = ()
    """Top-1 of each, fractions 0..1, in the order of the runs."""
    top5: float | None = None
    """Mean over the runs."""

    @property
    def mean(self) -> float | None:
        return fmean(self.accuracies) if self.accuracies else None

    @property
    def deviation(self) -> float | None:
        """Of the sample; None below two runs."""
        return sample_deviation(self.accuracies)


def run_scores(final_ids: Collection[int]) -> dict[int, RunScores]:
    """Number of the final evaluation -> its scores, of those with a run, in one query."""
    runs = FinalRun.objects.filter(final__in=final_ids)
    found: dict[int, list[tuple[float, float]]] = {}
    for number, accuracy, top5 in runs.order_by("final", "run").values_list("final_id", "accuracy", "top5"):
        found.setdefault(number, []).append((accuracy, top5))
    return {
        number: RunScores(
            accuracies=tuple(accuracy for accuracy, _ in rows), top5=fmean(top5 for _, top5 in rows)
        )
        for number, rows in found.items()
    }
