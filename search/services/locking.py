"""Row locks in one fixed order (experiments, evaluations, dependent rows, each by id), so that deadlocks cannot occur.

PostgreSQL locks rows; SQLite holds its one write lock from the start of the transaction (IMMEDIATE).
`no_key` leaves room for other transactions' foreign key checks.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from search.database import statements
from search.models import Evaluation, Experiment
from search.services import errors


def lock_experiments(experiment_ids: Iterable[int]) -> dict[int, Experiment]:
    """The rows by id, ours until the transaction ends.

    Nothing is joined: PostgreSQL gives the newest version of a row whose lock it waited for, but joins it with what
    the others held before, so that `best` would come out empty.
    """
    found = statements.numbers(experiment_ids)
    first = statements.in_turn(f"SELECT id FROM search_experiment WHERE id IN ({found}) ORDER BY id")
    rest = f"WHERE id IN ({found}) ORDER BY id {statements.locked()}"
    rows = statements.select(Experiment, rest, first=first)
    return {row.pk: row for row in rows}


def lock_experiments_waiting_for(evaluation_id: int) -> dict[int, Experiment]:
    """Those with an open individual of this evaluation, by id."""
    waiting = "SELECT experiment_id FROM search_individual WHERE evaluation_id = %s AND state IN ('waiting', 'running')"
    values = [evaluation_id]
    first = statements.in_turn(
        f"SELECT id FROM search_experiment WHERE id IN ({waiting}) ORDER BY id", values
    )
    rest = f"WHERE id IN ({waiting}) ORDER BY id {statements.locked()}"
    return {row.pk: row for row in statements.select(Experiment, rest, values, first=first)}


def lock_experiment(experiment_id: int) -> Experiment:
    """One row. Raises NotFound."""
    rows = lock_experiments([experiment_id])
    if not rows:
        raise errors.NotFound(errors.NOT_FOUND.format(what="experiment", key=experiment_id))
    return rows[experiment_id]


def lock_evaluation(evaluation_id: int) -> Evaluation:
    """One row. Raises NotFound."""
    rows = statements.select(Evaluation, f"WHERE id = %s {statements.locked()}", [evaluation_id])
    if not rows:
        raise errors.NotFound(errors.NOT_FOUND.format(what="evaluation", key=evaluation_id))
    return rows[0]


def lock_evaluations(rows: QuerySet[Evaluation], *, skip_locked: bool = False) -> list[int]:
    """The ids of these rows, locked in order. Skipping leaves out those that somebody is writing just now."""
    locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    return list(locked.order_by("pk").values_list("pk", flat=True))
