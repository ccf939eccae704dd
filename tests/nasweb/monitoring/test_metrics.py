"""/metrics: figures of the database that Prometheus can read."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from search import services
from search.models import Evaluation, Worker
from search.services.workers import report_worker, say_goodbye
from tests.search.searching import claim_next, finish, small_config, started, trained

pytestmark = pytest.mark.django_db


def figures(client: Client, **headers: str) -> dict[tuple[str, str], float]:
    """(name, value of its label) -> figure; read by Prometheus' own parser."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("nasweb_"), _label(sample.labels)): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def _label(labels: dict[str, str]) -> str:
    return labels.get("worker") or next(iter(labels.values()), "")


@pytest.fixture(autouse=True)
def embedded(settings: Settings) -> None:
    settings.EMBEDDED = True


def test_the_queue_the_running_and_the_ended_are_counted_with_their_reasons(client: Client) -> None:
    experiment = started(small_config(individuals=8, in_flight=4))
    first, second, third = (claim_next(experiment) for _ in range(3))
    finish(first)
    services.fail_evaluation(claim=second, code="not_finite", reason="The loss is not a number.")
    services.record_repeat(claim=third, repeat=0, seed=1, result=trained(0.5))
    Evaluation.objects.filter(state="running").update(heartbeat_at="2020-01-01T00:00:00Z")
    Evaluation.objects.filter(state="waiting").update(created_at="2020-01-01T00:00:00Z")
    seen = figures(client)
    assert seen["evaluations_running", ""] == 1
    assert seen["evaluations_waiting", ""] == 1
    assert seen["evaluations_held", ""] == 0
    assert seen["evaluation_oldest_waiting_seconds", ""] > 10**8
    assert seen["evaluation_oldest_heartbeat_seconds", ""] > 10**8
    assert seen["evaluations_ended_total", "done"] == 1
    assert seen["evaluations_ended_total", "failed"] == 1
    assert seen["evaluation_failures_total", "not_finite"] == 1
    assert seen["experiments", "running"] == 1
    assert seen["individuals_proposed_total", ""] == 4
    assert seen["individuals_evaluated_total", ""] == 1
    assert seen["individuals_failed_total", ""] == 1
    assert seen["train_seconds_total", ""] == 2


def test_what_waits_for_a_paused_experiment_is_no_queue(client: Client) -> None:
    experiment = started(small_config(individuals=8, in_flight=4))
    services.advance_experiment(experiment_id=experiment.pk)
    services.pause_experiment(experiment_id=experiment.pk)
    seen = figures(client)
    assert (seen["evaluations_waiting", ""], seen["evaluations_held", ""]) == (0, 4)
    assert seen["evaluation_oldest_waiting_seconds", ""] == 0


def test_workers_are_told_by_where_they_train_and_a_silent_one_leaves_a_zero(client: Client) -> None:
    for name, device in (("one", "cuda"), ("two", "cuda"), ("three", 'odd "name"\n'), ("gone", "cpu")):
        report_worker(name=name, device=device, version="trainer 1", processes=2, starting=True)
    Worker.objects.filter(name="three").update(seen_at="2020-01-01T00:00:00Z")  # history
    say_goodbye(name="gone")
    report_worker(name="steps", device="auto", version="trainer 1", processes=0)
    seen = figures(client)
    assert {key: value for key, value in seen.items() if key[0] == "workers_alive"} == {
        ("workers_alive", "cuda"): 2
    }
    assert seen["worker_processes", "cuda"] == 4
    assert {key[1] for key in seen if key[0] == "worker_heartbeat_seconds"} == {"one", "two", "steps"}
    assert seen["steps_workers_alive", ""] == 1
    report_worker(name="late", device='odd "name"\n', version="", processes=1)
    from_now = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 minutes')"
    if connection.vendor == "postgresql":
        from_now = "now() - interval '5 minutes'"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE search_worker SET seen_at = {from_now} WHERE name = 'late'")
    seen = figures(client)
    assert seen["workers_alive", 'odd "name"\n'] == 0
    assert 290 < seen["worker_heartbeat_seconds", "late"] < 400


def test_the_number_of_queries_does_not_grow_and_none_reads_the_population(client: Client) -> None:
    experiment = started(small_config(individuals=8, in_flight=4))
    finish(claim_next(experiment))
    client.get("/metrics")
    with CaptureQueriesContext(connection) as queries:
        client.get("/metrics")
    assert len(queries) <= 6
    assert not any('FROM "search_individual"' in query["sql"][:200] for query in queries.captured_queries)


@pytest.mark.parametrize(
    "token, sent, status",
    [
        ("", "", 403),
        ("right", "", 401),
        ("right", "Bearer wrong", 401),
        ("right", "Basic right", 401),
        ("right", "Bearer ÿ", 401),
        ("right", "Bearer right", 200),
    ],
)
def test_a_deployment_shows_its_figures_to_its_own_scraper_alone(
    client: Client, settings: Settings, token: str, sent: str, status: int
) -> None:
    settings.EMBEDDED = False
    settings.METRICS_TOKEN = token
    answer: Any = client.get("/metrics", headers={"Authorization": sent})
    assert answer.status_code == status
    assert (b"nasweb_evaluations" in answer.content) is (status == 200)
    if status == 403:
        assert b"NASWEB_METRICS_TOKEN" in answer.content


def test_a_token_that_is_set_is_wanted_on_one_machine_too(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_changed_by_asking(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert "no-store" in client.get(address).headers["Cache-Control"]
