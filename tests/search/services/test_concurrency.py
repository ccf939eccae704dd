"""Everything at once: several workers, searches that share networks, a sweep, and a person who changes their mind.

Afterwards the database is audited. A deadlock, a lock that times out or a lost update would show here.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import accumulate

import pytest
from django.db import connection

from search import services
from search.models import Evaluation, Experiment, ExperimentState, FitnessRecord, Individual
from search.services import Conflict
from search.worker.attempts import run_attempt
from tests.search.searching import small_config, started

SEARCHES = 3
INDIVIDUALS = 40
WORKERS = 3


class Bustle:
    """Threads that work until every search has ended."""

    def __init__(self, experiments: list[Experiment]) -> None:
        self.ids = [experiment.pk for experiment in experiments]
        self.deadline = time.monotonic() + 90

    def over(self) -> bool:
        assert time.monotonic() < self.deadline, list(Experiment.objects.values_list("state", "proposed"))
        return not Experiment.objects.exclude(state=ExperimentState.FINISHED).exists()

    def until_over(self, act: Callable[[random.Random], None], seed: int) -> None:
        rng = random.Random(seed)
        try:
            while not self.over():
                act(rng)
        finally:
            connection.close()

    def work(self, rng: random.Random) -> None:
        waiting = list(Evaluation.objects.filter(state="waiting").values_list("pk", flat=True))
        experiments = self.ids if not waiting else []
        if waiting:
            experiments = run_attempt(
                evaluation_id=rng.choice(waiting),
                worker=threading.current_thread().name,
                send=rng.choice([None, lambda evaluation_id: None]),  # found by its state
            )
        for experiment_id in experiments:
            services.advance_experiment(experiment_id=experiment_id)

    def meddle(self, rng: random.Random) -> None:
        changes = [services.pause_experiment, services.resume_experiment, services.resume_experiment]
        try:
            rng.choice(changes)(experiment_id=rng.choice(self.ids))
            if failed := Evaluation.objects.filter(state="cancelled").first():
                services.retry_evaluation(evaluation_id=failed.pk)
            elif waiting := Evaluation.objects.filter(state__in=["waiting", "running"]).first():
                services.cancel_evaluation(evaluation_id=waiting.pk)
        except Conflict:
            pass  # somebody else was quicker
        services.sweep()
        time.sleep(0.02)

    def restart(self, rng: random.Random) -> None:
        """Resumes what the meddler left paused or cancelled at the end."""
        for row in Experiment.objects.filter(state__in=["paused", "failed"]):
            assert row.state == "paused", row.reason
            with suppress(Conflict):
                services.resume_experiment(experiment_id=row.pk)
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_the_database_is_consistent_after_everything_happened_at_once() -> None:
    experiments = [
        started(small_config(individuals=INDIVIDUALS, in_flight=5, seed=seed // 2, protocol={"repeats": 2}))
        for seed in range(SEARCHES)  # the first two are the same search and meet in every network
    ]
    bustle = Bustle(experiments)
    acts = [bustle.work] * WORKERS + [bustle.meddle, bustle.restart]
    with ThreadPoolExecutor(len(acts)) as pool:
        for future in [pool.submit(bustle.until_over, act, seed) for seed, act in enumerate(acts)]:
            future.result()
    for experiment in experiments:
        check_consistency(experiment)
    assert not Evaluation.objects.filter(state="running").exists()
    for row in Evaluation.objects.filter(state="done"):
        assert row.attempts >= 1
        assert FitnessRecord.objects.filter(evaluation=row).count() == 2


def check_consistency(experiment: Experiment) -> None:
    experiment.refresh_from_db()
    rows = list(
        Individual.objects.filter(experiment=experiment).select_related("evaluation").order_by("step")
    )
    assert [row.step for row in rows] == list(range(INDIVIDUALS))
    assert {row.state for row in rows} <= {"done", "cancelled"}
    done = [row for row in rows if row.state == "done"]
    assert sorted(row.completion for row in done if row.completion is not None) == list(range(len(done)))
    assert (experiment.evaluated, experiment.population, experiment.failed) == (len(done), len(done), 0)
    assert experiment.shared == sum(row.shared for row in rows)
    assert all(row.fitness == row.evaluation.fitness for row in done)
    assert experiment.best == min(done, key=lambda row: (-(row.fitness or 0), row.parameters, row.step))
    in_order = sorted(done, key=lambda row: row.completion or 0)
    assert [row.best_so_far for row in in_order] == list(
        accumulate((row.fitness or 0 for row in in_order), max)
    )
