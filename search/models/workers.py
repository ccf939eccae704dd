"""Model of workers: name, device, last heartbeat."""

from django.db import models
from django.db.models.functions import Now

from search.models.evaluations import Evaluation


class Worker(models.Model):
    """One worker process group as it last reported; a row that went silent is history, not an error."""

    name = models.CharField(max_length=200, unique=True)
    device = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=50, blank=True)  # of the code it runs
    offers = models.CharField(max_length=400, blank=True, default="")  # gpu,a100,memory=80
    processes = models.PositiveSmallIntegerField(default=1)  # trainings it runs at once
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())  # the database's clock
    stopped_at = models.DateTimeField(null=True)  # said goodbye; null while alive or after a kill

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def doing(self) -> "models.QuerySet[Evaluation]":
        """The evaluations it holds a lease on."""
        return Evaluation.objects.filter(worker=self.name, state=Evaluation.State.RUNNING)
