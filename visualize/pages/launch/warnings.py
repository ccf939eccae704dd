"""Warnings before a launch: a search that would not search, trainings that would not end."""

from search.evolution.experiments.config import ExperimentConfig
from visualize.pages.shared.duration_estimate import DurationEstimate, rough_seconds
from visualize.style.formats import count

WITHOUT_CHOICE = ("random",)
"""Strategies that never choose, whose initial networks are all they try."""


def launch_warnings(config: ExperimentConfig, estimate: DurationEstimate) -> list[str]:
    """Empty where nothing is odd. Nothing here is refused: a person may have a reason."""
    found = []
    tried, initial = config.budget.individuals, config.strategy.initial_population
    if config.strategy.kind not in WITHOUT_CHOICE and tried <= initial:
        found.append(
            f"Of {count(initial)} initial networks only {count(tried)} are tried: all of them are random, and the "
            f"strategy chooses none. Try more than {count(initial)} networks, or begin with fewer."
        )
    limit, repeat = config.protocol.time_limit_seconds, estimate.seconds_each / config.protocol.repeats
    if repeat > limit:
        found.append(
            f"One training takes about {rough_seconds(repeat)} by the estimate, more than its time limit of "
            f"{rough_seconds(limit)}: it would fail with time_out. Raise the limit, or train for fewer steps."
        )
    return found
