"""Context of the Pareto page: points, front, selection."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse

from search.evolution.statistics.pareto import Place, pareto_front
from search.models import Experiment, ExperimentState, Individual
from search.selectors import Page, TableQuery, individuals_by_network, pareto
from search.selectors.pareto import ParetoPoint
from search.selectors.population_cache import cached_for_population
from visualize.charts.stretches import asked_stretch, held
from visualize.charts.trajectories import Stretch
from visualize.pages.pareto import scatter
from visualize.style.formats import duration, magnitude

DRAWN = 4000
"""Points in the page's picture; the plot of a script takes the same."""
LISTED = 200
FITTEST = 12
"""Rows of what is selected that stand under the plot; the population table has all."""
EVALUATED = "state:done"
EARLIER = (0.25, 0.5, 0.75)
"""Shares of the networks proposed so far after which the front of then is drawn."""


@dataclass(frozen=True)
class CostAxis:
    """What fitness is set against."""

    name: str
    label: str
    """In a sentence."""
    field: str
    """Its word in the population table's filter."""
    write: Callable[[float | None], str]
    whole: bool


COSTS = {
    cost.name: cost
    for cost in (
        CostAxis("parameters", "parameters", "params", magnitude, True),
        CostAxis("multiply_adds", "multiply-adds", "madds", magnitude, True),
        CostAxis("seconds", "seconds of training", "seconds", duration, False),
    )
}


@dataclass(frozen=True)
class Cloud:
    """All evaluated individuals of an experiment against one cost."""

    total: int
    """Individuals."""
    places: int
    """Where they stand: copies of one network share one."""
    drawn: list[ParetoPoint]
    """Few enough for a picture, those of the front among them."""
    front: list[ParetoPoint]
    """By increasing cost."""
    earlier: tuple[tuple[Place, ...], ...] = ()
    """The fronts after each of EARLIER of the networks."""


@dataclass(frozen=True)
class FrontRow:
    """One place of the front."""

    individual: Individual
    cost: float
    twins: int
    """Further individuals there that are the same network, where it is one."""
    others: int
    """Other networks that stand at this very place."""
    gain: float | None
    """Fitness above the cheaper neighbour on the front, None for the cheapest."""
    price: float | None
    """What that costs."""


@dataclass(frozen=True)
class Selection:
    """A rectangle of the cloud as a filter of the population table."""

    values: dict[str, str]
    """The form's fields as they were sent."""
    bounds: scatter.Bounds
    query: str = ""
    rows: Page | None = None
    """The fittest of those in it."""
    address: str = ""
    error: str = ""

    @property
    def lines(self) -> list[tuple[Individual, int]]:
        """Each network with the number of its twins."""
        if self.rows is None:
            return []
        return [(row, self.rows.twins.get(row.pk, 0)) for row in self.rows.items]


FIELDS = ("cost_from", "cost_to", "fitness_from", "fitness_to")


def cost_of(name: str) -> CostAxis:
    return COSTS.get(name, COSTS["parameters"])


def cloud(experiment: Experiment, cost: CostAxis) -> Cloud:
    return cached_for_population(
        f"pareto-fronts-{cost.name}", experiment, lambda: _cloud(pareto.places(experiment, cost.name))
    )


def _cloud(places: list[ParetoPoint]) -> Cloud:
    points = [(cost, fitness) for cost, fitness, *_ in places]
    front = pareto_front(points)
    return Cloud(
        total=sum(place.individuals for place in places),
        places=len(places),
        drawn=[places[index] for index in scatter.thin(points, front, DRAWN)],
        front=[places[index] for index in front],
        earlier=_earlier_fronts(places),
    )


def zoomed(found: Cloud, experiment: Experiment, cost: CostAxis, stretch: Stretch | None) -> Cloud:
    """With all its dots between two costs, or as many as a picture holds."""
    if stretch is None:
        return found
    places = [
        place for place in pareto.places(experiment, cost.name) if stretch[0] <= place.cost <= stretch[1]
    ]
    front = {(place.cost, place.fitness) for place in found.front}
    kept = [index for index, place in enumerate(places) if place[:2] in front]
    drawn = scatter.thin([place[:2] for place in places], kept, DRAWN)
    return replace(found, drawn=[places[index] for index in drawn])


def end_of_axis(found: Cloud) -> float:
    """The largest cost when all is shown."""
    return scatter.ranges([place[:2] for place in found.drawn])[0]


def _held(found: Cloud, query: Mapping[str, Any]) -> Stretch | None:
    asked = asked_stretch(query)
    whole = (0.0, end_of_axis(found))
    stretch = held(asked, whole) if asked else whole
    return None if stretch == whole else stretch


def _earlier_fronts(places: list[ParetoPoint]) -> tuple[tuple[Place, ...], ...]:
    """By the order of proposal, which is that of the steps."""
    last = max((place.step for place in places), default=0)
    fronts = []
    for share in EARLIER:
        then = [place[:2] for place in places if place.step < share * (last + 1)]
        fronts.append(tuple(then[index] for index in pareto_front(then)))
    return tuple(fronts)


def pareto_page(experiment: Experiment, query: Mapping[str, Any]) -> dict[str, Any]:
    cost = cost_of(str(query.get("x", "")))
    found = cloud(experiment, cost)
    stretch = _held(found, query)
    found = zoomed(found, experiment, cost, stretch)
    chosen = selection(experiment, query)
    return {
        "cost": cost,
        "costs": COSTS.values(),
        "cloud": found,
        "front": front_rows(experiment, found),
        "unlisted": max(0, len(found.front) - LISTED),
        "selection": chosen,
        "stretch": stretch,
        "chart": _chart(found, cost, chosen.bounds, stretch) if found.total else None,
        "is_open": experiment.state
        in (ExperimentState.DRAFT, ExperimentState.RUNNING, ExperimentState.PAUSED),
    }


def _chart(found: Cloud, cost: CostAxis, bounds: scatter.Bounds, stretch: Stretch | None) -> scatter.Scatter:
    return scatter.scatter(
        [place[:2] for place in found.drawn],
        [place[:2] for place in found.front],
        lambda value: cost.write(value).replace(".0\u00a0", "\u00a0").replace(".00\u00a0", "\u00a0"),
        bounds,
        found.earlier,
        stretch,
    )


def front_rows(experiment: Experiment, found: Cloud) -> list[FrontRow]:
    listed = found.front[:LISTED]
    rows = pareto.individuals_at(experiment, [place.step for place in listed])
    steps = [(None, None), *((b.fitness - a.fitness, b.cost - a.cost) for a, b in pairwise(listed))]
    return [
        FrontRow(
            rows[place.step],
            place.cost,
            place.individuals - 1 if place.networks == 1 else 0,
            place.networks - 1,
            *step,
        )
        for place, step in zip(listed, steps, strict=False)
    ]


def points_json(experiment: Experiment, query: Mapping[str, Any]) -> dict[str, Any]:
    """What the plot draws; only a short word where it has `seen` all of it."""
    cost = cost_of(str(query.get("x", "")))
    found = cloud(experiment, cost)
    end, stretch = end_of_axis(found), _held(found, query)
    is_open = experiment.state in (ExperimentState.RUNNING, ExperimentState.PAUSED, ExperimentState.DRAFT)
    version = f"{found.total}.{len(found.front)}"
    if stretch:
        version += f".{stretch[0]:g}.{stretch[1]:g}"
    if query.get("seen", "") == version:
        return {"version": version, "open": is_open, "same": True}
    found = zoomed(found, experiment, cost, stretch)
    chart = _chart(found, cost, (None,) * 4, stretch)
    context = {"chart": chart, "cloud": found, "cost": cost}
    return {
        "version": version,
        "open": is_open,
        "total": found.total,
        "end": end,
        "first": chart.frame.x_min,
        "range": [chart.frame.x_max, chart.frame.y_min, chart.frame.y_max],
        "points": [_row(place) for place in found.drawn],
        "front": [_row(place) for place in found.front],
        "svg": render_to_string("pareto/parts/chart.svg", context).strip(),
    }


def _row(place: ParetoPoint) -> list[float]:
    return [place.step, round(place.cost, 3), round(place.fitness, 5)]


def selection(experiment: Experiment, query: Mapping[str, Any]) -> Selection:
    """What the address selects; nonsense in it is answered, never raised."""
    cost = cost_of(str(query.get("x", "")))
    values = {name: str(query.get(name, "")).strip() for name in FIELDS}
    try:
        least_cost, most_cost = (_number(values[name]) for name in FIELDS[:2])
        least, most = (_number(values[name], of=100) for name in FIELDS[2:])
    except ValueError as fault:
        return Selection({}, (None,) * 4, error=str(fault))  # a field for numbers shows nothing else
    bounds = (least_cost, most_cost, least, most)
    terms = [
        f"{field}{sign}{_written(value, whole=whole)}"
        for field, whole, pair in (
            (cost.field, cost.whole, (least_cost, most_cost)),
            ("fitness", False, (least, most)),
        )
        for sign, value in zip((">=", "<="), pair, strict=True)
        if value is not None
    ]
    if not terms:
        return Selection(values, bounds)
    if (
        least is None and most is None
    ):  # a dot of the cloud is evaluated; a bound of fitness says so by itself
        terms.append(EVALUATED)
    text = " ".join(terms)
    rows = individuals_by_network(experiment, TableQuery(query=text, order="-fitness", per_page=FITTEST))
    address = f"{reverse('experiment', args=[experiment.pk])}?{urlencode({'q': text})}#population"
    return Selection(values, bounds, text, rows, address)


def _number(text: str, of: float = 1) -> float | None:
    if not text:
        return None
    try:
        value = float(text) / of
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no number.") from None
    if not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError(f"“{text[:40]}” is no number that could be selected.")
    return value


def _written(value: float, *, whole: bool) -> str:
    return f"{value:.0f}" if whole else f"{value:.6f}".rstrip("0").rstrip(".") or "0"
