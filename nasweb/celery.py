"""The Celery application: tasks on two queues, `training` and `steps`.

    celery --app nasweb worker --queues training,steps --concurrency 2

One training process per core or per GPU. Nothing here imports torch: a parent that touched CUDA or ran tensor
operations before the fork leaves its children hanging, so only the child that trains loads it.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
app = Celery("nasweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
