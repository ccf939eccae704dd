"""Schemas: what a comparison of spaces has found."""

from typing import Self

from pydantic import Field

from search.api.schemas.base import Document
from search.api.schemas.shared_trainings import CorrelationDocument
from search.api.schemas.study_results import MeasuredDocument
from search.evolution.statistics.paired import PairedDifference
from search.evolution.statistics.variances import SpreadComparison
from search.evolution.studies.results import Difference
from search.evolution.studies.space_results import SpacePair, SpaceScores
from search.selectors.studies import StudyResults
from search.selectors.study_spaces import space_findings


class ComparedSpaceDocument(Document):
    """One space, over its networks."""

    space: str
    fitness: MeasuredDocument | None = Field(description="In the search's host, over networks")
    test: MeasuredDocument | None = Field(description="Test accuracy in the large host, over networks")
    between_runs: MeasuredDocument | None = Field(
        description="Standard deviation over the runs of one network, mean over networks"
    )
    rank_correlation: CorrelationDocument | None = Field(
        description="Of fitness with test accuracy; null below five networks"
    )

    @classmethod
    def of(cls, row: SpaceScores) -> Self:
        return cls(
            space=row.space,
            fitness=MeasuredDocument.of(row.fitness),
            test=MeasuredDocument.of(row.test),
            between_runs=MeasuredDocument.of(row.between_runs),
            rank_correlation=row.carry_over and CorrelationDocument.of(row.carry_over),
        )


class PairedDocument(Document):
    """The mean of differences between networks of one size, with its 95 % interval. Fractions."""

    value: float
    low: float
    high: float
    chance: float = Field(description="p-value of the paired t-test, two-sided")
    pairs: int

    @classmethod
    def of(cls, found: PairedDifference | None) -> Self | None:
        return cls(**vars(found)) if found else None


class SpreadDocument(Document):
    """Two standard deviations over networks compared."""

    first: float
    second: float
    chance: float = Field(description="p-value of Brown and Forsythe's test")

    @classmethod
    def of(cls, found: SpreadComparison | None) -> Self | None:
        return cls(first=found.first, second=found.second, chance=found.chance) if found else None


class RunsSpreadDocument(Document):
    """Of the mean standard deviations over runs of one network."""

    value: float = Field(description="First less second, a fraction")
    chance: float | None = Field(description="p-value of Welch's test, two-sided")

    @classmethod
    def of(cls, found: Difference | None) -> Self | None:
        return cls(value=found.value, chance=found.chance) if found else None


class SpacePairDocument(Document):
    """Two spaces, first less second; null where too little is measured."""

    first: str
    second: str
    fitness: PairedDocument | None
    test: PairedDocument | None
    change: PairedDocument | None = Field(description="Difference in test accuracy less that in fitness")
    fitness_spread: SpreadDocument | None
    test_spread: SpreadDocument | None
    runs_spread: RunsSpreadDocument | None

    @classmethod
    def of(cls, row: SpacePair) -> Self:
        return cls(
            first=row.first,
            second=row.second,
            fitness=PairedDocument.of(row.fitness),
            test=PairedDocument.of(row.test),
            change=PairedDocument.of(row.change),
            fitness_spread=SpreadDocument.of(row.fitness_spread),
            test_spread=SpreadDocument.of(row.test_spread),
            runs_spread=RunsSpreadDocument.of(row.runs_spread),
        )


class SpacesDocument(Document):
    """Spaces compared at equal size."""

    spaces: list[ComparedSpaceDocument]
    pairs: list[SpacePairDocument]
    rank_correlation: CorrelationDocument | None = Field(description="Over the networks of all spaces")

    @classmethod
    def of(cls, results: StudyResults) -> Self:
        found = space_findings(results)
        return cls(
            spaces=[ComparedSpaceDocument.of(row) for row in found.spaces],
            pairs=[SpacePairDocument.of(row) for row in found.pairs],
            rank_correlation=found.carry_over and CorrelationDocument.of(found.carry_over),
        )
