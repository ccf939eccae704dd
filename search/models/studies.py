"""Models of studies and their cells."""

from django.conf import settings as django_settings
from django.db import models
from django.db.models.functions import Now

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.models.experiments import Experiment
from search.models.finals import FinalEvaluation
from search.models.states import StudyState, in_states


class Study(models.Model):
    """Several searches that answer one question together, started, watched and reported as one."""

    State = StudyState

    kind = models.CharField(max_length=40)  # a row of search.evolution.studies.rows
    title = models.CharField(max_length=200)
    settings = models.JSONField()  # of its kind, as they were validated
    owner = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="studies"
    )  # null: made on an installation without accounts
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    launch = models.UUIDField(unique=True)  # of the form that asked for it; its cells' launches come from it
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "studies"
        constraints = (in_states(StudyState, "study_state"),)
        indexes = (models.Index(fields=["state"], name="study_by_state"),)

    def __str__(self) -> str:
        return f"study {self.pk} {self.title}"


class StudyCell(models.Model):
    """One configuration with one seed. `plan` is what was asked for, whatever later versions make of the settings."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="cells")
    number = models.PositiveSmallIntegerField()  # from 0, in the order in which cells are started
    arm = models.CharField(max_length=120)
    title = models.CharField(max_length=200)  # of the arm
    seed = models.PositiveSmallIntegerField()  # of the repetition, from 1
    plan = (
        models.JSONField()
    )  # {"search": ExperimentConfig, "final": {"preset", "over"} or null, "along": moments}
    started_at = models.DateTimeField(null=True)  # once: a search that somebody deletes is not started again
    experiment = models.ForeignKey(
        Experiment, null=True, on_delete=models.SET_NULL, related_name="study_cells"
    )
    final = models.ForeignKey(
        FinalEvaluation, null=True, on_delete=models.SET_NULL, related_name="study_cells"
    )
    complete = models.BooleanField(default=False)  # nothing more will be started for it

    class Meta:
        ordering = ("study", "number")
        constraints = (
            models.UniqueConstraint(fields=["study", "number"], name="study_cell_once"),
            models.UniqueConstraint(fields=["study", "arm", "seed"], name="study_cell_of_an_arm_once"),
        )

    def __str__(self) -> str:
        return f"{self.study_id} {self.arm}, seed {self.seed}"

    @property
    def search(self) -> ExperimentConfig:
        """The configuration of its search, validated."""
        return experiment_config(self.plan["search"])


class ScoreAlong(models.Model):
    """One more test score of a cell: of a network that was the best at a moment of its search, or the first."""

    cell = models.ForeignKey(StudyCell, on_delete=models.CASCADE, related_name="along")
    final = models.ForeignKey(FinalEvaluation, on_delete=models.CASCADE, related_name="along_cells")

    class Meta:
        ordering = ("cell", "id")
        constraints = (models.UniqueConstraint(fields=["cell", "final"], name="study_score_along_once"),)

    def __str__(self) -> str:
        return f"{self.cell_id} final {self.final_id}"
