"""Invariant 1: a message only carries an id. It may be lost, and the broker with it."""

import pytest
import redis

from nasweb.celery import app
from nasweb.embedded.broker import free_port
from search import services, tasks
from search.models import Evaluation
from tests.conftest import StartWorker
from tests.search.searching import ends, small_config, started
from tests.search.workers.conftest import Gate

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def test_a_search_survives_an_emptied_broker(start_worker: StartWorker, broker: str, gate: Gate) -> None:
    start_worker(clock=True, NASWEB_RESEND_SECONDS="1", **gate.environment)
    experiment = started(small_config(individuals=6, in_flight=4, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    gate.await_training()
    with redis.Redis.from_url(broker) as client:
        client.flushall()
    gate.open()
    ends(experiment)
    assert experiment.evaluated == 6


def test_a_search_that_could_not_be_nudged_is_found_by_the_sweep(start_worker: StartWorker) -> None:
    experiment = started(small_config(individuals=6))  # nobody is told
    start_worker(clock=True)
    ends(experiment)


def test_a_doubled_message_trains_nothing_twice(start_worker: StartWorker) -> None:
    experiment = started(small_config(individuals=6, in_flight=3))
    for evaluation_id in services.advance_experiment(experiment_id=experiment.pk):
        tasks.evaluate.delay(evaluation_id)
        tasks.evaluate.delay(evaluation_id)
        tasks.advance.delay(experiment.pk)
    start_worker(concurrency=2)
    ends(experiment)
    assert {row.attempts for row in Evaluation.objects.all()} == {1}


def test_what_is_no_message_ends_no_worker(start_worker: StartWorker, broker: str) -> None:
    """Neither bytes of another program, nor JSON that is none, nor a message without its parts."""
    no_messages = (
        b"\xff\xfe\x00",
        b"{",
        b"17",
        b"null",
        b"{}",
        b'{"properties": 1}',
        b'{"properties": {}, "body": 2}',
    )
    no_body = (
        b'{"body": "%%%", "headers": {}, "properties": {"delivery_tag": "a", "body_encoding": "base64", '
    )
    no_body += b'"delivery_info": {"exchange": "", "routing_key": "training"}}}'
    prefix = app.conf.broker_transport_options.get("global_keyprefix", "")
    with redis.Redis.from_url(broker) as client:
        for queue in ("training", "steps"):
            client.lpush(prefix + queue, *no_messages, no_body)
    experiment = started(small_config(individuals=4))
    tasks.nudge_experiment(experiment.pk)
    worker = start_worker()
    ends(experiment)
    assert worker.log.count("dropped what is no message") == 2 * (len(no_messages) + 1)


def test_without_a_broker_a_start_still_succeeds_and_says_so_in_the_log(
    broker: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{free_port()}/0"
    app._after_fork()
    experiment = started()
    tasks.nudge_experiment(experiment.pk)
    assert "no broker for search.tasks.advance" in caplog.text
    assert experiment.state == "running"
