"""What an experiment's strategy has learned."""

from typing import Any, Self

from pydantic import ConfigDict, Field

from search.api.schemas.base import Document
from search.selectors.strategy_reports import StrategyReport

EXAMPLE: dict[str, Any] = {
    "kind": "evolution",
    "title": "Evolution",
    "runs": "step",
    "version": None,
    "observed": None,
    "drafts": 0,
    "facts": [["Tournament", "10 of 200"]],
    "tables": [
        {
            "title": "Chance to become the next parent",
            "columns": ["Fitness", "Chance"],
            "rows": [["rank 1", "5.00 %"]],
        }
    ],
    "history": [],
    "against": [],
}


class PredictionDocument(Document):
    """What a model said of a network, and what was found then: fractions."""

    step: int
    predicted: float
    found: float


class StrategyReportDocument(Document):
    """How a strategy chooses now, or what its model has learned."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    kind: str
    title: str
    runs: str
    version: int | None = Field(description="Of a learned strategy's model; null where nothing learns")
    observed: int | None = Field(description="Completions that the model has learned from")
    drafts: int = Field(description="Genotypes that it has proposed ahead")
    facts: list[tuple[str, str]] = Field(description="Label and value")
    tables: list[dict[str, Any]] = Field(description="{title, columns, rows}")
    against: list[PredictionDocument] = Field(
        default=[], description="Networks that the model had not seen; empty where nothing is predicted"
    )
    history: list[dict[str, float]] = Field(description="A few numbers of each version of the model")

    @classmethod
    def of(cls, found: StrategyReport) -> Self:
        state = found.state
        pairs = found.report.get("against", [])
        return cls(
            kind=found.row.kind,
            title=found.row.title,
            runs=found.row.runs,
            version=state.version if state else None,
            observed=state.observed_until if state else None,
            drafts=found.drafts,
            history=found.history,
            against=[
                PredictionDocument(step=step, predicted=told, found=fitness) for step, told, fitness in pairs
            ],
            **{name: value for name, value in found.report.items() if name != "against"},
        )
