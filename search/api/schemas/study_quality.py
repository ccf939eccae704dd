"""Schemas: the best so far against device hours, and when each fitness was reached."""

from typing import Self

from pydantic import Field

from search.api.schemas.base import Document
from search.selectors.studies import StudyResults
from search.selectors.study_quality import ArmQuality, quality_of


class QualityPoint(Document):
    """Where a search became better, or its end."""

    hours: float = Field(description="Device hours of its own networks so far, each counted once")
    best: float = Field(description="Best fitness so far, a fraction 0..1")


class ReachedDocument(Document):
    """When a configuration reached a fitness."""

    fitness: float
    hours: float | None = Field(description="Median over seeds; null: at least half of them did not reach it")
    seeds: int = Field(description="How many did")


class QualityDocument(Document):
    """One configuration."""

    arm: str
    title: str
    seeds: list[list[QualityPoint]] = Field(description="One line for each seed that has a network")
    reached: list[ReachedDocument] = Field(description="The same values of fitness for all configurations")

    @classmethod
    def all_of(cls, results: StudyResults) -> list[Self]:
        return [cls.of(row) for row in quality_of(results)]

    @classmethod
    def of(cls, row: ArmQuality) -> Self:
        return cls(
            arm=row.arm.arm,
            title=row.arm.title,
            seeds=[_points(line) for line in row.lines],
            reached=[ReachedDocument(**vars(one)) for one in row.reached],
        )


def _points(line: list[tuple[float, float]]) -> list[QualityPoint]:
    rises = [
        index
        for index in range(len(line))
        if index in (0, len(line) - 1) or line[index][1] > line[index - 1][1]
    ]
    return [QualityPoint(hours=line[index][0], best=line[index][1]) for index in rises]
