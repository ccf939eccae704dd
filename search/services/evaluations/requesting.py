"""Requests for evaluations: the one row of a network under a protocol, created, extended or made waiting again."""

from django.conf import settings

from search import models
from search.database import statements
from search.evolution.evaluation import NO_CONTEXT, Context
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.resources import column_text, tags_of
from search.models import Evaluation, WorkState
from search.selectors.protocols import keys_of
from search.services.decision_state.repeats import ask_for, first_ask
from search.services.evaluations.artifact_waits import BLOCKED, needed_artifact
from search.services.state_log import log_evaluation


def evaluation_of(
    genotype: models.Genotype,
    protocol: Protocol,
    repeats: int | None = None,
    context: Context = NO_CONTEXT,
) -> tuple[Evaluation, bool]:
    """The one evaluation of this phenotype, protocol and context, locked, and whether its outcome was known or
    under way. The lock keeps it from ending before the individual that waits for it is there.

    `repeats` are as many as are needed of it; None: all of the protocol's.
    """
    key, *earlier = keys_of(protocol)
    if earlier and (found := _under(earlier, genotype.phenotype_key, context.key)):
        key = found
    blocking, why = needed_artifact(context)
    evaluation = Evaluation(
        phenotype_key=genotype.phenotype_key,
        protocol_key=key,
        context_key=context.key,
        protocol=protocol.model_dump(mode="json"),
        context=dict(context.document),
        artifact=blocking,
        reason=why,
        reason_code=BLOCKED if why else "",
        genotype=genotype,
        needs=column_text(protocol.needs),
        memory_gib=protocol.memory_gib,
        max_attempts=settings.MAX_ATTEMPTS,
        repeats=first_ask(protocol, repeats),
    )
    statements.insert([evaluation], clock=() if why else ("sent_at",), conflict="ON CONFLICT DO NOTHING")
    if evaluation.pk is not None:
        log_evaluation(evaluation, phenotype=evaluation.phenotype_key)
        return evaluation, False
    keys = [evaluation.phenotype_key, evaluation.protocol_key, evaluation.context_key]
    [evaluation] = statements.select(Evaluation, f"WHERE {_SAME} {statements.locked()}", keys)
    before = evaluation.repeats
    train_on = ask_for(evaluation, repeats)
    if evaluation.repeats != before:
        statements.update(evaluation, ("repeats",))
    known = evaluation.state != WorkState.CANCELLED
    _ask_resources(evaluation, protocol, anew=train_on or not known)
    if train_on or not known:
        make_waiting(evaluation)
    if evaluation.state == WorkState.WAITING and evaluation.reason_code != BLOCKED:
        sent_now(evaluation)  # whoever waited before may be paused
    return evaluation, known


_SAME = "phenotype_key = %s AND protocol_key = %s AND context_key = %s"


def _under(keys: list[str], phenotype_key: str, context_key: str) -> str | None:
    """The key under which an earlier version kept this network's evaluation: it goes on under it, with its seeds."""
    rows = Evaluation.objects.filter(
        phenotype_key=phenotype_key, protocol_key__in=keys, context_key=context_key
    )
    return rows.values_list("protocol_key", flat=True).first()


def _ask_resources(evaluation: Evaluation, protocol: Protocol, *, anew: bool) -> None:
    """Where several searches need one open evaluation, a worker must offer what each of them asks for. One that
    begins `anew` needs what this search asks for."""
    before = evaluation.needs, evaluation.memory_gib
    if evaluation.state in (WorkState.WAITING, WorkState.RUNNING):
        evaluation.needs = column_text({*tags_of(evaluation.needs), *protocol.needs})
        evaluation.memory_gib = max(evaluation.memory_gib, protocol.memory_gib)
    elif anew:
        evaluation.needs, evaluation.memory_gib = column_text(protocol.needs), protocol.memory_gib
    if (evaluation.needs, evaluation.memory_gib) != before:
        statements.update(evaluation, ("needs", "memory_gib"))


def sent_now(evaluation: Evaluation) -> None:
    """Its message is about to be sent."""
    statements.change(
        f"UPDATE search_evaluation SET sent_at = {statements.now()} WHERE id = %s", [evaluation.pk]
    )


def make_waiting(evaluation: Evaluation) -> None:
    """A locked, ended evaluation starts afresh; its finished repeats stay."""
    evaluation.state = WorkState.WAITING
    evaluation.fitness = evaluation.fitness_spread = None  # of the repeats so far; individuals keep theirs
    evaluation.attempts = 0
    evaluation.sent_at = None
    evaluation.progress = 0
    evaluation.live_curve = []
    evaluation.reason_code = evaluation.reason = evaluation.log = ""
    evaluation.finished_at = None
    evaluation.save(
        update_fields=[
            "state", "fitness", "fitness_spread", "attempts", "sent_at", "progress", "live_curve", "reason_code",
            "reason", "log", "finished_at",
        ]
    )  # fmt: skip
    log_evaluation(evaluation, phenotype=evaluation.phenotype_key)
