"""Artifacts: shared trainings, which evaluations need first."""

from django.conf import settings
from django.db import models

from search.models.work import LeasedWork, work_constraints, work_indexes


class Artifact(LeasedWork):
    """One trained thing that evaluations need first, a supernet say, content-addressed by what is trained how."""

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    document = models.JSONField()  # SharedTraining.to_json(): what is trained, and how
    paused = models.BooleanField(default=False)  # no worker takes it, and whoever trains it lets go
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="artifacts"
    )  # null: made on an installation without accounts
    history = models.JSONField(default=list)  # points of the shared training, one for each epoch
    result = models.JSONField(null=True)  # what came of it: the derived genotype, its score
    retrain_best = models.PositiveSmallIntegerField(default=0)  # so many are trained from scratch at the end
    retrained = models.ForeignKey(
        "search.Experiment", null=True, on_delete=models.SET_NULL, related_name="+"
    )  # trains its best networks from scratch; null while none does
    bytes = models.BigIntegerField(default=0)  # size of the file that it left

    class Meta:
        ordering = ("-id",)
        constraints = work_constraints("artifact")
        indexes = work_indexes("artifact")

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"
