"""Django app config: loads the Celery application, so that @shared_task finds it in every process."""

from django.apps import AppConfig

from nasweb.celery import app as celery_app

__all__ = ["NaswebConfig", "celery_app"]


class NaswebConfig(AppConfig):
    name = "nasweb"

    def ready(self) -> None:
        from nasweb import checks  # noqa: F401, PLC0415 - registers itself; needs the settings
