"""Worker heartbeat: a thread of the worker's parent process reports presence."""

import logging
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from search.evolution.experiments.config import TRAINER_VERSION
from search.services.workers import report_worker, say_goodbye
from search.worker.offer import TRAINING_QUEUE, installed_offer, listen

log = logging.getLogger(__name__)

REPORT_SECONDS = 10.0
LEARNING_QUEUE = "learning"

_stopping = threading.Event()


@worker_ready.connect
def begin(sender: Any, **_: Any) -> None:
    """`sender` is the consumer of a worker that takes tasks from now on."""
    if set(sender.app.amqp.queues.consume_from) == {LEARNING_QUEUE}:
        return  # neither trains nor takes steps, and its claims say whether it lives
    _stopping.clear()
    threading.Thread(target=_report, args=(sender, _processes(sender)), daemon=True).start()


@worker_shutdown.connect
def end(sender: Any, **_: Any) -> None:
    _stopping.set()
    _say(lambda: say_goodbye(name=sender.hostname))


def _report(consumer: Any, processes: int) -> None:
    offers = str(installed_offer()) if processes else ""
    starting = True
    while True:
        told = _say(
            lambda: report_worker(
                name=consumer.hostname,
                device=settings.DEVICE,
                version=f"trainer {TRAINER_VERSION}",
                processes=processes,
                offers=offers,
                starting=starting,  # noqa: B023 - called at once
            )
        )
        starting = starting and not told
        _say(lambda: listen(consumer))
        if _stopping.wait(REPORT_SECONDS):
            return


def _processes(consumer: Any) -> int:
    """How many trainings it runs at once: none where it takes only the steps between them."""
    if TRAINING_QUEUE not in consumer.app.amqp.queues.consume_from:
        return 0
    pool = getattr(consumer, "pool", None)
    return int(getattr(pool, "limit", 1) or 1)


def _say(write: Any) -> bool:
    try:
        write()
    except DatabaseError as error:
        log.warning("could not report this worker, the next report makes up for it: %s", error)
        return False
    finally:
        connection.close()  # a child forked now must not inherit it
    return True
