"""The Celery application: tasks on two queues, `training` and `steps`.

    celery --app nasweb worker --queues training,steps --concurrency 2

One training process per core or per GPU. Nothing here imports torch: a parent that touched CUDA or ran tensor
operations before the fork leaves its children hanging, so only the child that trains loads it.
"""

import gc
import logging
import os
import signal
from contextlib import suppress

from billiard.util import get_logger as pool_logger
from billiard.util import set_pdeathsig
from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
app = Celery("nasweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="presence")
app.steps["worker"].add("nasweb.timers:ForgetCancelled")


@worker_process_init.connect
def prepare_for_steps(**_: object) -> None:
    """What is loaded is there to stay: collecting garbage need not look through it again and again."""
    from search.models import statements  # noqa: PLC0415 - Django's models load later than this module

    statements.prepare_statements()
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def die_with_parent(**_: object) -> None:
    """A killed worker leaves no process that trains on for a lease it has lost (Linux)."""
    with suppress(OSError):
        set_pdeathsig(signal.SIGKILL)


@task_prerun.connect
def check_connections(**_: object) -> None:
    """As before each request of a web process: a connection that is old or broken is not used again."""
    close_old_connections()


@setup_logging.connect
def keep_the_logging_of_the_settings(**_: object) -> None:
    """Celery would put handlers of its own on top. Its pool's messages and
    Python's warnings go where all go."""
    logging.captureWarnings(True)
    pool = pool_logger()
    pool.propagate = True
    pool.setLevel(logging.WARNING)
