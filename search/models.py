"""The tables: fields, states and constraints. Reads are in selectors, writes in services (ARCHITECTURE.md)."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


def _in_states(states: type[models.TextChoices], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(state__in=states.values), name=name)


def _fraction(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 0, f"{field}__lte": 1}), name=name)


class ExperimentState(models.TextChoices):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class WorkState(models.TextChoices):
    """Of evaluations and of the individuals that wait for them."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Experiment(models.Model):
    """One search. The counters and `best` are kept with each step, so that no page counts the population."""

    State = ExperimentState

    name = models.CharField(max_length=200)
    notes = models.TextField(blank=True)
    config = models.JSONField()  # ExperimentConfig.to_json()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.TextField(blank=True)
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
    best = models.ForeignKey("Individual", null=True, on_delete=models.SET_NULL, related_name="+")
    train_seconds = models.FloatField(default=0)
    strategy_state = models.JSONField(null=True)  # what the strategy keeps between proposals
    observed = models.PositiveIntegerField(default=0)  # completions that the strategy was told of

    class Meta:
        ordering = ("-id",)
        constraints = (
            _in_states(ExperimentState, "experiment_state"),
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


class Genotype(models.Model):
    """Content-addressed: one row for each distinct genotype, whoever proposed it."""

    key = models.CharField(max_length=32, unique=True)
    text = models.TextField()
    space = models.JSONField()  # a preset's name or the object of a custom space
    levels = models.JSONField()
    phenotype_key = models.CharField(max_length=32, db_index=True)
    operation_counts = models.JSONField()  # primitive -> how many one cell of the network holds; absent = 0
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key


class Motif(models.Model):
    """Content-addressed by level and resolved structure: the same building block in any slot of any genotype."""

    key = models.CharField(max_length=32, unique=True)
    level = models.PositiveSmallIntegerField()
    structure = (
        models.JSONField()
    )  # rows for nodes 2..n of primitive names or lower motifs' keys; null = no edge
    phenotype_key = models.CharField(
        max_length=32, db_index=True, blank=True
    )  # empty: its sink is unreachable

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(level__gte=2), name="motif_level"),)

    def __str__(self) -> str:
        return f"L{self.level} {self.key}"


class MotifUse(models.Model):
    """Which genotype carries a motif, in which slot, and how often the network really uses it (0 = unused)."""

    motif = models.ForeignKey(Motif, on_delete=models.CASCADE, related_name="carried_by")
    genotype = models.ForeignKey(Genotype, on_delete=models.CASCADE, related_name="motifs", db_index=False)
    level = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField()  # 1-based
    uses = models.PositiveIntegerField()  # through the whole hierarchy

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["genotype", "level", "slot"], name="motif_use_slot"),
            models.CheckConstraint(condition=Q(level__gte=2, slot__gte=1), name="motif_use_place"),
        )

    def __str__(self) -> str:
        return f"L{self.level}-M{self.slot}"


class Evaluation(models.Model):
    """One phenotype under one protocol: the unit of work, shared by all experiments. The row is queue and outbox."""

    State = WorkState

    phenotype_key = models.CharField(max_length=32)
    protocol_key = models.CharField(max_length=32)
    protocol = models.JSONField()
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
            _in_states(WorkState, "evaluation_state"),
            _fraction("fitness", "evaluation_fitness"),
            _fraction("progress", "evaluation_progress"),
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
        indexes = (  # only what is open is ever searched for, and that never grows with the population
            models.Index(fields=["sent_at"], condition=Q(state="waiting"), name="evaluation_waiting"),
            models.Index(fields=["heartbeat_at"], condition=Q(state="running"), name="evaluation_running"),
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
            _fraction("accuracy", "fitness_record_accuracy"),
        )

    def __str__(self) -> str:
        return f"{self.evaluation_id} repeat {self.repeat}"


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
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="individuals")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    fitness = models.FloatField(null=True)
    fitness_spread = models.FloatField(null=True)
    reason = models.TextField(blank=True)
    shared = models.BooleanField(default=False)  # its network was known or under way when it was proposed
    eligible = models.BooleanField(default=True)  # may become a parent once it is done
    completion = models.PositiveIntegerField(null=True)  # 0-based place in the order of completion
    best_so_far = models.FloatField(null=True)  # the experiment's best fitness once this one was complete
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
            _in_states(WorkState, "individual_state"),
            _fraction("fitness", "individual_fitness"),
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
            models.Index(fields=["experiment", "fitness", "step"], name="individual_by_fitness"),
            models.Index(fields=["experiment", "parameters", "step"], name="individual_by_parameters"),
            models.Index(fields=["experiment", "multiply_adds", "step"], name="individual_by_multiply_adds"),
            models.Index(fields=["experiment", "state", "step"], name="individual_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.step}"

    @property
    def seconds(self) -> float | None:
        """From proposal to the end; null while it is open."""
        ended: datetime | None = self.finished_at
        return (ended - self.created_at).total_seconds() if ended else None
