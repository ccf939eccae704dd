"""Celery application: tasks on the queues `training`, `learning`, `steps` and `sweeps`.

    celery --app nasweb worker --queues training,learning,steps,sweeps --concurrency 2

One training process per core or per GPU. Nothing here imports torch: a parent that touched CUDA or ran tensor
operations before the fork leaves its children hanging, so only the child that trains loads it.
"""

import gc
import logging
import os
import signal
from contextlib import suppress
from typing import Any

from billiard.util import get_logger as pool_logger
from billiard.util import set_pdeathsig
from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init, worker_ready
from django.db import close_old_connections

from nasweb.broker_transport import use_here
from nasweb.shared_broker import tell_of_another_installation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
HAND_OVER_SECONDS = 2.0

use_here()
app = Celery("nasweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["search.worker"], related_name="presence")
app.steps["worker"].add("nasweb.timers:ForgetCancelled")


@worker_process_init.connect
def prepare_for_steps(**_: object) -> None:
    """What is loaded is there to stay: collecting garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


def hand_over_soon() -> None:
    """In a process that serves the web: a broker that does not take a message within two seconds keeps no thread. The
    rows know what there is to do, and the sweep sends it."""
    limits = {"socket_timeout": HAND_OVER_SECONDS, "socket_connect_timeout": HAND_OVER_SECONDS}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **limits}
    app.conf.task_publish_retry = False


@worker_process_init.connect
def die_with_parent(**_: object) -> None:
    """A killed worker leaves no process that trains on for a lease it has lost (Linux)."""
    with suppress(OSError):
        set_pdeathsig(signal.SIGKILL)


@task_prerun.connect
def check_connections(**_: object) -> None:
    """As before each request of a web process: a connection that is old or broken is not used again."""
    close_old_connections()


@worker_ready.connect
def look_for_another_installation(sender: Any, **_: object) -> None:
    tell_of_another_installation(sender.app)


@setup_logging.connect
def keep_the_logging_of_the_settings(**_: object) -> None:
    """Celery would put handlers of its own on top. Its pool's messages and
    Python's warnings go where all go."""
    logging.captureWarnings(True)
    pool = pool_logger()
    pool.propagate = True
    pool.setLevel(logging.WARNING)
