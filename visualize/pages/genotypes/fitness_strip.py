"""Fitness strip: dot plot of one network among the others of its experiment."""

from dataclasses import dataclass

from search.models import Experiment, Individual
from search.selectors.networks import Standing
from search.selectors.progress import sampled_points
from search.selectors.twins import one_of_each
from visualize.charts.series import fitness_floor, ticks
from visualize.style.formats import per_cent

WIDTH, HEIGHT = 720, 58
LEFT, RIGHT, TOP, BOTTOM = 12, 12, 8, 38
DOTS = 400
"""More than these say nothing that these do not."""
FEW = 3
"""Others, below which there is no crowd to stand in."""
_GOLDEN = 0.6180339887
"""Its multiples spread evenly, so neighbours in time lie apart."""


@dataclass(frozen=True)
class Strip:
    """The picture; x in its units."""

    dots: str
    """The path of all dots."""
    here: float | None
    """Null while it has no fitness."""
    parent: float | None
    ticks: tuple[tuple[float, str], ...]
    shown: int
    sampled: bool
    """Whether there are more than what is drawn."""
    standing: Standing | None
    """Among all networks, drawn or not."""


def strip(experiment: Experiment, individual: Individual, standing: Standing | None) -> Strip | None:
    """None where there is no population to compare with."""
    points = {step: fitness for step, fitness, _, _ in sampled_points(experiment, limit=DOTS)}
    wanted = one_of_each(experiment.pk, points, besides=individual)
    others = [(step, fitness) for step, fitness in points.items() if step in wanted]
    if len(others) < FEW:
        return None
    values = [fitness for _, fitness in others]
    known = [value for value in (individual.fitness, _parent_fitness(individual)) if value is not None]
    low = fitness_floor([*values, *known])
    high = max([*values, *known])
    span = (high - low) or 1.0

    def x(fitness: float) -> float:
        share = (max(fitness, low) - low) / span
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    parent = _parent_fitness(individual)
    return Strip(
        dots="".join(f"M{x(fitness)} {_y(step)}h0" for step, fitness in others),
        here=None if individual.fitness is None else x(individual.fitness),
        parent=None if parent is None else x(parent),
        ticks=tuple((x(tick), per_cent(tick, 0 if span > 0.05 else 1)) for tick in ticks(low, high, 8)),
        shown=len(others),
        sampled=experiment.population > DOTS,
        standing=standing,
    )


def _parent_fitness(individual: Individual) -> float | None:
    return individual.parent.fitness if individual.parent else None


def _y(step: int) -> float:
    return round(TOP + (step * _GOLDEN % 1) * (BOTTOM - TOP), 1)
