"""Reads of study `space`: each space's networks, and what is told of each two spaces."""

from dataclasses import dataclass

from search.evolution.statistics.rank_intervals import Correlation
from search.evolution.studies.space_results import (
    MeasuredNetwork,
    Resolutions,
    SpacePair,
    SpaceScores,
    rank_agreement,
    space_pairs,
)
from search.selectors.studies import ArmResult, StudyResults


@dataclass(frozen=True)
class SpaceFindings:
    """What a study of spaces has found so far."""

    spaces: tuple[SpaceScores, ...]
    pairs: tuple[SpacePair, ...]
    carry_over: Correlation | None
    """Kendall's tau of fitness with test accuracy over the networks of all spaces; None: too few have both."""


def space_findings(results: StudyResults) -> SpaceFindings:
    """Of results whose arms are spaces."""
    spaces = tuple(_scores(arm) for arm in results.arms)
    images = results.cells[0].cell.search.protocol.validation_images
    pairs = space_pairs(spaces, Resolutions(1 / max(1, images), 1 / max(1, results.test_images)))
    return SpaceFindings(spaces, tuple(pairs), rank_agreement([one for row in spaces for one in row.scored]))


def _scores(arm: ArmResult) -> SpaceScores:
    """Only finished searches count: a first repeat is no fitness yet."""
    networks = [
        MeasuredNetwork(row.cell.seed, row.fitness, row.accuracies)
        for row in arm.cells
        if row.fitness is not None and row.experiment and row.experiment.finished_at
    ]
    return SpaceScores(arm.arm, arm.title, tuple(networks))
