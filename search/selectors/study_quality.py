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
    """In the order of the configurations. The hours are those of the search's own networks, each counted once. What a
    finished search found holds to the end of the longest one: it would still have it then."""
    lines = [_lines(arm) for arm in results.arms]
    end = max((line[-1][0] for found in lines for line, _ in found), default=0.0)
    targets = quality_targets([[line for line, _ in found] for found in lines])
    return [
        ArmQuality(
            arm,
            tuple(_to(end, line) if is_over else line for line, is_over in found),
            tuple(reached([line for line, _ in found], target) for target in targets),
        )
        for arm, found in zip(results.arms, lines, strict=True)
    ]


def _to(end: float, line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return line if line[-1][0] >= end else [*line, (end, line[-1][1])]


def _lines(arm: ArmResult) -> list[tuple[list[tuple[float, float]], bool]]:
    """With whether the search is over."""
    searches = [cell.experiment for cell in arm.cells if cell.experiment and cell.experiment.population]
    return [
        (
            [(mark.seconds / SECONDS, mark.best) for mark in cached_course(search).marks],
            search.finished_at is not None,
        )
        for search in searches
    ]
