"""`python -m tests.benchmarks loop`: finished evaluations per second when training takes no time.

Every individual is trained (`share_fitness` is off): among the children of a large population's fittest most networks
are known, and would end the moment they are proposed.

In one process the same functions run as in a worker: claim, train, record, finish, propose. With workers the ids
travel through a private Redis to real Celery processes, as in a deployment.
"""

import cProfile
import io
import pstats
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import services, tasks
from search.models import Evaluation, Experiment, ExperimentState, FitnessRecord, Individual, WorkState
from search.worker.attempts import run_attempt
from tests.benchmarks.processor import DatabaseMeter, broker_seconds, database_seconds, tree_seconds
from tests.benchmarks.surroundings import running, vacuum
from tests.benchmarks.synthetic import Say, benchmark_config, fill

WARM_UP = 50
SPARE = 100
"""Individuals in the budget beside the measured ones: warm-up, and what is still under way at the end."""
COUNTED = 20
"""Individuals whose queries are counted."""
CHECKED_EVERY = 5
PROFILED_LINES = 45


def measure(
    *, evaluations: int, in_flight: int, individuals: int, workers: int, profile: bool, say: Say
) -> dict[str, Any]:
    call_command("migrate", interactive=False, verbosity=0)
    experiment = _experiment(evaluations, in_flight, individuals, say)
    if workers:
        return {"loop": [_through_workers(experiment, evaluations, workers)]}
    return _in_this_process(experiment, evaluations, profile)


def _in_this_process(experiment: Experiment, evaluations: int, profile: bool) -> dict[str, Any]:
    loop = _Loop(experiment)
    loop.run(WARM_UP)
    with CaptureQueriesContext(connection) as queries:
        counted = max(1, loop.run(COUNTED))
    messages = len(queries) / counted
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    row = loop.timed(evaluations)
    row["queries each"] = messages
    result: dict[str, Any] = {"loop": [row]}
    if profile:
        profiler.disable()
        result["profile"] = _profile(profiler)
    return result


def _experiment(evaluations: int, in_flight: int, individuals: int, say: Say) -> Experiment:
    """Running, with that many individuals before it begins and room for what is measured."""
    if individuals:
        name = f"loop {individuals}"
        experiment = Experiment.objects.filter(name__in=[name, f"benchmark {individuals}"]).first()
        experiment = experiment or fill(individuals, name=name, say=say)
        _end_what_is_open(experiment)
        vacuum()
        experiment.refresh_from_db()
        config = benchmark_config(
            experiment.proposed + evaluations + SPARE, in_flight=in_flight, share_fitness=False
        )
        experiment.config, experiment.individuals_planned = config.to_json(), config.budget.individuals
        experiment.state = ExperimentState.RUNNING
        experiment.save()
    else:
        config = benchmark_config(
            evaluations + SPARE, in_flight=in_flight, seed=time.time_ns() % 2**31, share_fitness=False
        )
        experiment = services.create_experiment(name="loop", config=config)
        services.start_experiment(experiment_id=experiment.pk)
    return experiment


def _end_what_is_open(experiment: Experiment) -> None:
    ids = Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN).values("evaluation")
    Evaluation.objects.filter(pk__in=ids).update(state=WorkState.WAITING, lease="", sent_at=None, attempts=0)
    Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN).update(
        state=WorkState.WAITING
    )


class _Loop:
    """One process that advances and evaluates in turn, as a worker with an endless queue."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._queue = deque(services.advance_experiment(experiment_id=experiment.pk))

    def run(self, individuals: int) -> int:
        """Go on until so many more have ended, or the budget is spent; how many there were."""
        first = ended = _ended(self._experiment)
        while self._queue and ended < first + individuals:
            for _ in range(min(CHECKED_EVERY, len(self._queue))):
                self._step(self._queue.popleft())
            ended = _ended(self._experiment)
        return ended - first

    def _step(self, evaluation_id: int) -> None:
        more = run_attempt(evaluation_id=evaluation_id, worker="benchmark", send=self._queue.append)
        for experiment_id in more:
            self._queue.extend(services.advance_experiment(experiment_id=experiment_id))

    def timed(self, individuals: int) -> dict[str, Any]:
        trained = FitnessRecord.objects.count()
        began, worked, database = time.perf_counter(), time.process_time(), database_seconds()
        ended = max(1, self.run(individuals))
        wall, work = time.perf_counter() - began, time.process_time() - worked
        return {
            "ended": ended,
            "trained": FitnessRecord.objects.count() - trained,
            "per second": ended / wall,
            "wall ms each": 1000 * wall / ended,
            "cpu ms each": 1000 * work / ended,
            "database cpu ms each": 1000 * (database_seconds() - database) / ended,
        }


def _through_workers(experiment: Experiment, evaluations: int, workers: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "nasweb",
        "worker",
        "--queues",
        "training,steps,sweeps",
    ]
    command += ["--concurrency", str(workers), "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    log = Path(settings.VAR_DIR) / "worker.log"
    with running(command, log=log) as process:
        meter = _Meter(process.pid)
        tasks.nudge_experiment(experiment.pk)
        _wait_for(experiment, WARM_UP, meter)
        first, began, before = _ended(experiment), time.perf_counter(), meter.used()
        _wait_for(experiment, first + evaluations - WARM_UP, meter)
        last, wall, used = _ended(experiment), time.perf_counter() - began, meter.used()
        services.pause_experiment(experiment_id=experiment.pk)
    each = {name: 1000 * (used[name] - before[name]) / (last - first) for name in used}
    return {
        "evaluations": last - first,
        "workers": workers,
        "per second": (last - first) / wall,
        "wall ms each": 1000 * wall / (last - first),
        "cpu ms each": sum(each.values()),
        **{f"{name} cpu ms each": value for name, value in each.items()},
    }


class _Meter:
    """Processor seconds of all that takes part."""

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self._database = DatabaseMeter()

    def used(self) -> dict[str, float]:
        return {
            "worker": tree_seconds(self._worker),
            "database": self._database.seconds(),
            "broker": broker_seconds(),
        }


def _wait_for(experiment: Experiment, ended: int, meter: _Meter, seconds: float = 500) -> None:
    deadline = time.monotonic() + seconds
    looks = 0
    while _ended(experiment) < ended:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{_ended(experiment)} of {ended} evaluations ended within {seconds:g} s")
        time.sleep(0.05)
        looks += 1
        if looks % 10 == 0:
            meter.used()


def _ended(experiment: Experiment) -> int:
    experiment.refresh_from_db(fields=["evaluated", "failed"])
    return experiment.evaluated + experiment.failed


def _profile(profiler: cProfile.Profile) -> str:
    text = io.StringIO()
    statistics = pstats.Stats(profiler, stream=text)
    statistics.sort_stats("cumulative").print_stats("search/", PROFILED_LINES)
    statistics.sort_stats("tottime").print_stats(25)
    return text.getvalue()
