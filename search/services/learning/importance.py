"""Importance of features: asked for, sent to a worker that learns, and recorded. Each function is one transaction.

The row is the queue: a lost message is sent again by the sweep, a doubled one finds nobody waiting.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from search.models import Experiment, ImportanceReport
from search.services import errors


@transaction.atomic
def ask_for_importance(*, experiment_id: int) -> ImportanceReport:
    """Somebody waits for it from now on; asked twice it is worked out once. Raises NotFound."""
    if not Experiment.objects.filter(pk=experiment_id).exists():
        raise errors.NotFound(f"There is no experiment {experiment_id}.")
    row, _ = ImportanceReport.objects.get_or_create(experiment_id=experiment_id)
    waits = ImportanceReport.objects.filter(pk=row.pk, asked_at=None)
    if waits.update(asked_at=Now(), sent_at=Now(), reason=""):
        row.refresh_from_db()
    return row


def importance_wanted(experiment_id: int) -> bool:
    return ImportanceReport.objects.filter(experiment=experiment_id).exclude(asked_at=None).exists()


@transaction.atomic
def record_importance(*, experiment: Experiment, content: dict[str, Any]) -> None:
    """`experiment` as it was read before: how far the search was."""
    ImportanceReport.objects.filter(experiment=experiment.pk).update(
        asked_at=None,
        content=content,
        evaluated=experiment.evaluated,
        revision=experiment.revision,
        made_at=Now(),
        reason="",
    )


@transaction.atomic
def give_up_importance(*, experiment_id: int, reason: str) -> None:
    """Nobody waits any more; what was worked out before stays."""
    ImportanceReport.objects.filter(experiment=experiment_id).update(asked_at=None, reason=reason)


@transaction.atomic
def take_overdue_importance() -> list[int]:
    """Experiments whose message seems lost, to be sent again."""
    last = Now() - timedelta(seconds=settings.RESEND_SECONDS)
    rows = ImportanceReport.objects.exclude(asked_at=None).filter(Q(sent_at=None) | Q(sent_at__lt=last))
    found = list(rows.order_by("pk").values_list("experiment", flat=True))
    rows.filter(experiment__in=found).update(sent_at=Now())
    return found
