"""Trainer upgrades: moves waiting evaluations to the new trainer version.

A protocol's key contains the trainer's version, so that old fitness is never shared with new, and a worker claims only
what its own version may train. What was proposed before an upgrade and is still waiting after it would wait for ever;
its individuals move to the evaluation of the same network under the new version.
"""

from itertools import groupby

from django.db import transaction

from search.database.clock import ended_now
from search.evolution.evaluation import Context
from search.evolution.experiments.config import TRAINER_VERSION, Protocol
from search.models import Evaluation, Individual, WorkState
from search.services.evaluations.outcomes import settle
from search.services.evaluations.requesting import evaluation_of
from search.services.locking import lock_experiments
from search.services.one_by_one import one_by_one
from search.services.state_log import log_evaluation

SUPERSEDED = "Trainer {old} was replaced by trainer {new}; evaluation {key} takes its place."


def renew_outdated() -> list[int]:
    """Move who waits for an older trainer. Returns the experiments to advance."""
    outdated = Evaluation.objects.filter(state=WorkState.WAITING, trainer__lt=TRAINER_VERSION)
    ids = list(outdated.order_by("pk").values_list("pk", flat=True))
    return sorted({experiment for found in one_by_one("evaluation", ids, _renew) for experiment in found})


@transaction.atomic
def _renew(evaluation_id: int) -> list[int]:
    is_open = Individual.objects.filter(evaluation=evaluation_id, state__in=Individual.OPEN)
    experiments = lock_experiments(is_open.order_by().values_list("experiment_id", flat=True).distinct())
    rows = Evaluation.objects.select_for_update(no_key=True, of=("self",)).select_related("genotype")
    old = rows.filter(pk=evaluation_id, state=WorkState.WAITING).first()
    individuals = list(is_open.order_by("experiment_id", "step"))
    if old is None or any(row.experiment_id not in experiments for row in individuals):
        return []  # somebody was quicker, or another experiment joined: the next sweep looks again
    context = Context(old.context_key, old.context)
    new, _ = evaluation_of(old.genotype, Protocol.model_validate(old.protocol), old.repeats, context)
    moved = Individual.objects.filter(pk__in=[individual.pk for individual in individuals])
    if new.state in Individual.OPEN:
        moved.update(evaluation=new, state=new.state)
        Evaluation.objects.filter(pk=new.pk, state=WorkState.WAITING).update(sent_at=None)
    else:
        moved.update(evaluation=new)
        for experiment_id, group in groupby(individuals, key=lambda row: row.experiment_id):
            settle(experiments[experiment_id], list(group), new)
    old.state, old.finished_at = WorkState.CANCELLED, ended_now(old.created_at)
    old.reason = SUPERSEDED.format(old=old.trainer, new=TRAINER_VERSION, key=new.pk)
    old.save(update_fields=["state", "reason", "finished_at"])
    log_evaluation(old)
    return list(experiments)
