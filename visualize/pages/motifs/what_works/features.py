"""Features that fitness is held against: one table for correlations, axes and the filter."""

from collections.abc import Callable
from dataclasses import dataclass

from search.evolution.genotypes.primitives import IDENTITY, primitive
from search.evolution.genotypes.space import SearchSpace
from search.selectors.network_features import NetworkFeatures
from visualize.style.formats import count, duration, magnitude, per_cent

Read = Callable[[NetworkFeatures], float]


@dataclass(frozen=True)
class Feature:
    """One number of a network."""

    word: str
    """In the filter of population tables: a bound is written `word>=value`."""
    label: str
    read: Read
    write: Callable[[float], str]
    look: str = ""
    """Class of the swatch, for an operation."""


FITNESS = Feature("fitness", "fitness", lambda row: row.fitness, per_cent)


def features(space: SearchSpace) -> list[Feature]:
    """Size and time first, then the operations; identities are wiring and counted nowhere."""
    named = [
        Feature("params", "parameters", lambda row: row.parameters, magnitude),
        Feature("madds", "multiply-adds", lambda row: row.multiply_adds, magnitude),
        Feature("depth", "depth", lambda row: row.depth, _whole),
        Feature("seconds", "training seconds", lambda row: row.seconds, duration),
        Feature("generation", "generation", lambda row: row.generation, _whole),
    ]
    return [*named, *(_operation(name) for name in space.primitives if name != IDENTITY)]


def _operation(name: str) -> Feature:
    return Feature(
        f"op:{name}", primitive(name).label, lambda row: row.operations.get(name, 0), _whole, f"op-{name}"
    )


def _whole(value: float) -> str:
    return count(round(value))
