"""Permutation importance as the page shows it: what a worker worked out, how old it is, and what it can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from search.models import Experiment, ImportanceReport
from visualize.pages.motifs.interval_plot import HEIGHT, WIDTH
from visualize.pages.motifs.what_works.features import Feature

PREDICTS_NOTHING = 0.1
"""Rank correlation up to which the model's importances mean nothing."""
SIDE = 5.0
"""Room beside the ends of the scale."""


@dataclass(frozen=True)
class ImportanceRow:
    """One feature: the mean fall of the rank correlation when it is shuffled, and its deviation over shuffles."""

    label: str
    look: str
    mean: float
    sd: float
    most: float
    """Of the scale."""

    height = HEIGHT
    middle = HEIGHT / 2
    width = WIDTH

    @property
    def verdict(self) -> str:
        return "better" if self.mean > self.sd else "open"

    @property
    def zero(self) -> float:
        return self._x(0.0)

    @property
    def places(self) -> tuple[float, float, float]:
        return (self._x(self.mean - self.sd), self._x(self.mean), self._x(self.mean + self.sd))

    def _x(self, value: float) -> float:
        """The scale begins a fifth of itself below zero, where shuffling helps by chance."""
        share = (value + 0.2 * self.most) / (1.2 * self.most)
        return round(SIDE + (WIDTH - 2 * SIDE) * min(1.0, max(0.0, share)), 1)


@dataclass(frozen=True)
class ShownImportance:
    waits: bool
    reason: str
    made_at: datetime | None
    networks: int
    every: int
    fewest: int
    rank: tuple[float, float] | None
    """Held-out rank correlation of the model and its deviation over folds; None: too few networks."""
    rows: list[ImportanceRow]
    model: str
    folds: int
    shuffles: int
    newer: int
    """Evaluated since."""

    @property
    def predicts(self) -> bool:
        return self.rank is not None and self.rank[0] > PREDICTS_NOTHING


def shown_importance(experiment: Experiment, listed: Sequence[Feature]) -> ShownImportance:
    row = ImportanceReport.objects.filter(experiment=experiment).first()
    content = (row.content if row else None) or {}
    rank = content.get("rank_correlation")
    most = max((found["mean"] + found["sd"] for found in content.get("features", ())), default=0.0)
    by_word = {feature.word: feature for feature in listed}
    return ShownImportance(
        waits=row is not None and row.asked_at is not None,
        reason=row.reason if row else "",
        made_at=row.made_at if row else None,
        networks=content.get("networks", 0),
        every=content.get("every", 1),
        fewest=content.get("fewest", 0),
        rank=(rank["mean"], rank["sd"]) if rank else None,
        rows=[
            ImportanceRow(
                by_word[found["word"]].label,
                by_word[found["word"]].look,
                found["mean"],
                found["sd"],
                most or 1.0,
            )
            for found in content.get("features", ())
            if found["word"] in by_word
        ],
        model=content.get("model", ""),
        folds=content.get("folds", 0),
        shuffles=content.get("shuffles", 0),
        newer=experiment.evaluated - row.evaluated if row and row.made_at else 0,
    )
