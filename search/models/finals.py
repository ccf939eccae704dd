"""Models of final evaluations and their runs."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from search.models.genotypes import Genotype
from search.models.states import fraction
from search.models.work import LeasedWork, work_constraints, work_indexes


class FinalEvaluation(LeasedWork):
    """One network trained on all training images and scored on the test set: kept apart from every fitness."""

    phenotype_key = models.CharField(max_length=32)
    protocol_key = models.CharField(max_length=32)
    protocol = models.JSONField()
    genotype = models.ForeignKey(Genotype, on_delete=models.PROTECT, related_name="finals")
    runs = models.PositiveSmallIntegerField()  # asked for
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="finals"
    )  # null: made on an installation without accounts
    live_curve = models.JSONField(default=list)  # points of the run that is under way
    test_images = models.PositiveIntegerField(null=True)  # null until the first run ends
    seen = models.PositiveIntegerField(null=True)  # test images that are among the training images too
    classes = models.JSONField(default=list)  # their names, in the order of the labels

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["phenotype_key", "protocol_key"], name="final_once"),
            *work_constraints("final"),
        )
        indexes = work_indexes("final")

    def __str__(self) -> str:
        return f"final evaluation {self.pk} of {self.phenotype_key[:8]}"


class FinalRun(models.Model):
    """One finished run: one training, one score on the test set. Written once, never changed."""

    final = models.ForeignKey(FinalEvaluation, on_delete=models.CASCADE, related_name="records")
    run = models.PositiveSmallIntegerField()  # 0-based
    seed = models.BigIntegerField()
    accuracy = models.FloatField()  # top-1 on the test set
    top5 = models.FloatField()
    loss = models.FloatField()
    confusion = models.JSONField()  # [label, predicted, how many], where there are any
    mistakes = models.JSONField()  # {image, label, predicted, confidence, png: base64}, the worst first
    curve = models.JSONField()  # {step, loss, train_accuracy, seconds}
    seconds = models.FloatField()
    device = models.CharField(max_length=100, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    attempt = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("run",)
        constraints = (
            models.UniqueConstraint(fields=["final", "run"], name="final_run_once"),
            fraction("accuracy", "final_run_accuracy"),
            fraction("top5", "final_run_top5"),
        )

    def __str__(self) -> str:
        return f"{self.final_id} run {self.run}"


class ReferenceRun(models.Model):
    """One training of a known network under a final protocol, scored on the test set: a baseline that is no genotype.
    Written once, never changed."""

    name = models.CharField(max_length=40)  # such as resnet18
    protocol_key = models.CharField(max_length=32)
    protocol = models.JSONField()
    run = models.PositiveSmallIntegerField()  # 0-based
    seed = models.BigIntegerField()
    accuracy = models.FloatField()  # top-1 on the test set
    top5 = models.FloatField()
    parameters = models.BigIntegerField()
    test_images = models.PositiveIntegerField()
    seconds = models.FloatField()
    device = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("name", "protocol_key", "run")
        constraints = (
            models.UniqueConstraint(fields=["name", "protocol_key", "run"], name="reference_run_once"),
            fraction("accuracy", "reference_run_accuracy"),
            fraction("top5", "reference_run_top5"),
        )

    def __str__(self) -> str:
        return f"{self.name} under {self.protocol_key[:8]}, run {self.run}"
