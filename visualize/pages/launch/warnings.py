"""Warnings before a launch: a search that would not search, trainings that would not end."""

from search.evolution.experiments.config import ExperimentConfig
from visualize.pages.launch.evaluator_fields import inheritance_warnings
from visualize.pages.shared.duration_estimate import DurationEstimate, rough_seconds
from visualize.style.formats import count
from visualize.style.money import money

WITHOUT_CHOICE = ("random",)
"""Strategies that never choose, whose initial networks are all they try."""


def launch_warnings(config: ExperimentConfig, estimate: DurationEstimate) -> list[str]:
    """Empty where nothing is odd. Nothing here is refused: a person may have a reason."""
    found = []
    tried, initial = config.budget.individuals, config.strategy.initial_population
    if config.strategy.kind not in WITHOUT_CHOICE and tried <= initial:
        found.append(
            f"An initial population of {count(initial)} leaves none of {count(tried)} networks to the strategy: all "
            f"are random. Try more than {count(initial)} networks, or begin with fewer."
        )
    limit, repeat = config.protocol.time_limit_seconds, estimate.seconds_each / config.protocol.repeats
    if repeat > limit:
        found.append(
            f"One training takes about {rough_seconds(repeat)} by the estimate, more than its time limit of "
            f"{rough_seconds(limit)}: it would be ended and count as failed. Raise the limit, or train for fewer steps."
        )
    found += inheritance_warnings(config)
    hours = config.budget.device_hours
    if hours is not None and 3600 * hours < estimate.device_seconds:
        networks = max(1, round(3600 * hours / estimate.seconds_each))
        found.append(
            f"The budget of {hours:,.4g} device hours{_money(hours)} ends the search after about {count(networks)} of "
            f"{count(tried)} networks by the estimate."
        )
    return found


def _money(hours: float) -> str:
    told = money(3600 * hours)
    return f", {told}," if told else ""
