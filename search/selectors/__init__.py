"""Database reads. Functions return model instances or frozen records; nothing here writes."""

from search.selectors.evaluations import best_networks, ended_among, evaluation_by_id, fitness_records
from search.selectors.experiments import (
    EXPERIMENT_ORDERS,
    NEWEST,
    CurvePoint,
    curve_points,
    experiment_by_id,
    experiments,
    sparklines,
)
from search.selectors.individuals import (
    ORDERS,
    PER_PAGE,
    Page,
    TableQuery,
    UnknownOrder,
    individual,
    individuals,
    individuals_by_network,
)
from search.selectors.motifs.carriers import individuals_with_motif, motifs_of
from search.selectors.population import Population, genotype_of
from search.selectors.query import QueryError

__all__ = [
    "EXPERIMENT_ORDERS",
    "NEWEST",
    "ORDERS",
    "PER_PAGE",
    "CurvePoint",
    "Page",
    "Population",
    "QueryError",
    "TableQuery",
    "UnknownOrder",
    "best_networks",
    "curve_points",
    "ended_among",
    "evaluation_by_id",
    "experiment_by_id",
    "experiments",
    "fitness_records",
    "genotype_of",
    "individual",
    "individuals",
    "individuals_by_network",
    "individuals_with_motif",
    "motifs_of",
    "sparklines",
]
