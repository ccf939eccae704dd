"""Recording, ending and proposing in one transaction, and one by one where that is impossible."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from search import services
from search.models import Evaluation, Experiment, FitnessRecord, Individual
from search.services.proposing import completing
from search.worker.attempts import run_attempt
from tests.search.searching import forget_everything, history, small_config, started

pytestmark = pytest.mark.django_db


def begun(**sections: Any) -> tuple[int, int]:
    """An experiment with one evaluation that waits: their ids."""
    experiment = started(small_config(in_flight=1, **sections))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return experiment.pk, evaluation_id


@pytest.mark.django_db(transaction=True)
def test_a_step_is_two_transactions_a_claim_and_an_end() -> None:
    _, evaluation_id = begun(strategy={"share_fitness": False})
    sent: list[int] = []
    with CaptureQueriesContext(connection) as queries:
        assert run_attempt(evaluation_id=evaluation_id, worker="worker", send=sent.append) == []
    assert len(sent) == 1
    begun_with = sum(query["sql"].startswith("BEGIN") for query in queries)
    claims = sum("SET state = 'running', lease =" in query["sql"] for query in queries)
    assert (begun_with, claims) == (2, 1)


def test_what_is_proposed_with_the_end_is_what_would_be_proposed_after_it() -> None:
    histories = []
    for send in (None, lambda evaluation_id: None):
        forget_everything()
        experiment_id, evaluation_id = begun()
        for _ in range(4):
            for experiment in run_attempt(evaluation_id=evaluation_id, worker="worker", send=send):
                services.advance_experiment(experiment_id=experiment)
            evaluation_id = Evaluation.objects.get(state="waiting").pk
        histories.append(history(Experiment.objects.get(pk=experiment_id)))
    assert histories[0] == histories[1]
    assert len(histories[0]) >= 5


def test_a_proposal_that_fails_costs_neither_the_repeat_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment_id, evaluation_id = begun()

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(completing, "propose_next", broken)
    sent: list[int] = []
    assert run_attempt(evaluation_id=evaluation_id, worker="worker", send=sent.append) == [experiment_id]
    assert sent == []
    row = Evaluation.objects.get(pk=evaluation_id)
    assert (row.state, row.records.count()) == ("done", 1)


def test_a_repeat_is_kept_although_its_evaluation_cannot_end(monkeypatch: pytest.MonkeyPatch) -> None:
    _, evaluation_id = begun()

    def refused(*_: Any) -> None:
        raise services.Conflict("refused")

    monkeypatch.setattr(completing, "finished", refused)
    monkeypatch.setattr("search.services.evaluations.recording.finished", refused)
    with pytest.raises(services.Conflict):
        run_attempt(evaluation_id=evaluation_id, worker="worker", send=lambda evaluation_id: None)
    assert FitnessRecord.objects.filter(evaluation=evaluation_id).count() == 1
    assert Evaluation.objects.get(pk=evaluation_id).state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_an_end_that_proposes_gives_way_to_whoever_holds_what_it_needs() -> None:
    """It locks evaluations in no order, so it must not wait: the other might wait for it."""
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time; test_on_postgresql.py runs this where there are several
    experiment_id, evaluation_id = begun()
    advance: list[int] = []

    def end() -> None:
        try:
            advance.extend(run_attempt(evaluation_id=evaluation_id, worker="w", send=lambda pk: None))
        finally:
            connection.close()

    thread = threading.Thread(target=end)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE search_motif IN SHARE ROW EXCLUSIVE MODE")
        thread.start()
        thread.join(30)
        assert not thread.is_alive(), "the end waits for a lock that is held until it has ended"
    assert Evaluation.objects.get(pk=evaluation_id).state == "done"
    assert advance == [experiment_id]
    assert Individual.objects.filter(experiment=experiment_id).count() == 1
