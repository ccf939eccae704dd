"""The sweep as it last ended, in one row: whether anybody still looks for lost work."""

from django.db import models
from django.db.models.functions import Now


class Sweep(models.Model):
    """The last sweep of this database."""

    ended_at = models.DateTimeField(db_default=Now())  # the database's clock
    seconds = models.FloatField(default=0)  # it took

    def __str__(self) -> str:
        return f"ended {self.ended_at}"
