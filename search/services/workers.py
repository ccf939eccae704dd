"""Worker presence: register, heartbeat, sign off. Each function is one short transaction."""

from django.db import transaction
from django.db.models.functions import Now

from search.models import Sweep, Worker


@transaction.atomic
def report_worker(
    *, name: str, device: str, version: str, processes: int, offers: str = "", starting: bool = False
) -> None:
    """A worker is alive. The first report of a start begins its time anew."""
    fields: dict[str, object] = {
        "device": device,
        "version": version,
        "processes": processes,
        "offers": offers,
        "seen_at": Now(),
        "stopped_at": None,
    }
    if starting:
        fields["started_at"] = Now()
    if not Worker.objects.filter(name=name).update(**fields):
        Worker.objects.get_or_create(
            name=name,
            defaults={"device": device, "version": version, "processes": processes, "offers": offers},
        )


def say_goodbye(*, name: str) -> None:
    """A worker stops in order."""
    Worker.objects.filter(name=name).update(stopped_at=Now())


def note_sweep(*, seconds: float) -> None:
    """A sweep has ended."""
    Sweep.objects.update_or_create(pk=1, defaults={"ended_at": Now(), "seconds": seconds})
