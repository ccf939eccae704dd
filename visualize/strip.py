"""Where one individual stands among the others: a strip of dots, each a network, further right the fitter."""

from dataclasses import dataclass

from search.models import Experiment, Individual
from search.selectors.progress import sampled_points
from visualize.curves import fitness_floor, ticks
from visualize.formats import per_cent

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
    fitter: int | None
    """Per cent of the dots that it is fitter than."""


def strip(experiment: Experiment, individual: Individual) -> Strip | None:
    """None where there is no population to compare with."""
    others = [(step, fitness) for step, fitness, _, _ in sampled_points(experiment, limit=DOTS)]
    others = [row for row in others if row[0] != individual.step]
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
        fitter=_fitter(individual.fitness, values),
    )


def _parent_fitness(individual: Individual) -> float | None:
    return individual.parent.fitness if individual.parent else None


def _fitter(fitness: float | None, values: list[float]) -> int | None:
    return None if fitness is None else round(100 * sum(value < fitness for value in values) / len(values))


def _y(step: int) -> float:
    return round(TOP + (step * _GOLDEN % 1) * (BOTTOM - TOP), 1)
