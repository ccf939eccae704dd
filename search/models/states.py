"""State enumerations, and constraint helpers of the models."""

from django.db import models
from django.db.models import Q


def in_states(states: type[models.TextChoices], name: str, *, field: str = "state") -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": states.values}), name=name)


def fraction(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 0, f"{field}__lte": 1}), name=name)


class ExperimentState(models.TextChoices):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class StudyState(models.TextChoices):
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class WorkState(models.TextChoices):
    """Of evaluations and of the individuals that wait for them."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
