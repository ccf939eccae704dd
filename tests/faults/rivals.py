"""Two of the same kind at the same moment: both wait for one row, which we hold until both have come."""

import logging
import threading

from django.db import DatabaseError, connection

from search import services
from search.models import Evaluation, Individual
from search.worker.attempts import run_attempt
from tests.faults.play import AIM_SECONDS, Outcome, Play, held, until

log = logging.getLogger(__name__)


def two_claims(play: Play) -> Outcome:
    """Whoever wins trains it to its end; the other goes away quietly. The audit sees if both had it."""
    rows = Individual.objects.filter(experiment=play.instant, state="waiting", experiment__state="running")
    wanted = until(lambda: rows.order_by("?").values_list("evaluation", flat=True).first())
    if wanted is None:
        return "missed"
    with held(play, "SELECT id FROM search_evaluation WHERE id = %s FOR UPDATE", wanted) as lock:
        if Evaluation.objects.filter(pk=wanted).values_list("state", flat=True).get() != "waiting":
            return "missed"
        threads = [
            threading.Thread(target=_claim, args=(wanted, f"rival-{n}@stage"), daemon=True) for n in (1, 2)
        ]
        return _both(play, threads, lock.waiting, '^UPDATE "?search_evaluation')


def two_controllers(play: Play) -> Outcome:
    with held(play, "SELECT id FROM search_experiment WHERE id = %s FOR UPDATE", play.instant) as lock:
        threads = [threading.Thread(target=_advance, args=(play.instant,), daemon=True) for _ in (1, 2)]
        # The first waits for the row, the second behind it in the order of arrival.
        return _both(play, threads, lock.waiting, "search_experiment.*(FOR NO KEY UPDATE|taken)")


def _both(play: Play, threads: list[threading.Thread], waiting: object, pattern: str) -> Outcome:
    assert callable(waiting)
    for thread in threads:
        thread.start()
    play.threads.extend(threads)
    met = until(lambda: waiting(pattern).count("harness") >= 2, AIM_SECONDS)
    return "hit" if met else "missed"


def _claim(evaluation_id: int, name: str) -> None:
    def attempt() -> None:
        for experiment_id in run_attempt(evaluation_id=evaluation_id, worker=name):
            services.advance_experiment(experiment_id=experiment_id)

    _quietly(attempt)


def _advance(experiment_id: int) -> None:
    _quietly(lambda: services.advance_experiment(experiment_id=experiment_id))


def _quietly(act: object) -> None:
    assert callable(act)
    try:
        act()
    except DatabaseError as error:  # killed by another fault meanwhile; a worker's task would fail likewise
        log.info("a rival was interrupted: %s", error)
    finally:
        connection.close()
