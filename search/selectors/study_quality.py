"""Reads of study `time-to-quality`: the best so far of each search against the device hours that it has spent."""

from dataclasses import dataclass

from search.evolution.studies.quality_results import Reached, quality_targets, reached
from search.selectors.comparison import cached_course
from search.selectors.studies import ArmResult, StudyResults

SECONDS = 3600


@dataclass(frozen=True)
class ArmQuality:
    """One configuration."""

    arm: ArmResult
    lines: tuple[list[tuple[float, float]], ...]
    """(device hours, best fitness so far) of each seed that has a network; running searches too."""
    reached: tuple[Reached, ...]
    """For each of the targets, which are the same for all configurations."""


def quality_of(results: StudyResults) -> list[ArmQuality]:
    """In the order of the configurations. The hours are those of the search's own networks, each counted once."""
    lines = [_lines(arm) for arm in results.arms]
    targets = quality_targets(lines)
    return [
        ArmQuality(arm, tuple(found), tuple(reached(found, target) for target in targets))
        for arm, found in zip(results.arms, lines, strict=True)
    ]


def _lines(arm: ArmResult) -> list[list[tuple[float, float]]]:
    searches = [cell.experiment for cell in arm.cells if cell.experiment and cell.experiment.population]
    return [
        [(mark.seconds / SECONDS, mark.best) for mark in cached_course(search).marks] for search in searches
    ]
