"""Filter parameters of lists and exports of individuals."""

from typing import Annotated, Literal

from django.db.models import QuerySet
from pydantic import BaseModel, Field

from search.api.problems import invalid
from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import Fraction, Whole
from search.api.schemas.individuals import WorkState
from search.models import Individual
from search.selectors import lists
from search.selectors.query import FIELDS, MAX_QUERY, QueryError
from search.selectors.twins import first_of_each

QUERY_HELP = (
    "Filter in the language of the population table, terms separated by spaces: "
    + ", ".join(f"`{field.example}` ({field.description})" for field in FIELDS)
    + ". A leading - negates a term."
)


class IndividualFilter(BaseModel):
    """All of them must hold."""

    state: list[WorkState] = Field(default=[], description="Any of these; may stand more than once")
    origin: list[Annotated[str, Field(max_length=30, pattern=r"^[a-z_]+$")]] = Field(
        default=[], description="Any of these, such as initial and mutation; may stand more than once"
    )
    min_fitness: Fraction | None = None
    max_fitness: Fraction | None = None
    min_parameters: Whole | None = None
    max_parameters: Whole | None = None
    rows: Literal["individuals", "networks"] = Field(
        default="individuals",
        description="`networks`: of individuals that share one evaluation (twins) only the earliest",
    )
    query: str = Field(default="", max_length=MAX_QUERY, description=QUERY_HELP)


def filtered_rows(experiment_id: int, filters: IndividualFilter) -> QuerySet[Individual]:
    """Raises Problem: 404 for an unknown experiment, 422 for a query that cannot be read."""
    experiment = experiment_or_404(experiment_id)
    try:
        found = lists.individual_rows(
            experiment.pk,
            query=filters.query,
            states=filters.state,
            origins=filters.origin,
            fitness=(filters.min_fitness, filters.max_fitness),
            parameters=(filters.min_parameters, filters.max_parameters),
        )
    except QueryError as error:
        raise invalid("query", "query", str(error), filters.query) from None
    return first_of_each(found) if filters.rows == "networks" else found
