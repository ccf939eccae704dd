"""Each change of a state is logged once, when it is committed, with what it is about."""

import json
import logging
from collections import defaultdict
from itertools import dropwhile
from typing import Any

import pytest
from django.db import transaction

from search import services, tasks
from search.models import Evaluation
from search.services.evaluations.recording import release_evaluation
from tests.conftest import StartWorker
from tests.search.searching import claim_next, ends, finish, small_config, started, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("INFO", logger="search.journal")
    return caplog


def journal(told: pytest.LogCaptureFixture, kind: str) -> dict[int, list[str]]:
    """Key of an experiment or evaluation -> the states that were logged of it, in order."""
    states: dict[int, list[str]] = defaultdict(list)
    for fields in events(told.records):
        if fields["event"] == kind:
            states[fields[kind]].append(str(fields["state"]))
    return dict(states)


def events(records: list[logging.LogRecord]) -> list[dict[str, Any]]:
    return [row.__dict__["fields"] for row in records if row.name == "search.journal"]


def test_a_whole_search_tells_each_state_once(told: pytest.LogCaptureFixture, instant_trainer: None) -> None:
    experiment = work_off(started(small_config(individuals=8)))
    assert journal(told, "experiment") == {experiment.pk: ["draft", "running", "finished"]}
    keys = set(Evaluation.objects.values_list("pk", flat=True))
    assert journal(told, "evaluation") == {key: ["waiting", "running", "done"] for key in keys}
    assert {fields["experiment"] for fields in events(told.records)} == {experiment.pk}
    workers = {fields["worker"] for fields in events(told.records) if fields["state"] == "done"}
    assert workers == {"worker"}


def test_what_people_do_is_told_with_the_reason(told: pytest.LogCaptureFixture) -> None:
    experiment = started(small_config(individuals=8, in_flight=3))
    failed, handed_back = claim_next(experiment), claim_next(experiment)
    services.fail_evaluation(claim=failed, code="not_finite", reason="The loss is not a number.")
    services.pause_experiment(experiment_id=experiment.pk, reason="for\na while")
    release_evaluation(claim=handed_back)
    services.resume_experiment(experiment_id=experiment.pk)
    services.retry_evaluation(evaluation_id=failed.evaluation_id)
    services.stop_experiment(experiment_id=experiment.pk)
    states = journal(told, "evaluation")
    assert states[failed.evaluation_id] == ["waiting", "running", "failed", "waiting", "cancelled"]
    assert states[handed_back.evaluation_id] == ["waiting", "running", "waiting", "cancelled"]
    assert journal(told, "experiment") == {
        experiment.pk: ["draft", "running", "paused", "running", "stopped"]
    }
    reasons = [fields.get("reason") for fields in events(told.records)]
    assert {"The loss is not a number.", "for\na while", "The experiment was stopped."} <= set(reasons)


def test_what_is_rolled_back_is_not_told(told: pytest.LogCaptureFixture) -> None:
    experiment = started(small_config())
    told.clear()
    with transaction.atomic():
        services.pause_experiment(experiment_id=experiment.pk)
        transaction.set_rollback(True)
    assert events(told.records) == []


def test_a_claim_that_comes_too_late_is_not_told(told: pytest.LogCaptureFixture) -> None:
    claim = claim_next(started(small_config()))
    finish(claim)
    told.clear()
    assert services.claim_evaluation(evaluation_id=claim.evaluation_id, worker="late") is None
    assert events(told.records) == []


@pytest.mark.service
def test_a_worker_logs_json_lines_that_say_whose_work_it_is(start_worker: StartWorker) -> None:
    worker = start_worker(NASWEB_LOG_FORMAT="json")
    experiment = started(small_config(individuals=5))
    tasks.nudge_experiment(experiment.pk)
    ends(experiment)
    # Before the log is set up, Python warns those who run a worker as root.
    written = dropwhile(lambda line: not line.startswith("{"), worker.log.splitlines())
    lines = [json.loads(line) for line in written]
    done = [line for line in lines if line["logger"] == "search.journal" and line.get("state") == "done"]
    assert {line["evaluation"] for line in done} == set(Evaluation.objects.values_list("pk", flat=True))
    assert {(line["experiment"], line["worker"]) for line in done} == {(experiment.pk, "worker@test")}
