"""The deployed set-up on loopback: PostgreSQL, Redis, workers, clock and pages, each a process that faults may hit.

Folders, ports and names are its own, and every signal goes to a process that it started itself.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nasweb.embedded.broker import free_port, server_binary
from tests.processes import (
    ROOT,
    UNPRIVILEGED,
    Running,
    postgresql_command,
    postgresql_folder,
    share_kernels,
)

TIME_LIMIT_SECONDS = 60
HEARTBEAT_SECONDS, LEASE_SECONDS = 0.2, 2.0
SWEEP_SECONDS, RESEND_SECONDS, LOOK_SECONDS = 0.5, 2.0, 1.0
MOST_ATTEMPTS = 50
"""So that kills alone do not use up an evaluation's attempts."""
DIARY = "NASWEB_TEST_DIARY"
"""Names the file in which trainers write down what they begin and end."""
DATABASE = {
    "max_connections": 100,
    "fsync": "off",  # the machine stays up: what the server has written to the kernel survives its own death
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}
"""Commits are synchronous and pages are written whole, as they are by default: a killed server must forget nothing."""


@dataclass
class Part:
    """A process as a process manager keeps it: what ended by itself is started again."""

    name: str
    command: list[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_with: signal.Signals = signal.SIGTERM
    starts: int = 0
    deaths: int = 0
    """Ends that no fault brought about."""
    wanted: bool = False
    _running: Running | None = None

    def start(self) -> None:
        self.wanted = True
        self.starts += 1
        self._running = Running(
            self.command,
            self.folder / f"{self.name}.log",
            environment=self.environment,
            user=self.user,
            stop_with=self.stop_with,
        )

    @property
    def running(self) -> Running:
        assert self._running is not None, f"{self.name} was never started"
        return self._running

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.process.poll() is None

    def kill(self) -> None:
        self.wanted = False
        self.running.kill()

    def stop(self, seconds: float = 20) -> bool:
        """Ask it to end; whether it did without being killed."""
        self.wanted = False
        process = self.running.process
        if process.poll() is None:
            process.send_signal(self.stop_with)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.running.kill()
        return True

    def keep(self) -> None:
        """Start it again if it has ended by itself."""
        if self.wanted and not self.alive:
            self.deaths += 1
            self.start()


class Stage:
    """All parts. The database's and the broker's address stay the same for as long as it stands."""

    def __init__(self, folder: Path, cluster: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.postgresql_port = int(environment["NASWEB_TEST_POSTGRESQL_PORT"])
        self.redis_port = int(environment["NASWEB_TEST_REDIS_PORT"])
        self.web_port = free_port()
        self.visitors = 0
        """Workers that came and went, for names of their own."""
        self.postgresql = Part(
            "postgresql",
            postgresql_command(cluster, port=self.postgresql_port, **DATABASE),
            cluster,
            user=UNPRIVILEGED,
            stop_with=signal.SIGINT,
        )
        self.redis = Part(
            "redis",
            [server_binary(), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""],
            folder,
        )
        self.steps = self._worker("steps", "steps,sweeps", "--pool", "solo")
        self.trainers = [self._worker(f"trainer-{n}", "training", "--concurrency", "1") for n in (1, 2)]
        self.trainers.append(self._worker("trainer-3", "training,steps", "--concurrency", "2"))
        self.beat = self._python(
            "beat", "celery", "--app", "nasweb", "beat", "--schedule", str(folder / "beat"), "--pidfile", ""
        )
        bind = f"127.0.0.1:{self.web_port}"
        options = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
        self.web = self._python("web", "gunicorn", "--bind", bind, *options, "nasweb.wsgi:application")

    @property
    def workers(self) -> list[Part]:
        return [*self.trainers, self.steps]

    @property
    def programs(self) -> list[Part]:
        """Our own code, as opposed to the servers it uses."""
        return [*self.workers, self.beat, self.web]

    @property
    def parts(self) -> list[Part]:
        return [self.postgresql, self.redis, *self.programs]

    @property
    def diary(self) -> Path:
        return Path(self.environment[DIARY])

    def keep(self) -> None:
        for part in self.parts:
            part.keep()

    def migrate(self) -> None:
        command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environment}, check=True)

    def variant(self, part: Part, *, suffix: str, root: Path = ROOT, **environment: str) -> Part:
        """Another worker of the same kind: with another environment, or of another copy of the code."""
        name = f"{part.name}-{suffix}"
        command = [word.replace(f"{part.name}@", f"{name}@") for word in part.command]
        if root != ROOT:
            command = ["env", "--chdir", str(root), *command]
        url = self.environment["DATABASE_URL"] + f"?application_name={name}"
        return Part(name, command, self.folder, {**part.environment, "DATABASE_URL": url, **environment})

    def _worker(self, name: str, queues: str, *options: str) -> Part:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        celery = ["celery", "--app", "nasweb", "worker", "--queues", queues, "--hostname", f"{name}@stage"]
        return self._python(name, *celery, *quiet, *options)

    def _python(self, name: str, *arguments: str) -> Part:
        url = self.environment["DATABASE_URL"] + f"?application_name={name}"
        environment = {**self.environment, "DATABASE_URL": url}
        return Part(name, [sys.executable, "-m", *arguments], self.folder, environment)


def stage_environment(folder: Path) -> dict[str, str]:
    """What the parts and the harness itself find in their environment."""
    postgresql, broker = free_port(), free_port()
    share_kernels(folder / "var")
    return {
        "DATABASE_URL": f"postgres://nasweb@127.0.0.1:{postgresql}/nasweb",
        "REDIS_URL": f"redis://127.0.0.1:{broker}/0",
        "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        "NASWEB_VAR_DIR": str(folder / "var"),
        "NASWEB_DATA_DIR": str(folder / "data"),
        "NASWEB_ACCOUNTS": "0",  # the pages are asked as the person at this machine asks
        "NASWEB_SECRET_KEY": "only for tests, and long enough to be a good one: 0123456789 abcdefghij",
        "NASWEB_TRAINER": "tests.faults.trainers.diarised",
        "NASWEB_EVALUATION_TIME_LIMIT": str(TIME_LIMIT_SECONDS),
        "NASWEB_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
        "NASWEB_LEASE_SECONDS": str(LEASE_SECONDS),
        "NASWEB_SWEEP_SECONDS": str(SWEEP_SECONDS),
        "NASWEB_RESEND_SECONDS": str(RESEND_SECONDS),
        "NASWEB_LOOK_SECONDS": str(LOOK_SECONDS),
        "NASWEB_MAX_ATTEMPTS": str(MOST_ATTEMPTS),
        "NASWEB_DEVICE": "cpu",
        "NASWEB_LOG_LEVEL": "INFO",
        "NASWEB_CHECKPOINT_SECONDS": "0.05",
        "CELERY_SKIP_CHECKS": "1",
        DIARY: str(folder / "diary"),
        "NASWEB_TEST_POSTGRESQL_PORT": str(postgresql),
        "NASWEB_TEST_REDIS_PORT": str(broker),
    }


@contextmanager
def standing(folder: Path, environment: Mapping[str, str]) -> Iterator[Stage]:
    """The stage with its servers running and its database migrated; nothing of ours runs yet."""
    with postgresql_folder() as cluster:
        stage = Stage(folder, cluster, environment)
        try:
            stage.postgresql.start()
            stage.redis.start()
            _create_database(stage)
            stage.migrate()
            yield stage
        finally:
            for part in [*stage.programs, stage.redis, stage.postgresql]:
                if part.starts:
                    part.wanted = False
                    part.running.send(signal.SIGCONT)
                    part.running.kill()


def _create_database(stage: Stage) -> None:
    command = ["psql", "--host", "127.0.0.1", "--port", str(stage.postgresql_port), "--username", "nasweb"]
    command += ["--quiet", "--command", "CREATE DATABASE nasweb", "postgres"]
    deadline = time.monotonic() + 60
    while subprocess.run(command, capture_output=True).returncode:
        assert time.monotonic() < deadline, stage.postgresql.running.log
        time.sleep(0.1)
