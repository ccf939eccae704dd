"""Training noise: spread of fitness over repeated trainings of one network."""

from django.db.models import Count, F, Sum

from search.evolution.statistics.significance import Pooled, pool
from search.models import Experiment, Individual, WorkState

MOST_INDIVIDUALS = 20_000
"""The latest so many are enough to estimate one number."""


def pooled_spread(experiment: Experiment) -> Pooled | None:
    """Pooled over networks that the experiment trained more than once; None when it shares fitness, or has none."""
    if experiment.configuration.strategy.share_fitness:
        return None
    rows = Individual.objects.filter(
        experiment=experiment, state=WorkState.DONE, step__gte=experiment.proposed - MOST_INDIVIDUALS
    ).order_by()
    grouped = (
        rows.values("genotype__phenotype_key")
        .annotate(
            trainings=Count("evaluation", distinct=True),
            count=Count("pk"),
            total=Sum("fitness"),
            squares=Sum(F("fitness") * F("fitness")),
        )
        .filter(trainings__gt=1, trainings=F("count"))
    )
    return pool([(row["count"], row["total"], row["squares"]) for row in grouped])
