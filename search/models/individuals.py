"""Model of individuals."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from search.models.evaluations import Evaluation
from search.models.experiments import Experiment
from search.models.genotypes import Genotype
from search.models.states import WorkState, fraction, in_states


class Individual(models.Model):
    """One genotype at one step of one experiment."""

    State = WorkState

    OPEN = (WorkState.WAITING, WorkState.RUNNING)

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="individuals", db_index=False
    )
    step = models.PositiveIntegerField()  # 0-based
    genotype = models.ForeignKey(Genotype, on_delete=models.PROTECT, related_name="individuals")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    mutation = models.JSONField(null=True)
    origin = models.CharField(max_length=30)
    generation = models.PositiveIntegerField(
        default=0
    )  # an initial one is 0, a child one more than its parent
    parameters = models.BigIntegerField()
    multiply_adds = models.BigIntegerField()
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="individuals", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    fitness = models.FloatField(null=True)
    fitness_spread = models.FloatField(null=True)
    reason = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    tags = models.JSONField(default=list)  # short words, in the order given
    why = models.TextField(
        blank=True, default=""
    )  # why it was proposed, where its origin does not say it all
    strategy_version = models.PositiveIntegerField(null=True)  # of the learned strategy that proposed it
    shared = models.BooleanField(default=False)  # its network was known or under way when it was proposed
    eligible = models.BooleanField(default=True)  # may become a parent once it is done
    completion = models.PositiveIntegerField(null=True)  # 0-based place in the order of completion
    best_so_far = models.FloatField(null=True)  # the experiment's best fitness once this one was complete
    repeats = models.PositiveSmallIntegerField(
        null=True
    )  # so many first repeats are its fitness; null: all of the protocol's
    counted_seconds = models.FloatField(
        default=0
    )  # of training, as its experiment counts them for it; 0: another individual caused the training
    stopped_at = models.PositiveIntegerField(null=True)  # training step at which its experiment gave it up
    stopped_accuracy = models.FloatField(null=True)  # validation accuracy at that step
    rung = models.PositiveSmallIntegerField(null=True)  # the last rung of the halving that it reached, from 0
    population_seen = models.PositiveIntegerField(
        default=0
    )  # evaluated individuals that the proposal could choose from
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("step",)
        constraints = (
            models.UniqueConstraint(fields=["experiment", "step"], name="individual_step"),
            models.UniqueConstraint(fields=["experiment", "completion"], name="individual_completion"),
            in_states(WorkState, "individual_state"),
            fraction("fitness", "individual_fitness"),
            fraction("stopped_accuracy", "individual_stopped_accuracy"),
            models.CheckConstraint(
                condition=Q(state="done", fitness__isnull=False)
                | (~Q(state="done") & Q(fitness__isnull=True)),
                name="individual_done_with_fitness",
            ),
            models.CheckConstraint(
                condition=Q(completion__isnull=True) | Q(state="done", eligible=True),
                name="individual_completion_done",
            ),
        )
        indexes = (
            # Also what finds the individuals of an evaluation; with the step, the earliest of equal networks.
            models.Index(fields=["evaluation", "experiment", "step"], name="individual_by_network"),
            models.Index(fields=["experiment", "fitness", "step"], name="individual_by_fitness"),
            models.Index(fields=["experiment", "parameters", "step"], name="individual_by_parameters"),
            models.Index(fields=["experiment", "multiply_adds", "step"], name="individual_by_multiply_adds"),
            models.Index(fields=["experiment", "state", "step"], name="individual_by_state"),
            models.Index(
                fields=["experiment", "rung", "-stopped_accuracy", "step"],
                condition=Q(rung__isnull=False, state="cancelled"),
                name="individual_at_rung",
            ),
        )

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.step}"

    @property
    def seconds(self) -> float | None:
        """From proposal to the end, never negative; null while it is open."""
        ended: datetime | None = self.finished_at
        return max(0.0, (ended - self.created_at).total_seconds()) if ended else None
