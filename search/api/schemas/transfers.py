"""Schemas: imports."""

from typing import Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import Document
from search.api.schemas.experiments import EXAMPLE_SUMMARY, ExperimentDocument
from search.evolution.experiments.presets import PRESETS
from search.services.importing import Imported


class ImportedEvaluations(Document):
    """How the file's evaluations and this installation's met."""

    new: int = Field(description="Were not here")
    known: int = Field(description="Were here, and nothing changed")
    finished: int = Field(
        description="Waited, ran or had failed here, and are done now: nothing is trained twice"
    )
    differing: int = Field(
        description="Were finished here with other accuracies, which stay; the imported individuals keep the "
        "fitness that their search saw"
    )


class ImportedExperiment(Document):
    """What an import has made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "experiment": EXAMPLE_SUMMARY
                    | {"state": "finished", "notes": "", "config": PRESETS["quick"].config.to_json()}
                    | {"dataset_report": None},
                    "individuals": 80,
                    "evaluations": {"new": 76, "known": 2, "finished": 0, "differing": 0},
                }
            ]
        }
    )

    experiment: ExperimentDocument
    individuals: int
    evaluations: ImportedEvaluations

    @classmethod
    def of(cls, row: models.Experiment, done: Imported) -> Self:
        return cls(
            experiment=ExperimentDocument.of(row),
            individuals=done.individuals,
            evaluations=ImportedEvaluations(**vars(done.met)),
        )
