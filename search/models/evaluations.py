"""Evaluations and their fitness records."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from search.evolution.config import TRAINER_VERSION
from search.models.genotypes import Genotype
from search.models.states import WorkState, fraction, in_states


def trainer_version() -> int:
    """Of the code that runs here; a function, so that raising the version is no migration."""
    return TRAINER_VERSION


class Evaluation(models.Model):
    """One phenotype under one protocol: the unit of work, shared by all experiments. The row is queue and outbox."""

    State = WorkState

    phenotype_key = models.CharField(max_length=32)
    protocol_key = models.CharField(max_length=32)
    protocol = models.JSONField()
    trainer = models.PositiveSmallIntegerField(default=trainer_version)  # only this version may train it
    genotype = models.ForeignKey(
        Genotype, on_delete=models.PROTECT, related_name="evaluations"
    )  # the first carrier
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
    repeats = models.PositiveSmallIntegerField(
        null=True
    )  # asked for so far, where that is not all of the protocol's
    progress = models.FloatField(default=0)
    live_curve = models.JSONField(default=list)  # points of the repeat that is running
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    log = models.TextField(blank=True)
    fitness = models.FloatField(null=True)
    fitness_spread = models.FloatField(null=True)  # sample standard deviation over repeats; null for one
    train_seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["phenotype_key", "protocol_key"], name="evaluation_once"),
            in_states(WorkState, "evaluation_state"),
            fraction("fitness", "evaluation_fitness"),
            fraction("progress", "evaluation_progress"),
            models.CheckConstraint(condition=Q(attempts__lte=F("max_attempts")), name="evaluation_attempts"),
            models.CheckConstraint(
                condition=(Q(state="running") & ~Q(lease="")) | (~Q(state="running") & Q(lease="")),
                name="evaluation_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state="done", fitness__isnull=False)
                | (~Q(state="done") & Q(fitness__isnull=True)),
                name="evaluation_done_with_fitness",
            ),
        )
        # Only what is open is ever searched for, and that never grows with the population. The state stands in
        # the key too: SQLite does not see that a partial index is small.
        indexes = (
            models.Index(
                fields=["state", "sent_at"], condition=Q(state="waiting"), name="evaluation_waiting"
            ),
            models.Index(
                fields=["state", "heartbeat_at"], condition=Q(state="running"), name="evaluation_running"
            ),
            # Counted by whoever watches, from the index alone.
            models.Index(fields=["state", "reason_code"], name="evaluation_by_reason"),
        )

    def __str__(self) -> str:
        return f"{self.phenotype_key[:8]} under {self.protocol_key[:8]}"


class FitnessRecord(models.Model):
    """One finished repeat; written once, never changed."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    repeat = models.PositiveSmallIntegerField()  # 0-based
    seed = models.BigIntegerField()
    accuracy = models.FloatField()
    curve = models.JSONField()  # {step, loss, train_accuracy, validation_accuracy, seconds}
    seconds = models.FloatField()
    device = models.CharField(max_length=100, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    attempt = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["evaluation", "repeat"], name="fitness_record_once"),
            fraction("accuracy", "fitness_record_accuracy"),
        )

    def __str__(self) -> str:
        return f"{self.evaluation_id} repeat {self.repeat}"
