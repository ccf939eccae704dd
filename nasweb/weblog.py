"""Gunicorn's log messages on the project's handler and in its format:

gunicorn --logger-class nasweb.weblog.ProjectLogger ...
"""

import os
from typing import Any

import django
from gunicorn.glogging import Logger


class ProjectLogger(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
        django.setup(set_prefix=False)  # configures logging; the server's master would not
        self.error_log.handlers = []
        self.error_log.propagate = True
