"""A real search at a small size, beside what the simulation says of it.

Processes as bare workers: each takes an id from a queue and runs the attempt that a Celery task runs, with a trainer
that sleeps. All of them and the database share this machine.
"""

import multiprocessing
import os
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from search import services
from search.models import Experiment
from search.worker.attempts import load_trainer, run_attempt
from tests.benchmarks.scale.costs import searched
from tests.benchmarks.scale.simulation import Costs, Setup, simulate

TRAINER = "tests.benchmarks.scale.sleeping.evaluate"
START_SECONDS = 120.0


def compare(
    costs: Costs, *, workers: int, training_seconds: float, seconds: float, seed: int
) -> dict[str, Any]:
    """Evaluations a second of both, and their ratio."""
    real = measured(workers, training_seconds, seconds, seed)
    setup = Setup(
        workers, training_seconds, cores=os.cpu_count() or 1, heartbeat_seconds=settings.HEARTBEAT_SECONDS
    )
    simulated = simulate(setup, costs).rate
    return {
        "workers": workers,
        "s a training": training_seconds,
        "real, a second": real,
        "simulated, a second": simulated,
        "simulated / real": simulated / real,
    }


def measured(workers: int, training_seconds: float, seconds: float, seed: int) -> float:
    """Evaluations a second of so many processes."""
    os.environ["NASWEB_BENCHMARK_SLEEP"] = f"{training_seconds:g}"
    experiment, waiting = searched(workers, seed)
    context = multiprocessing.get_context("fork")
    queue: Any = context.Queue()
    for key in waiting:
        queue.put(key)
    connection.close()
    stop = context.Event()
    with override_settings(TRAINER=TRAINER):
        processes = [context.Process(target=_work, args=(queue, stop, n)) for n in range(workers)]
        for process in processes:
            process.start()
        try:
            _until(experiment, 2 * workers)
            first, began = _ended(experiment), time.perf_counter()
            time.sleep(seconds)
            rate = (_ended(experiment) - first) / (time.perf_counter() - began)
        finally:
            stop.set()
            for process in processes:
                process.join(START_SECONDS)
                process.kill()
    services.stop_experiment(experiment_id=experiment.pk)
    return rate


def _work(queue: Any, stop: Any, number: int) -> None:
    load_trainer.cache_clear()  # what this process was forked from has measured with another one
    while not stop.is_set():
        try:
            key = queue.get(timeout=0.2)
        except Exception:
            continue
        for experiment_id in run_attempt(evaluation_id=key, worker=f"bare-{number}", send=queue.put):
            for more in services.advance_experiment(experiment_id=experiment_id):
                queue.put(more)
    connection.close()


def _until(experiment: Experiment, ended: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _ended(experiment) < ended:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{_ended(experiment)} of {ended} evaluations within {START_SECONDS:g} s")
        time.sleep(0.1)


def _ended(experiment: Experiment) -> int:
    experiment.refresh_from_db(fields=["evaluated", "failed"])
    return experiment.evaluated + experiment.failed
