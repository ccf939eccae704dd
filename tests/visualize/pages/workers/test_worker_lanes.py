"""Workers in time: trainings in their lanes, gaps with their reason, waiting work with its place."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from search import services
from search.evolution.experiments.presets import preset
from search.evolution.genotypes.genotype import parse_genotype
from search.models import Evaluation, Experiment, FitnessRecord, Individual, Worker
from search.selectors.worker_lanes import NOTHING_WAITED, STOPPED, WORK_WAITED, read_worker_lanes
from search.services.workers import report_worker

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def experiment() -> Experiment:
    made = services.create_experiment(name="Search", config=preset("quick").config)
    services.start_experiment(experiment_id=made.pk)
    services.advance_experiment(experiment_id=made.pk)
    return made


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def trained(evaluation: Evaluation, worker: str, *, ended: datetime, seconds: float, asked: datetime) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(created_at=asked)
    row = FitnessRecord.objects.create(
        evaluation=evaluation,
        repeat=0,
        seed=1,
        accuracy=0.5,
        curve=[],
        seconds=seconds,
        worker=worker,
        attempt=1,
    )
    FitnessRecord.objects.filter(pk=row.pk).update(created_at=ended)


def present(name: str, now: datetime, **fields: object) -> None:
    report_worker(name=name, device="cpu", version="1", processes=1, starting=True)
    Worker.objects.filter(name=name).update(**{"started_at": now - 2 * HOUR, **fields})


def test_a_lane_tells_what_was_trained_and_why_nothing_was_in_between(
    experiment: Experiment, now: datetime
) -> None:
    present("w1", now)
    first, second = Evaluation.objects.order_by("pk")[:2]
    trained(first, "w1", ended=now - 0.5 * HOUR, seconds=600, asked=now - 0.7 * HOUR)
    trained(second, "w1", ended=now, seconds=600, asked=now - 0.4 * HOUR)
    services.pause_experiment(experiment_id=experiment.pk)
    Evaluation.objects.exclude(pk__in=[first.pk, second.pk]).update(created_at=now)
    (lane,) = read_worker_lanes(HOUR).lanes
    assert [round(training.seconds) for training in lane.rows[0]] == [600, 600]
    assert [training.waited is not None for training in lane.rows[0]] == [True, True]
    reasons = [gap.reason for gap in lane.gaps]
    assert reasons == [NOTHING_WAITED, WORK_WAITED]
    assert lane.busy == pytest.approx(1 / 3, abs=0.02)


def test_trainings_that_overlap_stand_in_rows_of_their_own(experiment: Experiment, now: datetime) -> None:
    present("w1", now)
    for evaluation in Evaluation.objects.order_by("pk")[:2]:
        trained(evaluation, "w1", ended=now, seconds=60, asked=now - HOUR)
    (lane,) = read_worker_lanes(HOUR).lanes
    assert [len(row) for row in lane.rows] == [1, 1]


def test_a_worker_that_has_left_is_not_idle(experiment: Experiment, now: datetime) -> None:
    present("w1", now, stopped_at=now - 0.5 * HOUR)
    (lane,) = read_worker_lanes(HOUR).lanes
    assert lane.gaps[-1].reason == STOPPED
    assert not lane.gaps[-1].is_idle


def test_the_page_shows_lanes_and_when_waiting_work_is_expected(
    client: Client, experiment: Experiment, now: datetime
) -> None:
    present("w1", now)
    first = Evaluation.objects.order_by("pk")[0]
    trained(first, "w1", ended=now, seconds=120, asked=now - HOUR)
    text = client.get("/workers/?hours=6").content.decode()
    assert 'class="bar done tone-1"' in text
    assert f'href="/experiments/{experiment.pk}/individuals/0/?tab=training"' in text
    assert "in ≈ 2\u00a0min" in text
    assert client.get("/workers/?hours=never").status_code == 200


def test_a_training_is_shown_for_the_latest_search_that_asked_for_it(
    experiment: Experiment, now: datetime
) -> None:
    present("w1", now)
    first = Evaluation.objects.earliest("pk")
    trained(first, "w1", ended=now, seconds=600, asked=now - HOUR)
    asked = Individual.objects.filter(evaluation=first).latest("pk")
    again = services.evaluate_genotype(
        experiment_id=experiment.pk, genotype=parse_genotype(asked.genotype.text), token=uuid4()
    )
    assert Individual.objects.get(experiment=experiment, step=again.step).evaluation_id == first.pk
    [lane] = read_worker_lanes(HOUR).lanes
    assert [(row.experiment, row.step) for row in lane.rows[0]] == [(experiment.pk, again.step)]
