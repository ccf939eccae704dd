"""Faults of workers, each aimed: at a statement inside a transaction, or at a training under way.

A table lock of ours makes the workers stop inside the transaction in question; one of those that wait is killed, then
the lock is let go. PostgreSQL rolls its transaction back, as after any death.
"""

import signal
import time

from search.models import Evaluation
from tests.faults.play import (
    AIM_SECONDS,
    Hold,
    Outcome,
    Pending,
    Play,
    held,
    open_trainings,
    strike,
    until,
)
from tests.faults.stage import Part
from tests.faults.trainers import read_diary

FREEZE_SECONDS = 12.0
HOLDS = 4


def _kill_inside(play: Play, table: str, pattern: str) -> Outcome:
    """Several short holds: in a long one all workers may soon wait elsewhere, and none comes to the statement."""
    for _ in range(HOLDS):
        with held(play, f"LOCK TABLE {table} IN SHARE MODE") as lock:
            if part := until(lambda: _waiting_part(play, lock, table, pattern), AIM_SECONDS / HOLDS):
                strike(play, part)
                return "hit"
        time.sleep(0.05)
    return "missed"


def _waiting_part(play: Play, lock: Hold, table: str, pattern: str) -> Part | None:
    names = lock.about_to_write(table, pattern)
    return next((part for part in play.stage.workers if part.name in names and part.alive), None)


def kill_claiming(play: Play) -> Outcome:
    """The evaluation is updated, its individuals are not yet."""
    return _kill_inside(play, "search_individual", "(?i)update.search_individual.set.state = .running.")


def kill_recording(play: Play) -> Outcome:
    """The repeat is not there yet."""
    return _kill_inside(play, "search_fitnessrecord", "(?i)insert(.into)?.search_fitnessrecord")


def kill_ending(play: Play) -> Outcome:
    """The evaluation and its individuals have ended, the experiment has not counted them."""
    return _kill_inside(play, "search_experiment", "(?i)update.search_experiment")


def kill_proposing(play: Play) -> Outcome:
    """Before the genotype's motifs are tied to it, or before the individual is there."""
    table = play.rng.choice(["search_motifuse", "search_individual"])
    return _kill_inside(play, table, f"(?i)insert(.into)?.{table}")


def kill_training(play: Play) -> Outcome:
    found = until(lambda: open_trainings(play))
    if not found:
        return "missed"
    entry, part = found[0]
    strike(play, part)
    ended = [row for row in read_diary(play.stage.diary, last_bytes=40_000) if row.what == "ended"]
    return "missed" if any((row.seed, row.pid) == (entry.seed, entry.pid) for row in ended) else "hit"


def freeze(play: Play) -> Outcome | Pending:
    """It thaws once somebody has taken its evaluation; what it then says must be refused."""
    found = until(lambda: open_trainings(play))
    if not found:
        return "missed"
    part = found[0][1]
    running = part.running
    running.send(signal.SIGSTOP)
    held_by_it = Evaluation.objects.filter(worker=f"{part.name}@stage", state="running")
    leases = set(held_by_it.values_list("lease", flat=True))
    deadline = time.monotonic() + FREEZE_SECONDS + AIM_SECONDS

    def thaw() -> Outcome | None:
        if time.monotonic() < deadline and Evaluation.objects.filter(lease__in=leases).exists():
            return None
        lost = bool(leases) and not Evaluation.objects.filter(lease__in=leases).exists()
        running.send(signal.SIGCONT)
        return "hit" if lost else "missed"

    return thaw
