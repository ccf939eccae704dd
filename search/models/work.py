"""Work that workers do under a lease: what evaluations and artifacts have in common."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from search.evolution.experiments.config import TRAINER_VERSION
from search.models.states import WorkState, fraction, in_states


def trainer_version() -> int:
    """Of the code that runs here; a function, so that raising the version is no migration."""
    return TRAINER_VERSION


class LeasedWork(models.Model):
    """One unit of work. The row is queue and outbox; whoever holds its lease may write what comes of it."""

    State = WorkState

    trainer = models.PositiveSmallIntegerField(default=trainer_version)  # only this version may train it
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease = models.CharField(max_length=36, blank=True)  # the attempt that may write; empty = none
    worker = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True)  # last message; null = none for the present wait
    claimed_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(
        null=True
    )  # the database's clock, so that workers' clocks do not matter
    progress = models.FloatField(default=0)
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    log = models.TextField(blank=True)
    train_seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def work_constraints(name: str) -> tuple[models.CheckConstraint, ...]:
    """What holds for every unit of work, under constraint names that begin with `name`."""
    return (
        in_states(WorkState, f"{name}_state"),
        fraction("progress", f"{name}_progress"),
        models.CheckConstraint(condition=Q(attempts__lte=F("max_attempts")), name=f"{name}_attempts"),
        models.CheckConstraint(
            condition=(Q(state="running") & ~Q(lease="")) | (~Q(state="running") & Q(lease="")),
            name=f"{name}_leased_while_running",
        ),
    )


def work_indexes(name: str) -> tuple[models.Index, ...]:
    """Only what is open is ever searched for, and that never grows with the population. The state stands in the key
    too: SQLite does not see that a partial index is small."""
    return (
        models.Index(fields=["state", "sent_at"], condition=Q(state="waiting"), name=f"{name}_waiting"),
        models.Index(fields=["state", "heartbeat_at"], condition=Q(state="running"), name=f"{name}_running"),
    )
