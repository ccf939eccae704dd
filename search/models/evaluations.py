"""Models of evaluations and fitness records."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from search.models.artifacts import Artifact
from search.models.genotypes import Genotype
from search.models.states import fraction, in_states
from search.models.work import LeasedWork, work_constraints, work_indexes


class Evaluation(LeasedWork):
    """One phenotype under one protocol in one context: the unit of work, shared by all experiments."""

    phenotype_key = models.CharField(max_length=32)
    protocol_key = models.CharField(max_length=32)
    context_key = models.CharField(max_length=32, blank=True, default="")  # empty: depends on nothing else
    protocol = models.JSONField()
    context = models.JSONField(default=dict)  # what the context's key names: a parent, a shared training
    artifact = models.ForeignKey(
        Artifact, null=True, on_delete=models.PROTECT, related_name="evaluations"
    )  # must be done first
    genotype = models.ForeignKey(
        Genotype, on_delete=models.PROTECT, related_name="evaluations"
    )  # the first carrier
    repeats = models.PositiveSmallIntegerField(
        null=True
    )  # asked for so far, where that is not all of the protocol's
    needs = models.CharField(
        max_length=400, blank=True, default=""
    )  # resource tags that a worker must offer, each in brackets: [a100][gpu]
    memory_gib = models.PositiveIntegerField(default=0)  # that a worker must offer; 0: any
    live_curve = models.JSONField(default=list)  # points of the repeat that is running
    fitness = models.FloatField(null=True)
    fitness_spread = models.FloatField(null=True)  # sample standard deviation over repeats; null for one

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["phenotype_key", "protocol_key", "context_key"], name="evaluation_once"
            ),
            *work_constraints("evaluation"),
            fraction("fitness", "evaluation_fitness"),
            models.CheckConstraint(
                condition=Q(state="done", fitness__isnull=False)
                | (~Q(state="done") & Q(fitness__isnull=True)),
                name="evaluation_done_with_fitness",
            ),
        )
        indexes = (
            *work_indexes("evaluation"),
            # Counted by whoever watches, from the index alone.
            models.Index(fields=["state", "reason_code"], name="evaluation_by_reason"),
            models.Index(
                fields=["worker"], condition=Q(state__in=("done", "failed")), name="evaluation_ended_by"
            ),
        )

    def __str__(self) -> str:
        return f"{self.phenotype_key[:8]} under {self.protocol_key[:8]}"


class AttemptOutcome(models.TextChoices):
    """How an attempt ended that did not finish its evaluation."""

    FAILED = "failed"
    TRIED_AGAIN = "tried again"
    GIVEN_BACK = "given back"


class EndedAttempt(models.Model):
    """One attempt that did not finish its evaluation; written once, kept when the evaluation is tried again."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="ended_attempts")
    number = models.PositiveSmallIntegerField()  # begins anew after a retry by hand
    worker = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=11, choices=AttemptOutcome)
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (in_states(AttemptOutcome, "ended_attempt_outcome", field="outcome"),)

    def __str__(self) -> str:
        return f"{self.evaluation_id} attempt {self.number}: {self.outcome}"


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
