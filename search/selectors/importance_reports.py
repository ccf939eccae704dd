"""Permutation importance as a worker that learns left it: of features, and of the edges of the cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from search.models import Experiment, ImportanceReport


class Importance(NamedTuple):
    """Fall of the rank correlation between predicted and measured fitness when one feature is shuffled."""

    word: str
    """Of the filter, such as `op:sep3x3`; of an edge its id in drawings, such as `L3-M1-e1-2`."""
    mean: float
    sd: float
    """Over all shuffles of all parts."""


@dataclass(frozen=True)
class ModelImportance:
    """What one model leans on."""

    rank: tuple[float, float]
    """Spearman's correlation on networks that the model has not seen: mean and deviation over the parts."""
    rows: list[Importance]
    """The largest first."""


@dataclass(frozen=True)
class ImportanceFindings:
    """Where the work stands, and what was found last."""

    waits: bool
    """Somebody has asked, and no worker has answered yet."""
    reason: str
    """Why the last attempt came to nothing."""
    made_at: datetime | None
    newer: int
    """Networks evaluated since."""
    networks: int
    every: int
    """One of so many steps was read."""
    fewest: int
    """Networks below which nothing is worked out."""
    folds: int
    shuffles: int
    model: str
    features: ModelImportance | None
    """None: not worked out, or too few networks."""
    edges: ModelImportance | None
    """Of a model that knows what each edge of the cell carries, and nothing else."""


def importance_findings(experiment: Experiment) -> ImportanceFindings:
    row = ImportanceReport.objects.filter(experiment=experiment).first()
    content = (row.content if row else None) or {}
    return ImportanceFindings(
        waits=row is not None and row.asked_at is not None,
        reason=row.reason if row else "",
        made_at=row.made_at if row else None,
        newer=experiment.evaluated - row.evaluated if row and row.made_at else 0,
        networks=content.get("networks", 0),
        every=content.get("every", 1),
        fewest=content.get("fewest", 0),
        folds=content.get("folds", 0),
        shuffles=content.get("shuffles", 0),
        model=content.get("model", ""),
        features=_model(content),
        edges=_model(content.get("edges", {})),  # reports of earlier versions have none
    )


def _model(content: Mapping[str, Any]) -> ModelImportance | None:
    rank = content.get("rank_correlation")
    if rank is None:
        return None
    return ModelImportance((rank["mean"], rank["sd"]), [Importance(**row) for row in content["features"]])
