"""`python -m tests.faults.coming_and_going`: workers of a cluster come and go under a running search.

Each is `manage.py worker` as an allocation starts it, and has one fate: its lifetime is over, a scheduler pre-empts it
by SIGUSR1, SIGUSR2 or SIGTERM (sent to the worker alone or to every process of its job), or it is killed. Afterwards
the books must be clean, and no attempt may count that ended with its worker in order (docs/cluster.md).
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.stage import Stage, stage_environment, standing
from tests.processes import Running

LEASE_SECONDS, HEARTBEAT_SECONDS = 15.0, 0.5
LIFETIME_SECONDS, STAGGER_SECONDS = 65, 15
ENDS_WITHIN_SECONDS = 120.0
"""A worker that has been told to end and lives on for so long has not ended in order."""
STARTS_WITHIN_SECONDS = 900.0


@dataclass(frozen=True)
class Fate:
    """How a worker ends."""

    name: str
    signal: signal.Signals | None
    """None: by itself, when its lifetime is over."""
    everybody: bool = False
    """Every process of its job gets the signal."""

    @property
    def clean(self) -> bool:
        return self.signal != signal.SIGKILL


FATES = (
    Fate("lifetime over", None),
    *(
        Fate(f"{number.name} to {'every process' if everybody else 'the worker'}", number, everybody)
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM)
        for everybody in (False, True)
    ),
    Fate("killed", signal.SIGKILL, everybody=True),
)


@dataclass
class Visitor:
    """One worker from its start to its end."""

    name: str
    fate: Fate
    running: Running
    began: float
    waits: float
    """Seconds that it works before its signal."""
    ready_at: float = 0.0
    told_at: float = 0.0

    @property
    def row(self) -> str:
        """Its name in the database."""
        return f"training@{self.name}"


@dataclass
class Report:
    """What came of a run."""

    seconds: float = 0.0
    ended: Counter[str] = field(default_factory=Counter)
    """Workers by their fate."""
    evaluated: int = 0
    given_back: int = 0
    leases_expired: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{count:6} {name}" for name, count in sorted(self.ended.items())]
        lines.append(
            f"{sum(self.ended.values())} workers in {self.seconds:.0f} s; evaluations done {self.evaluated}, "
            f"given back {self.given_back}, leases expired {self.leases_expired}; violations: {len(self.violations)}"
        )
        return "\n".join([*lines, *self.violations[:50]]) + "\n"


class Scheduler:
    """Stands for a cluster's scheduler: keeps so many workers there, and ends each as its fate has it."""

    def __init__(self, stage: Stage, rng: random.Random, at_once: int) -> None:
        self.stage, self.rng, self.at_once = stage, rng, at_once
        self.report = Report()
        self.there: list[Visitor] = []
        self.came = 0
        self._fates: list[Fate] = []

    def run(self, seconds: float) -> None:
        """Until the time is over and each fate has been met; then all that are there are told to end."""
        began = time.monotonic()
        while time.monotonic() - began < seconds or self.came < len(FATES):
            self.step(begins=True)
        while self.there:
            self.step(begins=False)
        self.report.seconds = time.monotonic() - began

    def step(self, *, begins: bool) -> None:
        self.stage.keep()
        while begins and len(self.there) < self.at_once:
            self.there.append(self._begin())
        for visitor in list(self.there):
            self._look_after(visitor)
        time.sleep(0.1)

    def end_all(self) -> None:
        for visitor in self.there:
            visitor.running.kill()

    def _begin(self) -> Visitor:
        if not self._fates:
            self._fates = self.rng.sample(FATES, len(FATES))
        fate, name = self._fates.pop(), f"visitor-{self.came}"
        self.came += 1
        command = [sys.executable, "manage.py", "worker", "--name", name, "--processes", "1"]
        if fate.signal is None:
            command += ["--lifetime", f"{LIFETIME_SECONDS}s", "--stagger", f"{STAGGER_SECONDS}s"]
        running = Running(command, self.stage.folder / f"{name}.log", environment=self.stage.environment)
        return Visitor(name, fate, running, time.monotonic(), self.rng.uniform(1, 12))

    def _look_after(self, visitor: Visitor) -> None:
        now, process = time.monotonic(), visitor.running.process
        if process.poll() is not None:
            self._ended(visitor)
        elif not visitor.ready_at:
            if "ready." in visitor.running.log:
                visitor.ready_at = now
            elif now - visitor.began > STARTS_WITHIN_SECONDS:
                self._blame(visitor, "was never ready")
        elif visitor.told_at:
            if now - visitor.told_at > ENDS_WITHIN_SECONDS:
                self._blame(visitor, f"lives {ENDS_WITHIN_SECONDS:g} s after it was told to end")
        elif visitor.fate.signal is None:
            if now - visitor.ready_at > LIFETIME_SECONDS + ENDS_WITHIN_SECONDS:
                self._blame(visitor, f"lives {ENDS_WITHIN_SECONDS:g} s longer than its lifetime")
        elif now - visitor.ready_at > visitor.waits:
            visitor.told_at = now
            if visitor.fate.everybody:
                visitor.running.send(visitor.fate.signal)
            else:
                os.kill(visitor.running.pid, visitor.fate.signal)

    def _ended(self, visitor: Visitor) -> None:
        self.there.remove(visitor)
        self.report.ended[visitor.fate.name] += 1
        status = visitor.running.process.returncode
        if visitor.fate.clean and status != 0:
            text = f"ended with {status}:\n{visitor.running.log[-1500:]}"
            self.report.violations.append(f"{visitor.name} ({visitor.fate.name}) {text}")
        visitor.running.kill()  # of its process group nothing may be left

    def _blame(self, visitor: Visitor, text: str) -> None:
        self.there.remove(visitor)
        visitor.running.kill()
        self.report.violations.append(
            f"{visitor.name} ({visitor.fate.name}) {text}:\n{visitor.running.log[-1500:]}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.coming_and_going", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="workers come for so long (default 20)")
    parser.add_argument("--workers", type=int, default=4, help="at once (default 4)")
    parser.add_argument("--seed", type=int, default=1, help="of fates and search (default 1)")
    parser.add_argument("--folder", type=Path, help="where logs stay; default: nowhere")
    asked = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):  # nothing that was started stays behind
        signal.signal(number, lambda *_: sys.exit(130))
    with TemporaryDirectory(prefix="nasweb-coming-") as temporary:
        folder = (asked.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        environment = stage_environment(folder) | {
            "NASWEB_TRAINER": "tests.faults.trainers.lasting",
            "NASWEB_LEASE_SECONDS": f"{LEASE_SECONDS:g}",
            "NASWEB_HEARTBEAT_SECONDS": f"{HEARTBEAT_SECONDS:g}",
        }
        for name in [name for name in os.environ if name.startswith("NASWEB_")]:
            del os.environ[name]
        os.environ |= environment | {"NASWEB_LOG_LEVEL": "WARNING"}
        with standing(folder, environment) as stage:
            report = play(stage, asked)
    sys.stdout.write(str(report))
    return 1 if report.violations else 0


def play(stage: Stage, asked: argparse.Namespace) -> Report:
    # Django reads its settings from the environment that was made above.
    import django  # noqa: PLC0415

    django.setup()
    from tests.faults import audit  # noqa: PLC0415
    from tests.faults.coming_books import begin_search, settle  # noqa: PLC0415

    audit.install()
    stage.steps.start()
    stage.beat.start()
    scheduler = Scheduler(stage, random.Random(asked.seed), asked.workers)
    try:
        experiment = begin_search(asked.seed)
        scheduler.run(60 * asked.minutes)
        settle(scheduler.report, experiment, stage)
    finally:
        scheduler.end_all()
    return scheduler.report


if __name__ == "__main__":
    sys.exit(main())
