"""Experiments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from search.models.states import ExperimentState, in_states


class Experiment(models.Model):
    """One search. The counters and `best` are kept with each step, so that no page counts the population."""

    State = ExperimentState

    name = models.CharField(max_length=200)
    notes = models.TextField(blank=True)
    tags = models.JSONField(default=list)  # short words, in the order given
    archived = models.BooleanField(default=False)  # out of the lists, kept whole
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="experiments"
    )  # null: made on an installation without accounts
    config = models.JSONField()  # ExperimentConfig.to_json()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.TextField(blank=True)
    awaits = models.JSONField(
        null=True
    )  # paused until this data set is there, and who looked (services.awaiting)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    launch = models.UUIDField(
        null=True, unique=True
    )  # of the form that asked for it: sent twice, it makes one
    individuals_planned = models.PositiveIntegerField()  # the budget, beside the counters it is compared with
    proposed = models.PositiveIntegerField(default=0)  # individuals so far = the next step
    evaluated = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    shared = models.PositiveIntegerField(default=0)  # individuals whose network was known or under way
    population = models.PositiveIntegerField(default=0)  # eligible evaluated ones = the next completion index
    stopped_early = models.PositiveIntegerField(default=0)  # individuals given up by an early decision
    refused = models.PositiveIntegerField(default=0)  # children that a proxy kept from being proposed
    decision_state = models.JSONField(null=True)  # what early decisions keep: rungs, limits
    best = models.ForeignKey("Individual", null=True, on_delete=models.SET_NULL, related_name="+")
    train_seconds = models.FloatField(default=0)
    strategy_state = models.JSONField(null=True)  # what the strategy keeps between proposals
    observed = models.PositiveIntegerField(default=0)  # completions that the strategy was told of

    class Meta:
        ordering = ("-id",)
        constraints = (
            in_states(ExperimentState, "experiment_state"),
            models.CheckConstraint(
                condition=Q(proposed__lte=F("individuals_planned")), name="experiment_budget"
            ),
            models.CheckConstraint(
                condition=Q(evaluated__lte=F("proposed"))
                & Q(failed__lte=F("proposed"))
                & Q(shared__lte=F("proposed"))
                & Q(population__lte=F("evaluated")),
                name="experiment_counters",
            ),
        )
        indexes = (models.Index(fields=["state"], name="experiment_by_state"),)

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"
