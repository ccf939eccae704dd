"""Context of the page: factors, parallel coordinates with their selection, best motifs, untried edits."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from search.models import Experiment
from search.selectors import Page, TableQuery, individuals_by_network
from search.selectors.network_features import NetworkFeatures, matching_steps, network_features
from search.selectors.population_cache import cached_for_population
from search.selectors.query import QueryError, parse_query
from visualize.pages.motifs.what_works.best_motifs import best_motifs
from visualize.pages.motifs.what_works.edits import untried_edits
from visualize.pages.motifs.what_works.factors import EdgeMatrix, FactorRow, edge_matrix, factor_rows
from visualize.pages.motifs.what_works.features import features
from visualize.pages.motifs.what_works.importance import shown_importance
from visualize.pages.motifs.what_works.parallel import Parallel, drawn, parallel

FITTEST = 12
"""Rows under the picture; the population table has all."""
EVALUATED = "state:done"


@dataclass(frozen=True)
class Findings:
    """What is kept until the population has visibly grown."""

    networks: int
    every: int
    """One of so many steps was looked at."""
    factors: list[FactorRow]
    matrix: EdgeMatrix | None
    drawn: list[NetworkFeatures]


@dataclass(frozen=True)
class Chosen:
    """The networks that the filter leaves, the fittest first."""

    query: str
    picture: Parallel | None
    rows: Page | None
    address: str
    error: str

    @property
    def lines(self) -> list[tuple[Any, int]]:
        """Each network with the number of its twins."""
        rows = [row for row in self.rows.items if row.fitness is not None] if self.rows else []
        return [(row, self.rows.twins.get(row.pk, 0)) for row in rows] if self.rows else []


def findings(experiment: Experiment) -> Findings:
    return cached_for_population("what-works", experiment, lambda: _findings(experiment))


def _findings(experiment: Experiment) -> Findings:
    space = experiment.configuration.search_space
    table = network_features(experiment)
    return Findings(
        len(table.networks),
        table.every,
        factor_rows(table.networks, features(space)),
        edge_matrix(table.networks, space) if table.networks else None,
        drawn(table.networks),
    )


def what_works(experiment: Experiment, query: Mapping[str, Any]) -> dict[str, Any]:
    found = findings(experiment)
    return importance_panel(experiment) | {
        "found": found,
        "chosen": chosen(experiment, query, found),
        "motifs": best_motifs(experiment),
        "edits": untried_edits(experiment),
    }


def importance_panel(experiment: Experiment) -> dict[str, Any]:
    return {"importance": shown_importance(experiment, experiment.configuration.search_space)}


def chosen(experiment: Experiment, query: Mapping[str, Any], found: Findings) -> Chosen:
    """What the address's filter leaves; a filter that cannot be read is answered, never raised."""
    listed = features(experiment.configuration.search_space)
    text = str(query.get("q", "")).strip()
    try:
        condition = parse_query(text) if text else None
    except QueryError as fault:
        picture = parallel(found.drawn, listed, "", None) if found.drawn else None
        return Chosen(text, picture, None, "", str(fault))
    steps = (
        None
        if condition is None
        else matching_steps(experiment, [row.step for row in found.drawn], condition)
    )
    # Without a filter the fittest come first by themselves, and nothing of the population need be counted.
    words = f"{text} {EVALUATED}" if text else ""
    wanted = TableQuery(query=words, order="-fitness", per_page=FITTEST)
    if text:
        rows = individuals_by_network(experiment, wanted)
    else:
        rows = cached_for_population(
            "fittest-networks", experiment, partial(individuals_by_network, experiment, wanted)
        )
    address = f"{reverse('experiment', args=[experiment.pk])}?{urlencode({'q': words})}#population"
    picture = parallel(found.drawn, listed, text, steps) if found.drawn else None
    return Chosen(text, picture, rows, address, "")
