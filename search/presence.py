"""Workers report that they are there, by a thread of the worker's parent that holds no connection between reports."""

import logging
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from search.evolution.config import TRAINER_VERSION
from search.services.workers import report_worker, say_goodbye

log = logging.getLogger(__name__)

REPORT_SECONDS = 10.0
TRAINING_QUEUE = "training"

_stopping = threading.Event()


@worker_ready.connect
def begin(sender: Any, **_: Any) -> None:
    """`sender` is the consumer of a worker that takes tasks from now on."""
    _stopping.clear()
    threading.Thread(target=_report, args=(sender.hostname, _processes(sender)), daemon=True).start()


@worker_shutdown.connect
def end(sender: Any, **_: Any) -> None:
    _stopping.set()
    _say(lambda: say_goodbye(name=sender.hostname))


def _report(name: str, processes: int) -> None:
    starting = True
    while True:
        told = _say(
            lambda: report_worker(
                name=name,
                device=settings.DEVICE,
                version=f"trainer {TRAINER_VERSION}",
                processes=processes,
                starting=starting,  # noqa: B023 - called at once
            )
        )
        starting = starting and not told
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
