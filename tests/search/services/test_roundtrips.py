"""Statements in few messages, and prepared: what is written and read stays the same. SQLite knows neither."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from search import services
from search.attempts import run_attempt
from search.models import Experiment, roundtrips, statements
from search.models.roundtrips import BETWEEN
from tests.search.searching import forget_everything, history, small_config, started

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "SELECT count(*) FROM search_experiment WHERE notes = %s"


@pytest.fixture
def row() -> Experiment:
    return started(small_config(in_flight=1))


@pytest.fixture
def _preparing() -> Iterator[None]:
    statements.prepare_statements()
    yield
    statements.prepare_statements(False)


def postgresql() -> bool:
    return bool(connection.vendor == "postgresql")


def noted(text: str) -> int:
    [(count,)] = statements.ask(COUNT, [text])
    return int(count)


def note(row: Experiment, text: str) -> None:
    row.notes = text
    statements.update(row, ("notes",))


def undone(row: Experiment, text: str) -> None:
    with transaction.atomic(), statements.few_round_trips():
        note(row, text)
        raise ZeroDivisionError


def names() -> list[str]:
    """What the server holds for this connection, in the order of its making."""
    rows = statements.ask("SELECT name FROM pg_prepared_statements ORDER BY prepare_time, name")
    return [name for (name,) in rows]


def test_what_is_written_travels_with_the_next_statement_and_the_last_at_the_end(row: Experiment) -> None:
    with (
        CaptureQueriesContext(connection) as queries,
        transaction.atomic(),
        statements.few_round_trips(),
    ):
        note(row, "first")
        note(row, "100 % second")
        assert noted("100 % second") == 1
        note(row, "third")
    sent = [query["sql"] for query in queries if "search_experiment" in query["sql"]]
    assert [message.count(BETWEEN) for message in sent] == ([2, 0] if postgresql() else [0, 0, 0, 0])
    assert Experiment.objects.get().notes == "third"


def test_a_queryset_sees_what_was_written_before_it(row: Experiment) -> None:
    with transaction.atomic(), statements.few_round_trips():
        note(row, "mine")
        assert Experiment.objects.filter(notes="mine").exists()
        note(row, "%s percent")
        assert [found.notes for found in Experiment.objects.iterator()] == ["%s percent"]
        note(row, "last")
        Experiment.objects.bulk_update([Experiment(pk=row.pk, name="x")], ["name"])
    assert Experiment.objects.get().notes == "last"


def test_an_exception_leaves_nothing_of_it(row: Experiment) -> None:
    with pytest.raises(ZeroDivisionError):
        undone(row, "never")
    assert noted("never") == 0


def test_a_savepoint_takes_back_what_came_after_it_and_nothing_else(row: Experiment) -> None:
    with transaction.atomic(), statements.few_round_trips():
        note(row, "before")
        with pytest.raises(ZeroDivisionError):
            undone(row, "after")
        assert noted("before") == 1
    assert noted("before") == 1


def test_what_is_refused_is_refused_when_it_is_sent_and_ends_the_transaction(row: Experiment) -> None:
    def refused() -> None:
        with transaction.atomic(), statements.few_round_trips():
            note(row, "kept?")
            row.proposed = row.individuals_planned + 1
            statements.update(row, ("proposed",))

    with pytest.raises(DatabaseError):
        refused()
    assert noted("kept?") == 0


def test_several_statements_in_one_message_are_one_transaction(row: Experiment) -> None:
    refused = "UPDATE search_experiment SET proposed = individuals_planned + %s"
    with pytest.raises(DatabaseError):
        statements.ask_last(
            [("UPDATE search_experiment SET notes = %s", ["half"]), (refused, [1]), (COUNT, [""])]
        )
    assert noted("half") == 0


def walked() -> list[Any]:
    experiment = started(small_config(individuals=6, in_flight=2, strategy={"share_fitness": False}))
    waiting = services.advance_experiment(experiment_id=experiment.pk)
    while waiting:
        run_attempt(evaluation_id=waiting.pop(0), worker="worker", send=waiting.append)
    return history(Experiment.objects.get(pk=experiment.pk))


def test_a_search_with_prepared_statements_is_the_search_without_them() -> None:
    histories = []
    for on in (False, True):
        forget_everything()
        statements.prepare_statements(on)
        try:
            histories.append(walked())
            assert not postgresql() or bool(names()) == on
        finally:
            statements.prepare_statements(False)
    assert histories[0] == histories[1]
    assert len(histories[0]) == 6


@pytest.mark.usefixtures("_preparing", "row")
def test_a_statement_is_prepared_once_for_a_connection_and_anew_for_the_next() -> None:
    if not postgresql():
        return
    connection.close()
    assert [noted("") for _ in range(3)] == [1, 1, 1]
    [name] = names()
    connection.close()
    assert [noted("") for _ in range(3)] == [1, 1, 1]
    assert len(names()) == 1
    assert names() != [name]


@pytest.mark.usefixtures("_preparing", "row")
def test_a_plan_is_made_anew_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    if not postgresql():
        return
    connection.close()
    noted("")
    [old] = names()
    monkeypatch.setattr(roundtrips, "PLAN_SECONDS", -1)
    assert noted("") == 1
    [new] = names()
    assert new != old


@pytest.mark.usefixtures("_preparing")
def test_after_an_error_statements_are_prepared_again(row: Experiment) -> None:
    for text in ("one", "two"):
        with pytest.raises(ZeroDivisionError):
            undone(row, text)  # never sent, and its PREPARE neither
        with pytest.raises(DatabaseError):
            statements.ask("SELECT 1 / %s FROM search_experiment WHERE no_such_column", [0])
        note(row, text)
        assert noted(text) == 1


@pytest.mark.usefixtures("_preparing", "row")
def test_a_pool_that_changes_sessions_ends_preparing() -> None:
    if not postgresql():
        return
    noted("")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")  # as in another session
    with pytest.raises(DatabaseError):
        noted("")
    assert noted("") == 1
    assert names() == []
