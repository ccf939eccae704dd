"""What workers say of themselves. Each function is one short transaction."""

from django.db import transaction
from django.db.models.functions import Now

from search.models import Worker


@transaction.atomic
def report_worker(*, name: str, device: str, version: str, processes: int, starting: bool = False) -> None:
    """A worker is alive. The first report of a start begins its time anew."""
    fields: dict[str, object] = {
        "device": device,
        "version": version,
        "processes": processes,
        "seen_at": Now(),
        "stopped_at": None,
    }
    if starting:
        fields["started_at"] = Now()
    if not Worker.objects.filter(name=name).update(**fields):
        Worker.objects.get_or_create(
            name=name, defaults={"device": device, "version": version, "processes": processes}
        )


def say_goodbye(*, name: str) -> None:
    """A worker stops in order."""
    Worker.objects.filter(name=name).update(stopped_at=Now())
