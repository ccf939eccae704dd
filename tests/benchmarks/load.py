"""`python -m tests.benchmarks load`: people who watch and edit while many workers finish evaluations that take no time.

On PostgreSQL and Redis, over HTTP against gunicorn, all on loopback and all private. It ends after that many
evaluations or that much time, whichever comes first.
"""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from search import services, tasks
from search.models import Evaluation, Experiment, ExperimentState
from search.selectors.consistency_audit import violations
from tests.benchmarks.addresses import Address, Subjects, addresses, subjects
from tests.benchmarks.report import percentile
from tests.benchmarks.startup import answers
from tests.benchmarks.surroundings import Unavailable, free_port, running
from tests.benchmarks.synthetic import Say, benchmark_config, fill
from tests.benchmarks.visitors import Visitor, Visits, admin_cookie
from tests.benchmarks.watch import Watch, database_mib, deadlocks, memory_rows

FIRST_INDIVIDUALS = 700
"""In the experiment before the load begins, so that its pages have something to show."""
SUBJECTS = 20
START_SECONDS = 90.0
LOCK_WAIT_TARGET_SECONDS = 1.0


def measure(
    *, evaluations: int, seconds: float, workers: int, clients: int, pause_seconds: float, say: Say
) -> dict[str, Any]:
    if connection.vendor != "postgresql":
        raise Unavailable("The load is measured on PostgreSQL; leave --sqlite away.")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    other = fill(FIRST_INDIVIDUALS // 5, name="beside the load", under_way=0, seed=2, say=say)
    experiment = fill(FIRST_INDIVIDUALS, name="load", under_way=0, seed=1, say=say)
    about = subjects(experiment, other, count=SUBJECTS)
    watched = list(addresses(about))
    _start(experiment, evaluations, in_flight=2 * workers)
    port, cookie = free_port(), admin_cookie()
    before = _Before(experiment)
    with _programs(port, workers) as roots:
        _until(lambda: answers(port), START_SECONDS, "the web server answers")
        watch, visits = Watch(roots, lambda: _ended(experiment)), Visits()
        tasks.nudge_experiment(experiment.pk)
        _until(lambda: _ended(experiment) > before.ended, START_SECONDS, "the first evaluation ends")
        say(f"{clients} clients, {workers} workers, {evaluations:,} evaluations or {seconds:g} s")
        began, first = time.monotonic(), _ended(experiment)
        with _visiting(clients, port, cookie, watched, about, visits, watch, pause_seconds):
            last = _wait(experiment, first + evaluations, began + seconds, say)
        wall = time.monotonic() - began
        services.pause_experiment(experiment_id=experiment.pk)
        _until(lambda: not Evaluation.objects.filter(state="running").exists(), 60, "the workers have ended")
    return _result(experiment, before, last - first, wall, watch, visits)


class _Before:
    """What was there before the load."""

    def __init__(self, experiment: Experiment) -> None:
        self.ended = _ended(experiment)
        self.individuals = sum(Experiment.objects.values_list("proposed", flat=True))
        self.mib = database_mib()
        self.deadlocks = deadlocks()
        self.contradictions = {str(violation) for violation in violations()}
        """Of what was written in bulk for the pages: its repeats, for one, have no seeds of their own."""


def _start(experiment: Experiment, evaluations: int, *, in_flight: int) -> None:
    """Every network is trained: those of a population's fittest are known for the most part."""
    room = experiment.proposed + 2 * evaluations + 10_000
    config = benchmark_config(room, in_flight=in_flight, share_fitness=False)
    experiment.config, experiment.individuals_planned = config.to_json(), room
    experiment.state, experiment.finished_at = ExperimentState.RUNNING, None
    experiment.save()


@contextmanager
def _programs(port: int, workers: int) -> Iterator[dict[str, int]]:
    """The web server, the workers and the clock, as in a deployment; group -> process."""
    celery = [sys.executable, "-m", "celery", "--app", "nasweb"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    commands = {
        "web": [sys.executable, "-m", "gunicorn", "nasweb.wsgi:application", "--bind", f"127.0.0.1:{port}",
                "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"],
        "training": [*celery, "worker", "--queues", "training", "--concurrency", str(workers),
                     "--hostname", "training@load", *quiet],
        "steps": [*celery, "worker", "--queues", "steps,sweeps", "--pool", "solo", "--hostname", "steps@load", *quiet],
        "beat": [*celery, "beat", "--schedule", str(settings.VAR_DIR / "beat"), "--pidfile", "",
                 "--loglevel", "WARNING"],
    }  # fmt: skip
    connection.close()
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(command, log=Path(settings.VAR_DIR) / f"{name}.log")).pid
            for name, command in commands.items()
        }


@contextmanager
def _visiting(
    clients: int,
    port: int,
    cookie: str,
    watched: Sequence[Address],
    about: Subjects,
    visits: Visits,
    watch: Watch,
    pause_seconds: float,
) -> Iterator[None]:
    stop = threading.Event()
    visitors = [Visitor(number, port, cookie, watched, about, visits) for number in range(clients)]
    threads = [threading.Thread(target=visitor.visit, args=(stop, pause_seconds)) for visitor in visitors]
    threads.append(threading.Thread(target=watch.run))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        watch.stop()
        for thread in threads:
            thread.join()


def _wait(experiment: Experiment, wanted: int, deadline: float, say: Say) -> int:
    said = time.monotonic()
    while (ended := _ended(experiment)) < wanted and time.monotonic() < deadline:
        if time.monotonic() > said + 15:
            said = time.monotonic()
            say(f"{ended:,} evaluations ended")
        time.sleep(0.2)
    return ended


def _result(
    experiment: Experiment, before: _Before, ended: int, wall: float, watch: Watch, visits: Visits
) -> dict[str, Any]:
    added = sum(Experiment.objects.values_list("proposed", flat=True)) - before.individuals
    rows = [
        {"page or endpoint": name, "requests": len(times), "p50 ms": percentile(times, 0.5),
         "p95 ms": percentile(times, 0.95), "slowest ms": max(times)}
        for name, times in sorted(visits.milliseconds.items())
    ]  # fmt: skip
    requests = sum(len(times) for times in visits.milliseconds.values())
    found = sorted({str(violation) for violation in violations()} - before.contradictions)
    return {
        "pages": rows,
        "memory": memory_rows(watch, 3600 * ended / wall),
        "evaluations": ended,
        "evaluations per second": round(ended / wall, 1),
        "requests per second": round(requests / wall, 1),
        "refused requests": dict(visits.refused) or "none",
        "database MiB per 100,000 individuals": round(
            100_000 * (database_mib() - before.mib) / max(1, added)
        ),
        "longest lock wait seen, seconds": round(watch.longest_lock_wait_seconds, 3),
        "95 % of those seen, seconds": round(percentile([0.0, *watch.lock_waits], 0.95), 3),
        "longest in": watch.waited_for or "none",
        "held by": watch.held_by or "none",
        "lock waits below a second": watch.longest_lock_wait_seconds < LOCK_WAIT_TARGET_SECONDS,
        "deadlocks": deadlocks() - before.deadlocks,
        "contradictions in the database": len(found),
        **({"first of them": found[0]} if found else {}),
    }


def _ended(experiment: Experiment) -> int:
    values = Experiment.objects.filter(pk=experiment.pk).values_list("evaluated", "failed").get()
    return sum(values)


def _until(happened: Any, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise Unavailable(f"{what}: not within {seconds:g} s; see the logs in {settings.VAR_DIR}")
        time.sleep(0.05)
