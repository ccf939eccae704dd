"""Evaluations and their repeats."""

from search.models import Evaluation, FitnessRecord


def evaluation_by_id(evaluation_id: int) -> Evaluation:
    """Raises Evaluation.DoesNotExist."""
    return Evaluation.objects.select_related("genotype").get(pk=evaluation_id)


def fitness_records(evaluation_id: int) -> list[FitnessRecord]:
    """The finished repeats, in order."""
    return list(FitnessRecord.objects.filter(evaluation=evaluation_id).order_by("repeat"))
