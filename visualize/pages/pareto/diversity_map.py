"""Context of the map of quality and diversity: the best network of each cell of parameters x depth."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from search.models import Experiment, Individual
from search.selectors import pareto
from search.selectors.diversity import Elite, EliteMap, elite_map
from search.selectors.population_cache import cached_for_population
from visualize.style.formats import count, magnitude

SHADES = 7


@dataclass(frozen=True)
class MapCell:
    """One cell with its best network."""

    elite: Elite
    individual: Individual
    shade: int
    """1 to SHADES, evenly from the least fit best network to the fittest."""
    address: str
    """Of the population table with all of the cell."""


@dataclass(frozen=True)
class MapRow:
    label: str
    """Depths."""
    cells: list[MapCell | None]


@dataclass(frozen=True)
class DiversityMap:
    columns: list[str]
    rows: list[MapRow]
    """The deepest first, as on an axis."""
    filled: int
    cells: int
    networks: int
    least: float
    most: float


def diversity_map(experiment: Experiment) -> DiversityMap | None:
    """None without an evaluated network."""
    found = cached_for_population("elites", experiment, lambda: elite_map(experiment))
    if found is None:
        return None
    people = pareto.individuals_at(experiment, [elite.step for elite in found.elites])
    least = min(elite.fitness for elite in found.elites)
    most = max(elite.fitness for elite in found.elites)
    cells: dict[tuple[int, int], MapCell] = {}
    for elite in found.elites:
        share = (elite.fitness - least) / (most - least) if most > least else 1.0
        shade = 1 + round(share * (SHADES - 1))
        address = _address(experiment, found, elite)
        cells[elite.column, elite.row] = MapCell(elite, people[elite.step], shade, address)
    rows = [
        MapRow(_depths(found, row), [cells.get((column, row)) for column in range(found.columns)])
        for row in reversed(range(found.rows))
    ]
    return DiversityMap(
        columns=[_parameters(found, column) for column in range(found.columns)],
        rows=rows,
        filled=len(cells),
        cells=found.columns * found.rows,
        networks=sum(elite.networks for elite in found.elites),
        least=least,
        most=most,
    )


def _parameters(found: EliteMap, column: int) -> str:
    return magnitude(found.least_parameters + column * found.width)


def _depths(found: EliteMap, row: int) -> str:
    low = found.least_depth + row * found.height
    return count(low) if found.height == 1 else f"{count(low)} to {count(low + found.height - 1)}"


def _address(experiment: Experiment, found: EliteMap, elite: Elite) -> str:
    left = found.least_parameters + elite.column * found.width
    low = found.least_depth + elite.row * found.height
    terms: list[Any] = [f"params>={left}", f"params<{left + found.width}"]
    terms += [f"depth>={low}", f"depth<{low + found.height}", "state:done"]
    query = urlencode({"q": " ".join(terms), "sort": "-fitness"})
    return f"{reverse('experiment', args=[experiment.pk])}?{query}#population"
