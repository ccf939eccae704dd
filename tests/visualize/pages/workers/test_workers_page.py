"""Who is there, what waits and why, and what failed, with retry and cancel."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from search import services
from search.evolution.experiments.presets import preset
from search.models import Evaluation, Experiment, Worker, WorkState
from search.selectors.finals import best_individuals
from search.selectors.workers import workers
from search.services.finals.attempts import claim_final
from search.services.finals.of_searches import ask_for_finals
from search.services.workers import report_worker, say_goodbye
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    made = services.create_experiment(name="Search", config=preset("quick").config)
    services.start_experiment(experiment_id=made.pk)
    services.advance_experiment(experiment_id=made.pk)
    return made


def page(client: Client, state: str = "waiting") -> str:
    return client.get(f"/workers/?state={state}").content.decode()


def test_without_workers_the_page_says_how_to_start_one(client: Client, experiment: Experiment) -> None:
    text = page(client)
    assert "No worker has reported" in text
    assert "No worker is there; start one" in text


def test_a_worker_is_ready_training_stopped_or_silent(client: Client, experiment: Experiment) -> None:
    report_worker(name="w1", device="cpu", version="1", processes=2, starting=True)
    assert "Ready" in page(client)
    first = Evaluation.objects.order_by("pk")[0]
    assert services.claim_evaluation(evaluation_id=first.pk, worker="w1")
    text = page(client, "running")
    assert "Training" in text
    assert first.genotype.key[:8] in text
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=3))
    assert "Silent 3\u00a0min ago" in page(client)
    say_goodbye(name="w1")
    assert "Stopped" in page(client)
    report_worker(name="w1", device="cpu", version="1", processes=2)
    assert "Stopped" not in page(client)


def test_what_waits_says_why(client: Client, experiment: Experiment) -> None:
    report_worker(name="w1", device="cpu", version="1", processes=2)
    text = page(client)
    assert "Next in the queue" in text
    assert "1 ahead of it" in text
    services.pause_experiment(experiment_id=experiment.pk)
    assert "Its experiment is paused" in page(client)


def test_a_failed_evaluation_shows_its_reason_and_can_be_tried_again(
    client: Client, experiment: Experiment
) -> None:
    first = Evaluation.objects.order_by("pk")[0]
    claim = services.claim_evaluation(evaluation_id=first.pk, worker="w1")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="time_out", reason="took <too> long")
    text = page(client, "failed")
    assert "time_out" in text
    assert "Took &lt;too&gt; long." in text
    answer = client.post(f"/evaluations/{first.pk}/retry/", {"next": "/workers/?state=failed"})
    assert answer["Location"] == "/workers/?state=failed"
    first.refresh_from_db()
    assert first.state == WorkState.WAITING


def test_a_waiting_evaluation_is_cancelled_once(client: Client, experiment: Experiment) -> None:
    first = Evaluation.objects.order_by("pk")[0]
    for said in ("Cancelled.", "cancelled"):
        answer = client.post(
            f"/evaluations/{first.pk}/cancel/", {"next": "https://elsewhere.example/"}, follow=True
        )
        assert answer.redirect_chain[0][0] == "/workers/"
        assert said in answer.content.decode()
    first.refresh_from_db()
    assert first.state == WorkState.CANCELLED


def test_the_page_asks_as_often_for_many_as_for_few(
    client: Client, experiment: Experiment, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page(client)


def test_a_worker_says_how_many_evaluations_it_brought_to_an_end(
    client: Client, experiment: Experiment
) -> None:
    for name in ("w1", "w2"):
        report_worker(name=name, device="cpu", version="1", processes=1, starting=True)
    first, second = Evaluation.objects.order_by("pk")[:2]
    for row in (first, second):
        claim = services.claim_evaluation(evaluation_id=row.pk, worker="w1")
        assert claim is not None
        services.fail_evaluation(claim=claim, code="error", reason="a fault")
    assert {row.worker.name: row.finished for row in workers()} == {"w1": 2, "w2": 0}
    assert client.get("/api/v1/workers").json()["items"][0]["finished"] == 2


def test_a_final_evaluation_is_seen_where_it_waits_and_at_the_worker_that_trains_it(
    client: Client, settings: Settings
) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
    search = work_off(started(small_config(individuals=2)))
    [row] = ask_for_finals(best_individuals(search, 1))
    assert f'href="/finals/{row.pk}/"' in page(client)
    report_worker(name="w1", device="cpu", version="1", processes=1, starting=True)
    assert claim_final(final_id=row.pk, worker="w1") is not None
    text = page(client, "running")
    assert text.count(f'href="/finals/{row.pk}/"') == 2
    assert "Training" in text
    assert client.get("/api/v1/workers").json()["items"][0]["finals"] == [row.pk]
    assert (
        f'href="/finals/{row.pk}/"' not in page(client, "failed").partition("Table of final evaluations")[2]
    )
