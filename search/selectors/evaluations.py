"""Evaluations, their repeats, and what is in the queue."""

from dataclasses import dataclass

from search.models import Evaluation, FitnessRecord, WorkState


def evaluation_by_id(evaluation_id: int) -> Evaluation:
    """Raises Evaluation.DoesNotExist."""
    return Evaluation.objects.select_related("genotype").get(pk=evaluation_id)


def fitness_records(evaluation_id: int) -> list[FitnessRecord]:
    """The finished repeats, in order."""
    return list(FitnessRecord.objects.filter(evaluation=evaluation_id).order_by("repeat"))


@dataclass(frozen=True)
class Queue:
    """What workers have before them."""

    waiting: int
    running: int


def queue() -> Queue:
    """Over all experiments."""
    rows = Evaluation.objects.order_by()
    return Queue(
        waiting=rows.filter(state=WorkState.WAITING).count(),
        running=rows.filter(state=WorkState.RUNNING).count(),
    )
