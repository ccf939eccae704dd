"""Reads of evaluations and their fitness records."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from search.models import Evaluation, Experiment, ExperimentState, FitnessRecord, Individual, WorkState


def evaluation_by_id(evaluation_id: int) -> Evaluation:
    """Raises Evaluation.DoesNotExist."""
    return Evaluation.objects.select_related("genotype").get(pk=evaluation_id)


def waiting_evaluation(evaluation_id: int) -> Evaluation | None:
    """With its genotype, if it waits and a running experiment needs it: whether a worker could claim it now."""
    needed = Individual.objects.filter(
        evaluation=OuterRef("pk"),
        state__in=(WorkState.WAITING, WorkState.RUNNING),
        experiment__state=ExperimentState.RUNNING,
    )
    rows = Evaluation.objects.select_related("genotype").filter(Exists(needed), state=WorkState.WAITING)
    return rows.filter(pk=evaluation_id).first()


EvaluationKey = tuple[str, str, str]
"""(phenotype key, protocol key, context key)."""


def ended_among(keys: Collection[EvaluationKey]) -> set[EvaluationKey]:
    """Those whose evaluation is done or failed: nobody trains it any more."""
    if not keys:
        return set()
    rows = Evaluation.objects.filter(
        phenotype_key__in={phenotype for phenotype, _, _ in keys},
        state__in=(WorkState.DONE, WorkState.FAILED),
    )
    return set(rows.values_list("phenotype_key", "protocol_key", "context_key")) & set(keys)


def best_networks() -> set[EvaluationKey]:
    """The evaluation of the best individual of each experiment."""
    rows = Experiment.objects.filter(best__isnull=False)
    keys = ("phenotype_key", "protocol_key", "context_key")
    return set(rows.values_list(*(f"best__evaluation__{key}" for key in keys)))


def fitness_records(evaluation_id: int) -> list[FitnessRecord]:
    """The finished repeats, in order."""
    return list(FitnessRecord.objects.filter(evaluation=evaluation_id).order_by("repeat"))
