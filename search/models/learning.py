"""Models of learned strategies: strategy states and drafts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from search.models.experiments import Experiment


class StrategyState(models.Model):
    """What the model of a learned strategy knows: one row an experiment, changed only from one version to the next.

    It is a unit of work like an evaluation, with its want, lease, heartbeat and attempts.
    """

    experiment = models.OneToOneField(Experiment, on_delete=models.CASCADE, related_name="learned")
    version = models.PositiveIntegerField(default=0)  # how often it has learned
    content = models.TextField(
        blank=True
    )  # what the learner's `state` gave, in base64; empty before the first
    observed_until = models.PositiveIntegerField(default=0)  # completions that it has learned from
    report = models.JSONField(null=True)  # what it learned, for people
    history = models.JSONField(default=list)  # a few numbers of each version
    wanted_until = models.PositiveIntegerField(
        null=True
    )  # it is to learn up to this completion; null: it rests
    wanted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # last message; null = none for the present want
    lease = models.CharField(max_length=36, blank=True)  # the attempt that may write; empty = none
    worker = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)  # the database's clock
    attempts = models.PositiveSmallIntegerField(default=0)  # at the present want
    seconds = models.FloatField(default=0)  # spent on learning, over all versions
    reason = models.TextField(blank=True)  # why the last attempt came to nothing

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(lease="") | Q(wanted_until__isnull=False),
                name="strategy_state_leased_while_wanted",
            ),
        )

    def __str__(self) -> str:
        return f"{self.experiment_id} version {self.version}"


class Draft(models.Model):
    """A genotype that a learned strategy has proposed ahead and that no step has taken yet; the oldest goes first."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="drafts")
    version = models.PositiveIntegerField()  # of the state that it comes from
    genotype = models.JSONField()  # {space, levels}
    why = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.experiment_id} draft {self.pk}"


class ImportanceReport(models.Model):
    """How much a model that predicts fitness leans on each feature of an experiment's networks: asked for by people,
    worked out by a worker that learns, kept until somebody asks again."""

    experiment = models.OneToOneField(Experiment, on_delete=models.CASCADE, related_name="importance")
    asked_at = models.DateTimeField(null=True)  # null: nobody waits for it
    sent_at = models.DateTimeField(null=True)  # last message
    content = models.JSONField(null=True)  # search/learning/importance.py; null before the first
    evaluated = models.PositiveIntegerField(default=0)  # of the experiment, when it was worked out
    revision = models.PositiveIntegerField(default=0)  # of the experiment, likewise
    made_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why the last attempt came to nothing

    def __str__(self) -> str:
        return f"importance of features, experiment {self.experiment_id}"
