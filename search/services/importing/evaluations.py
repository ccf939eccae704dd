"""Import of evaluations and fitness records; what is finished here stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from search.database.clock import database_now
from search.models import Evaluation, FitnessRecord, Genotype, WorkState
from search.selectors.archive import EVALUATION, RECORD
from search.services.decision_state.repeats import mean_and_spread
from search.services.evaluations.outcomes import end_evaluation
from search.services.evaluations.recording import OUTCOME
from search.services.importing.columns import context_key_of, values_of
from search.services.importing.reading import BadFile, FileLine
from search.services.locking import lock_evaluation

Key = tuple[str, str, str]
"""(phenotype key, protocol key, context key)"""
NOBODYS: dict[str, Any] = {"lease": "", "sent_at": None}


@dataclass
class Met:
    """How the file's evaluations and this installation's met."""

    new: int = 0
    known: int = 0
    """Finished here already with the same accuracies, or finished nowhere."""
    finished: int = 0
    """Open or failed here and done in the file: now done here."""
    differing: int = 0
    """Finished here already with other accuracies, which stay."""


def store_evaluations(lines: Sequence[FileLine], met: Met) -> list[int]:
    """Some lines of a checked file. Returns the experiments to advance; raises BadFile."""
    documents = {_key(line): line for line in lines}
    missing = _store_missing(documents)
    met.new += len(missing)
    advance: list[int] = []
    for key, row in evaluations_by_key(list(documents)).items():
        if key in missing:
            continue
        incoming = _records(documents[key])
        if documents[key].content["state"] == WorkState.DONE and row.state != WorkState.DONE:
            advance += _finish(row, incoming)
            met.finished += 1
        elif row.state == WorkState.DONE and _differ(row, incoming):
            met.differing += 1
        elif row.state == WorkState.DONE and _add_repeats(row, incoming):
            met.finished += 1
        else:
            met.known += 1
    return advance


def evaluations_by_key(keys: Sequence[Key]) -> dict[Key, Evaluation]:
    wanted = set(keys)
    rows = Evaluation.objects.filter(
        phenotype_key__in={key[0] for key in wanted}, protocol_key__in={key[1] for key in wanted}
    )
    keyed = {(row.phenotype_key, row.protocol_key, row.context_key): row for row in rows}
    return {key: row for key, row in keyed.items() if key in wanted}


def _key(line: FileLine) -> Key:
    return line.content["phenotype_key"], line.content["protocol_key"], context_key_of(line)


def _store_missing(documents: dict[Key, FileLine]) -> set[Key]:
    """Insert those that are not here. Somebody may propose one of them meanwhile: look again, then."""
    for _ in range(5):
        here = evaluations_by_key(list(documents))
        missing = {key: line for key, line in documents.items() if key not in here}
        try:
            with transaction.atomic():
                _insert(missing)
            return set(missing)
        except IntegrityError as error:
            refused = error
    line = next(iter(missing.values()))
    raise BadFile(f"this or a later evaluation cannot be stored: {refused}", line=line.number)


def _insert(documents: dict[Key, FileLine]) -> None:
    keys = {line.content["genotype"] for line in documents.values()}
    genotypes = dict(Genotype.objects.filter(key__in=keys).values_list("key", "pk"))
    rows = {
        key: Evaluation(**_columns(line), genotype_id=genotypes[line.content["genotype"]])
        for key, line in documents.items()
    }
    Evaluation.objects.bulk_create(rows.values())
    FitnessRecord.objects.bulk_create(
        FitnessRecord(evaluation=rows[key], **values)
        for key, line in documents.items()
        for values in _records(line)
    )


def _columns(line: FileLine) -> dict[str, Any]:
    """What was running when it was exported waits here: its attempt is nobody's, and does not count."""
    values = values_of(EVALUATION, line.content, line, beside=("genotype", "records")) | NOBODYS
    if values["state"] == WorkState.RUNNING:
        values |= {
            "state": WorkState.WAITING, "attempts": max(0, values["attempts"] - 1), "progress": 0, "live_curve": [],
            "worker": "", "device": "", "claimed_at": None, "heartbeat_at": None,
        }  # fmt: skip
    return values


def _records(line: FileLine) -> list[dict[str, Any]]:
    return [values_of(RECORD, document, line) for document in line.content["records"]]


def _differ(row: Evaluation, incoming: list[dict[str, Any]]) -> bool:
    here = dict(row.records.values_list("repeat", "accuracy"))
    return any(here.get(values["repeat"], values["accuracy"]) != values["accuracy"] for values in incoming)


@transaction.atomic
def _add_repeats(row: Evaluation, incoming: list[dict[str, Any]]) -> bool:
    """Where fewer repeats were enough here: individuals rest on as many of the first ones as before."""
    locked = lock_evaluation(row.pk)
    if locked.state != WorkState.DONE or not _insert_missing(locked, incoming):
        return False
    locked.save(update_fields=["fitness", "fitness_spread", "repeats"])
    return True


def _insert_missing(row: Evaluation, incoming: list[dict[str, Any]]) -> bool:
    """Repeats that are here stay, and the others come from the file; whether there were any. The row is not saved."""
    have = set(row.records.values_list("repeat", flat=True))
    missing = [values for values in incoming if values["repeat"] not in have]
    FitnessRecord.objects.bulk_create(FitnessRecord(evaluation=row, **values) for values in missing)
    accuracies = list(row.records.order_by("repeat").values_list("accuracy", flat=True))
    row.fitness, row.fitness_spread = mean_and_spread(accuracies)
    row.repeats = None if len(accuracies) == row.protocol["repeats"] else len(accuracies)
    return bool(missing)


def _finish(row: Evaluation, incoming: list[dict[str, Any]]) -> list[int]:
    """Nothing is trained twice: whoever waits here for this network gets its fitness. Repeats that are here stay, and
    those that are missing come from the file. Returns the experiments to advance."""

    def finish() -> Evaluation:
        locked = lock_evaluation(row.pk)
        if locked.state == WorkState.DONE:
            return locked  # a worker was quicker, and has settled everyone
        _insert_missing(locked, incoming)
        locked.state, locked.lease, locked.live_curve, locked.progress = WorkState.DONE, "", [], 1.0
        locked.reason_code = locked.reason = locked.log = ""
        locked.finished_at = database_now()
        locked.save(update_fields=[*OUTCOME, "repeats"])
        return locked

    return end_evaluation(row.pk, finish)
