"""Trainers other than the project's own that gave fitness: made-up figures are never told as measurements."""

from collections.abc import Iterable

from django.conf import settings

from search.evolution.evaluation import INSTANT_DEVICE, INSTANT_TRAINER
from search.evolution.experiments.config import DEFAULT_TRAINER, TRAINER_VERSION, Protocol
from search.evolution.experiments.protocol_keys import protocol_keys
from search.models import Evaluation, Experiment

UNKNOWN = "another trainer"


def other_trainers(experiment_ids: Iterable[int]) -> tuple[str, ...]:
    """Dotted paths, in alphabetical order, of the trainers that gave the best networks of these searches their fitness;
    empty where the project's own did. UNKNOWN stands for one that no setting names any more.

    An evaluation's key says whose it is: it is compared with those of its protocol under each known trainer.
    """
    bests = Experiment.objects.filter(pk__in=list(experiment_ids), best__isnull=False).values(
        "best__evaluation"
    )
    rows = Evaluation.objects.filter(pk__in=bests).only("protocol_key", "protocol", "trainer", "device")
    one_each = {row.protocol_key: row for row in rows.order_by("pk")}
    found = {_trainer_of(row) for row in one_each.values()}
    return tuple(sorted(found - {DEFAULT_TRAINER}))


def _trainer_of(row: Evaluation) -> str:
    if row.device == INSTANT_DEVICE:
        return INSTANT_TRAINER
    if row.trainer != TRAINER_VERSION:  # keys of other versions cannot be made any more
        return DEFAULT_TRAINER
    key, protocol = row.protocol_key, Protocol.model_validate(row.protocol)
    for trainer in (DEFAULT_TRAINER, settings.TRAINER, INSTANT_TRAINER):
        if key in protocol_keys(protocol, trainer):
            return str(trainer)
    return UNKNOWN
