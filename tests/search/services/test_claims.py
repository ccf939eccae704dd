"""Invariant 2: a claim is one conditional update; the loser returns quietly."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import services
from search.models import Evaluation, FitnessRecord
from search.services import Claim
from search.worker.attempts import run_attempt
from tests.search.searching import claim_next, finish, individual, small_config, started


@pytest.mark.django_db
def test_no_commit_of_an_attempt_is_left_to_chance() -> None:
    """A claim that a crash of the database undid would be trained twice to its end without a lease that expired."""
    experiment = started(small_config(in_flight=1))
    with CaptureQueriesContext(connection) as queries:
        finish(claim_next(experiment))
    assert [query["sql"] for query in queries if "synchronous_commit" in query["sql"]] == []


@pytest.mark.django_db(transaction=True)
def test_of_many_claimers_exactly_one_wins() -> None:
    experiment = started(small_config(in_flight=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    line = threading.Barrier(8)

    def claim(number: int) -> Claim | None:
        try:
            line.wait()
            return services.claim_evaluation(evaluation_id=evaluation_id, worker=f"worker {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = [claim for claim in pool.map(claim, range(8)) if claim is not None]
    assert len(claims) == 1
    row = Evaluation.objects.get()
    assert (row.state, row.attempts, row.lease, row.worker) == (
        "running",
        1,
        claims[0].lease,
        claims[0].worker,
    )


@pytest.mark.django_db
def test_a_doubled_message_is_harmless() -> None:
    experiment = started(small_config(in_flight=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    assert run_attempt(evaluation_id=evaluation_id, worker="first") == [experiment.pk]
    assert run_attempt(evaluation_id=evaluation_id, worker="second") == []
    assert Evaluation.objects.get().attempts == 1
    assert FitnessRecord.objects.get().worker == "first"


@pytest.mark.django_db
def test_a_message_for_a_row_that_does_not_exist_is_harmless() -> None:
    assert run_attempt(evaluation_id=404, worker="worker") == []


@pytest.mark.django_db
def test_a_claim_says_what_to_train_and_marks_the_individual_running() -> None:
    experiment = started()
    claim = claim_next(experiment)
    first = individual(experiment, 0)
    assert first.state == "running"
    assert (claim.attempt, claim.finished_repeats) == (1, ())
    assert claim.phenotype_key == first.genotype.phenotype_key
    assert claim.genotype == {"space": "hierarchical", "levels": first.genotype.levels}
    assert claim.protocol == experiment.config["protocol"]


@pytest.mark.django_db
def test_an_ended_evaluation_cannot_be_claimed() -> None:
    claim = claim_next(started())
    finish(claim)
    assert services.claim_evaluation(evaluation_id=claim.evaluation_id, worker="late") is None
