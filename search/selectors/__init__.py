"""Every read. Functions return model instances or frozen records; nothing here writes."""

from search.selectors.evaluations import Queue, evaluation_by_id, fitness_records, queue
from search.selectors.experiments import (
    CurvePoint,
    curve_points,
    experiment_by_id,
    experiments,
    failures_by_reason,
    open_individuals,
    sparklines,
)
from search.selectors.individuals import (
    ORDERS,
    PER_PAGE,
    Page,
    UnknownOrder,
    children,
    individual,
    individuals,
)
from search.selectors.motifs import individuals_with_motif, motif_by_key, motifs_of
from search.selectors.population import Population, genotype_of
from search.selectors.query import QueryError

__all__ = [
    "ORDERS",
    "PER_PAGE",
    "CurvePoint",
    "Page",
    "Population",
    "QueryError",
    "Queue",
    "UnknownOrder",
    "children",
    "curve_points",
    "evaluation_by_id",
    "experiment_by_id",
    "experiments",
    "failures_by_reason",
    "fitness_records",
    "genotype_of",
    "individual",
    "individuals",
    "individuals_with_motif",
    "motif_by_key",
    "motifs_of",
    "open_individuals",
    "queue",
    "sparklines",
]
