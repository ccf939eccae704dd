"""Schemas: permutation importance of the features and the cell's edges of an experiment's networks."""

from typing import Any, Self

from pydantic import AwareDatetime, ConfigDict, Field

from search.api.schemas.base import Document
from search.selectors.importance_reports import ImportanceFindings, ModelImportance

ROW: dict[str, Any] = {"word": "op:sep3x3", "mean": 0.31, "sd": 0.06}
MODEL: dict[str, Any] = {"rank_correlation": 0.62, "deviation": 0.05, "items": [ROW]}
EXAMPLE: dict[str, Any] = {
    "waits": False,
    "reason": "",
    "made_at": "2026-11-30T18:20:00Z",
    "newer": 3,
    "networks": 412,
    "every": 1,
    "fewest": 40,
    "folds": 5,
    "shuffles": 10,
    "model": "random forest of 100 trees, scikit-learn 1.9.1",
    "features": MODEL,
    "edges": MODEL | {"items": [ROW | {"word": "L3-M1-e1-2"}]},
}


class ImportanceRow(Document):
    """What is lost when one feature is shuffled."""

    model_config = ConfigDict(json_schema_extra={"examples": [ROW]})

    word: str = Field(
        description="Of a feature, as filters have it; of an edge its id in drawings: `L3-M1-e1-2` is the edge from "
        "node 1 to node 2 of motif 1 of level 3"
    )
    mean: float = Field(description="Fall of the rank correlation when it is shuffled")
    sd: float = Field(description="Standard deviation over all shuffles of all parts")


class ModelDocument(Document):
    """What one model that predicts fitness leans on."""

    model_config = ConfigDict(json_schema_extra={"examples": [MODEL]})

    rank_correlation: float = Field(
        description="Spearman's, of predicted and measured fitness on networks that the model has not seen. Near zero "
        "the importances mean nothing"
    )
    deviation: float = Field(description="Of that correlation over the parts")
    items: list[ImportanceRow] = Field(description="The largest first")

    @classmethod
    def of(cls, found: ModelImportance | None) -> Self | None:
        if found is None:
            return None
        rank, deviation = found.rank
        rows = [ImportanceRow(**row._asdict()) for row in found.rows]
        return cls(rank_correlation=rank, deviation=deviation, items=rows)


class ImportanceDocument(Document):
    """What predicts fitness in an experiment, as far as a worker has worked it out."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    waits: bool = Field(description="It was asked for, and no worker has answered yet")
    reason: str = Field(description="Why the last attempt came to nothing")
    made_at: AwareDatetime | None = Field(description="Null: not worked out yet")
    newer: int = Field(description="Networks evaluated since")
    networks: int = Field(description="That the models were fitted to and asked about")
    every: int = Field(description="One of so many steps was read")
    fewest: int = Field(description="Networks below which nothing is worked out")
    folds: int = Field(description="Parts; each is predicted by a model of the others")
    shuffles: int = Field(description="Of each feature in each part")
    model: str
    features: ModelDocument | None = Field(
        description="By size, depth and number of each operation; null: not worked out, or too few networks"
    )
    edges: ModelDocument | None = Field(
        description="By what each edge of the cell carries, from a model of that alone"
    )

    @classmethod
    def of(cls, found: ImportanceFindings) -> Self:
        told = {name: getattr(found, name) for name in cls.model_fields if name not in ("features", "edges")}
        return cls(**told, features=ModelDocument.of(found.features), edges=ModelDocument.of(found.edges))
