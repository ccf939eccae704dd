"""Wiring: settings, addresses, Celery."""

from nasweb.celery import app as celery_app

__all__ = ["celery_app"]  # loaded with Django, so that @shared_task finds it
