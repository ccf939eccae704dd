"""Celery's beat goes on after its machine's clock was ahead once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery

from nasweb.celery import app
from nasweb.sweep_clock import SweepClock, SweepEntry


def clock(folder: Path) -> Any:
    beat = Celery("clock", set_as_current=False)
    beat.conf.beat_schedule = {"sweep": {"task": "search.tasks.sweep", "schedule": 15.0}}
    return SweepClock(app=beat, schedule_filename=str(folder / "clock"), lazy=False)


def test_a_last_run_in_the_future_is_due_now(tmp_path: Path) -> None:
    scheduler = clock(tmp_path)
    entry = scheduler.schedule["sweep"]
    assert isinstance(entry, SweepEntry)
    assert not entry.is_due().is_due
    entry.last_run_at += timedelta(hours=5)
    assert entry.is_due().is_due
    scheduler.sync()
    scheduler.close()
    again = clock(tmp_path)  # from the file that the wrong clock has written
    assert again.schedule["sweep"].is_due().is_due
    assert again.max_interval == 15
    again.close()


def test_the_deployed_clock_is_this_one() -> None:
    assert app.conf.beat_scheduler == "nasweb.sweep_clock:SweepClock"
