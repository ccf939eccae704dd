"""Schemas: baselines beside a search, and what they scored on the test set."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import ConfigDict, Field

from search.api.schemas.base import Document
from search.evolution.experiments.presets import PRESETS
from search.evolution.finals.scores import RESNET, RESNET_SOURCE, RESNET_TITLE
from search.evolution.genotypes.reference_cells import BASELINES, REFERENCES
from search.models import FinalEvaluation
from search.selectors.baselines import Baseline
from search.selectors.reference_runs import ReferenceScore
from search.selectors.run_scores import RunScores

EXAMPLE_SCORE: dict[str, Any] = {
    "protocol": PRESETS["quick"].config.protocol.model_dump(mode="json"),
    "final_id": 3,
    "runs": 3,
    "accuracy": 0.968,
    "deviation": 0.004,
    "top5": 1.0,
    "device": "cpu",
}
EXAMPLE_CELL: dict[str, Any] = {
    "name": "residual",
    "title": BASELINES["residual"],
    "source": REFERENCES["residual"].source,
    "genotype": REFERENCES["residual"].genotype.text,
    "fits": True,
    "step": 41,
    "fitness": 0.94,
    "parameters": None,
    "scores": [EXAMPLE_SCORE],
}
EXAMPLE_RESNET: dict[str, Any] = {
    "name": RESNET,
    "title": RESNET_TITLE,
    "source": RESNET_SOURCE,
    "genotype": None,
    "fits": False,
    "step": None,
    "fitness": None,
    "parameters": 11_172_810,
    "scores": [EXAMPLE_SCORE | {"final_id": None}],
}


class BaselineScoreDocument(Document):
    """What a baseline scored on the test set under one final protocol. Accuracies are fractions 0..1."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_SCORE]})

    protocol: dict[str, Any]
    final_id: int | None = Field(description="Its final evaluation; null of a network that is no genotype")
    runs: int = Field(description="That have ended")
    accuracy: float | None = Field(description="Mean top-1 over these runs; null before the first")
    deviation: float | None = Field(description="Sample standard deviation; null below two runs")
    top5: float | None
    device: str

    @classmethod
    def of(cls, about: FinalEvaluation | ReferenceScore, found: RunScores) -> Self:
        return cls(
            protocol=about.protocol,
            final_id=about.pk if isinstance(about, FinalEvaluation) else None,
            runs=len(found.accuracies),
            accuracy=found.mean,
            deviation=found.deviation,
            top5=found.top5,
            device=about.device,
        )


class BaselineDocument(Document):
    """A known network beside a search."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CELL, EXAMPLE_RESNET]})

    name: str = Field(
        description=f"As `baseline` of `POST /finals` names it, where {RESNET} is missing: it has no cell"
    )
    title: str
    source: str
    genotype: str | None = Field(description=f"Its genotype as text; null of {RESNET}")
    fits: bool = Field(
        description="Whether it is of the search's space, so that it can be evaluated in the search"
    )
    step: int | None = Field(description="The fittest individual of the search that has this network")
    fitness: float | None = Field(description="Of that individual")
    parameters: int | None = Field(
        description="Where they do not depend on the host: of a network without cells"
    )
    scores: list[BaselineScoreDocument] = Field(description="On the search's data set, the latest first")

    @classmethod
    def of_cell(cls, row: Baseline, scores: Mapping[int, RunScores]) -> Self:
        return cls(
            name=row.name,
            title=row.title,
            source=row.source,
            genotype=row.genotype.text,
            fits=row.fits,
            step=row.individual.step if row.individual else None,
            fitness=row.individual.fitness if row.individual else None,
            parameters=None,
            scores=[
                BaselineScoreDocument.of(final, scores.get(final.pk, RunScores())) for final in row.finals
            ],
        )

    @classmethod
    def of_resnet(cls, scores: Sequence[ReferenceScore]) -> Self:
        return cls(
            name=RESNET,
            title=RESNET_TITLE,
            source=RESNET_SOURCE,
            genotype=None,
            fits=False,
            step=None,
            fitness=None,
            parameters=scores[0].parameters if scores else None,
            scores=[BaselineScoreDocument.of(found, found) for found in scores],
        )


class BaselineList(Document):
    """The baselines of a search: reference cells, then ResNet-18."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_CELL, EXAMPLE_RESNET]}]})

    items: list[BaselineDocument]
