"""Permutation importance as the page shows it: what a worker worked out, how old it is, and what it can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass

from search.evolution.genotypes.space import SearchSpace
from search.models import Experiment
from search.selectors.importance_reports import ImportanceFindings, ModelImportance, importance_findings
from search.selectors.network_features import cell_edges
from visualize.pages.motifs.interval_plot import HEIGHT, WIDTH
from visualize.pages.motifs.what_works.factors import name_of_edge
from visualize.pages.motifs.what_works.features import features

PREDICTS_NOTHING = 0.1
"""Rank correlation up to which the model's importances mean nothing."""
LONGEST = 16
"""Rows of a table; a cell may have a hundred edges."""
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
class ImportanceTable:
    """What one model leans on, the most first."""

    of: str
    """Heading of the first column."""
    rank: tuple[float, float]
    rows: list[ImportanceRow]
    hidden: int
    """Rows that are left out, which matter less."""

    @property
    def predicts(self) -> bool:
        return self.rank[0] > PREDICTS_NOTHING


@dataclass(frozen=True)
class ShownImportance:
    found: ImportanceFindings
    features: ImportanceTable | None
    edges: ImportanceTable | None


def shown_importance(experiment: Experiment, space: SearchSpace) -> ShownImportance:
    found = importance_findings(experiment)
    by_word = {feature.word: (feature.label, feature.look) for feature in features(space)}
    by_edge = {edge.word: (name_of_edge(space, edge), "") for edge in cell_edges(space)}
    return ShownImportance(
        found, _table("Feature", found.features, by_word), _table("Edge", found.edges, by_edge)
    )


def _table(
    of: str, model: ModelImportance | None, looks: Mapping[str, tuple[str, str]]
) -> ImportanceTable | None:
    """`looks` are label and swatch of each word; None where nothing was worked out."""
    if model is None:
        return None
    most = max((row.mean + row.sd for row in model.rows), default=0.0)
    rows = [
        ImportanceRow(*looks[row.word], row.mean, row.sd, most if most > 0 else 1.0)
        for row in model.rows
        if row.word in looks
    ]
    return ImportanceTable(of, model.rank, rows[:LONGEST], max(0, len(rows) - LONGEST))
