"""Schemas: what a study has measured: of each configuration, of each cell, of each two configurations."""

from typing import Literal, Self

from pydantic import ConfigDict, Field

from search.api.schemas.base import Document
from search.evolution.statistics.significance import Measured
from search.evolution.studies.results import Difference
from search.selectors.studies import ArmResult, CellResult, StudyResults


class MeasuredDocument(Document):
    """A mean with its deviation. Fractions 0..1."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mean": 0.96, "deviation": 0.01, "count": 3}]})

    mean: float
    deviation: float | None = Field(description="Of the sample; null for one value")
    count: int

    @classmethod
    def of(cls, found: Measured | None) -> Self | None:
        return cls(mean=found.mean, deviation=found.spread, count=found.repeats) if found else None


class ArmDocument(Document):
    """One configuration over its seeds."""

    arm: str
    title: str
    test: MeasuredDocument | None = Field(description="Test accuracy of the best networks")
    over: Literal["seeds", "runs"] = Field(description="What the deviation of `test` is of")
    fitness: MeasuredDocument | None = Field(description="Best fitness of finished searches, over seeds")

    @classmethod
    def of(cls, row: ArmResult) -> Self:
        return cls(
            arm=row.arm,
            title=row.title,
            test=MeasuredDocument.of(row.scores.test),
            over=row.scores.over,
            fitness=MeasuredDocument.of(row.scores.search),
        )


class CellDocument(Document):
    """One configuration with one seed."""

    arm: str
    seed: int
    experiment_id: int | None
    final_id: int | None
    along_ids: list[int] = Field(
        description="Final evaluations of its first network and of those that were the best along its search"
    )
    fitness: float | None = Field(description="Of its best network so far")
    accuracies: list[float] = Field(description="On the test set, one for each run")
    complete: bool

    @classmethod
    def of(cls, row: CellResult) -> Self:
        return cls(
            arm=row.cell.arm,
            seed=row.cell.seed,
            experiment_id=row.cell.experiment_id,
            final_id=row.cell.final_id,
            along_ids=[final.pk for final in row.along],
            fitness=row.fitness,
            accuracies=list(row.accuracies),
            complete=row.cell.complete,
        )


class DifferenceDocument(Document):
    """Two configurations compared: of test accuracy, or of fitness where no test score was asked for."""

    arm: str
    other: str
    value: float = Field(description="`arm` less `other`, a fraction")
    chance: float | None = Field(
        description="p-value of Welch's test, two-sided; null where either was measured once"
    )

    @classmethod
    def all_of(cls, results: StudyResults) -> list[Self]:
        """Each pair once."""
        names = [arm.arm for arm in results.arms]
        table = results.differences()
        pairs = [(one, other) for one in range(len(names)) for other in range(one)]
        return [
            cls.of(names[one], names[other], found) for one, other in pairs if (found := table[one][other])
        ]

    @classmethod
    def of(cls, arm: str, other: str, found: Difference) -> Self:
        return cls(arm=arm, other=other, value=found.value, chance=found.chance)
