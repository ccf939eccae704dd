"""Celery's beat on a machine whose clock was ahead once and was put right: it would send no sweep until then."""

from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from celery.schedules import schedstate


class SweepEntry(ScheduleEntry):  # type: ignore[misc]
    """Due at once where its last run is in the future."""

    def is_due(self) -> schedstate:
        if self.last_run_at > self.default_now():
            return schedstate(is_due=True, next=self.schedule.run_every.total_seconds())
        return super().is_due()


class SweepClock(PersistentScheduler):  # type: ignore[misc]
    Entry: Any = SweepEntry
    max_interval = 15
    """Seconds after which it looks at its clock again, however far away the next run seems."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for name, entry in list(
            self.schedule.items()
        ):  # what an older version has stored is of another class
            if not isinstance(entry, SweepEntry):
                self.schedule[name] = SweepEntry(**dict(entry), app=self.app)
