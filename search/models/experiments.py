"""Model of experiments."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from search.evolution.experiments.config import (
    ConfigError,
    EarlyDecisions,
    ExperimentConfig,
    experiment_config,
)
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
    # Paused until this data set is there, or running and waiting for a worker's first look at its folder; and who
    # looked (services.pauses.dataset_pauses).
    awaits = models.JSONField(null=True)
    dataset_report = models.JSONField(null=True)  # what that look found of a folder (FolderReport.to_json)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(
        null=True
    )  # when the search was over first: what people add or retry afterwards does not move it
    paused_at = models.DateTimeField(null=True)  # since when it lies there paused, else null
    idle_seconds = models.FloatField(default=0)  # paused, failed or finished before it went on
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
    rescores = models.ForeignKey(
        "Individual", null=True, on_delete=models.SET_NULL, related_name="rescorings"
    )  # the best of another search, which this one trains afresh
    train_seconds = models.FloatField(default=0)  # the sum of its individuals' counted_seconds
    strategy_state = models.JSONField(null=True)  # what the strategy keeps between proposals
    observed = models.PositiveIntegerField(default=0)  # completions that the strategy was told of
    # How often a result that was there already has changed: caches and cursors of an earlier revision are void.
    revision = models.PositiveIntegerField(default=0)

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

    @property
    def configuration(self) -> ExperimentConfig:
        """What `config` says, validated, which takes 50 microseconds. Raises ConfigError for a document of an older
        version that would not be accepted any more."""
        return experiment_config(self.config)

    @property
    def readable_configuration(self) -> ExperimentConfig | None:
        """None for such a document: for lists, which no single row may break."""
        try:
            return self.configuration
        except ConfigError:
            return None

    @property
    def decisions(self) -> EarlyDecisions:
        """The early decisions of the configuration, without validating the rest of it."""
        return self.decisions_of(self.config)

    @staticmethod
    def decisions_of(config: Mapping[str, Any]) -> EarlyDecisions:
        """The same of what a query gave."""
        return EarlyDecisions.model_validate(config.get("decisions") or {})

    @property
    def found_nothing(self) -> bool:
        """Whether it is over and all that was tried failed or was stopped early. Where nothing was tried yet, it is
        merely stopped."""
        over = self.state in (ExperimentState.FINISHED, ExperimentState.STOPPED)
        return over and self.failed + self.stopped_early > 0 and not self.evaluated

    @property
    def device_hours(self) -> float | None:
        """Of its budget; None: time does not end it."""
        hours = self.config.get("budget", {}).get("device_hours")
        return None if hours is None else float(hours)

    @property
    def is_budget_spent(self) -> bool:
        """Its budget of device hours."""
        hours = self.device_hours
        return hours is not None and self.train_seconds >= 3600 * hours

    @property
    def seconds(self) -> float | None:
        """From start to end without the time that it lay there (paused, failed, finished before it was extended).

        Never negative; null before either.
        """
        if self.started_at is None or self.finished_at is None:
            return None
        taken: float = (self.finished_at - self.started_at).total_seconds()
        return max(0.0, taken - self.idle_seconds)
