"""Import of the experiment with its individuals, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from search.database.clock import database_now
from search.models import Evaluation, Experiment, ExperimentState, Genotype, Individual, WorkState
from search.selectors.archive import INDIVIDUAL
from search.services.decision_state.repeats import ask_for
from search.services.evaluations.outcomes import settle
from search.services.evaluations.requesting import make_waiting
from search.services.importing.checking import Checked
from search.services.importing.columns import context_key_of, values_of
from search.services.importing.evaluations import evaluations_by_key
from search.services.importing.learned import store_learned
from search.services.importing.reading import BadFile, FileLine
from search.services.locking import lock_evaluations

AT_ONCE = 500
WAS_RUNNING = "It was running when it was exported. Resume it to go on."
REFERENCES = ("genotype", "parent", "protocol_key", "context_key")


@transaction.atomic
def store_experiment(checked: Checked, lines: Iterable[FileLine], *, owner_id: int | None) -> Experiment:
    """Raises BadFile."""
    values = {name: value for name, value in checked.experiment.items() if name != "best"}
    if values["state"] == ExperimentState.RUNNING or values["awaits"] is not None:
        values |= {
            "state": ExperimentState.PAUSED,
            "reason": WAS_RUNNING,
            "awaits": None,
            "paused_at": database_now(),
        }
    experiment = Experiment.objects.create(**values, owner_id=owner_id)
    store_learned(experiment, checked.learned, checked.drafts)
    for chunk in _chunks(lines):
        _store(experiment, chunk)
    best = checked.experiment["best"]
    if best is not None:
        experiment.best = Individual.objects.get(experiment=experiment, step=best)
        experiment.save(update_fields=["best"])
    _settle_ended(experiment)
    return experiment


def _chunks(lines: Iterable[FileLine]) -> Iterator[list[FileLine]]:
    rest = iter(lines)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


def _store(experiment: Experiment, lines: Sequence[FileLine]) -> None:
    genotypes = {
        row[0]: row[1:]
        for row in Genotype.objects.filter(key__in={line.content["genotype"] for line in lines}).values_list(
            "key", "pk", "phenotype_key"
        )
    }
    keys = [
        (genotypes[line.content["genotype"]][1], line.content["protocol_key"], context_key_of(line))
        for line in lines
    ]
    evaluations = evaluations_by_key(keys)
    rows = [
        Individual(
            experiment=experiment,
            genotype_id=genotypes[line.content["genotype"]][0],
            evaluation=evaluations[key],
            **_columns(line),
        )
        for line, key in zip(lines, keys, strict=True)
    ]
    try:
        with transaction.atomic():
            Individual.objects.bulk_create(rows)
    except (IntegrityError, DataError) as error:
        text = f"this or one of the {len(rows) - 1} individuals after it cannot be stored: {error}"
        raise BadFile(text, line=lines[0].number) from None
    _link_parents(experiment, rows, lines)


def _columns(line: FileLine) -> dict[str, Any]:
    values = values_of(INDIVIDUAL, line.content, line, beside=REFERENCES)
    if values["state"] == WorkState.RUNNING:
        values["state"] = WorkState.WAITING
    return values


def _link_parents(experiment: Experiment, rows: Sequence[Individual], lines: Sequence[FileLine]) -> None:
    """Once all are stored: a parent may stand in the same chunk."""
    steps = {line.content["parent"] for line in lines} - {None}
    found = Individual.objects.filter(experiment=experiment, step__in=steps).order_by()
    parents = dict(found.values_list("step", "pk"))
    children = []
    for row, line in zip(rows, lines, strict=True):
        if line.content["parent"] is not None:
            row.parent_id = parents[line.content["parent"]]
            children.append(row)
    Individual.objects.bulk_update(children, ["parent"])


def _settle_ended(experiment: Experiment) -> None:
    """Individuals that wait in the file for what is under way or has ended here: as if just proposed."""
    is_open = Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN)
    evaluations = lock_evaluations(Evaluation.objects.filter(pk__in=is_open.order_by().values("evaluation")))
    for row in Evaluation.objects.filter(pk__in=evaluations):
        before = row.repeats
        train_on = ask_for(row, _most_repeats(is_open, row))  # it may rest on fewer repeats here
        if row.repeats != before:
            row.save(update_fields=["repeats"])
        if train_on or row.state == WorkState.CANCELLED:
            make_waiting(row)
        elif row.state == WorkState.RUNNING:
            is_open.filter(evaluation=row).update(state=WorkState.RUNNING)
        elif row.state in (WorkState.DONE, WorkState.FAILED):
            settle(experiment, list(is_open.filter(evaluation=row).order_by("step")), row)


def _most_repeats(rows: "QuerySet[Individual]", row: Evaluation) -> int | None:
    """Of those that wait for an evaluation; None: all of the protocol's."""
    wanted = list(rows.filter(evaluation=row).values_list("repeats", flat=True))
    return None if None in wanted else max(number for number in wanted if number is not None)
