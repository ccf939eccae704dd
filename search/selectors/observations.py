"""Observations for learned strategies: genotypes with their fitness."""

from search.learning.base import Observation
from search.models import Individual
from search.selectors.population import genotype_of


def observations(experiment_id: int, first: int, end: int) -> list[Observation]:
    """The evaluated individuals of these completions, first <= completion < end, in that order."""
    rows = Individual.objects.filter(
        experiment=experiment_id, completion__gte=first, completion__lt=end
    ).select_related("genotype")
    return [
        Observation(row.step, genotype_of(row), row.fitness or 0.0, row.parameters, row.strategy_version)
        for row in rows.order_by("completion").iterator(chunk_size=500)
    ]
