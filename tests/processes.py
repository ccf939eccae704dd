"""Real servers and workers for tests: each private, on a free port, in a folder of its own, ended by its own id."""

import glob
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from urllib.parse import quote

import redis

from nasweb.embedded.broker import free_port, server_binary

ROOT = Path(__file__).resolve().parent.parent
UNPRIVILEGED = "postgres" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; Debian's package brings this user."""


def eventually(
    happened: Callable[[], object], what: str, *, seconds: float = 120, every: float = 0.02
) -> None:
    """Wait until it has happened, or fail saying what did not."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(every)


def share_kernels(var: Path) -> None:
    """Kernels for training are compiled once for all private folders: a library's name tells what it was made from."""
    common = ROOT / "var" / "kernels"
    for folder in (common, var):
        folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (var / "kernels").symlink_to(common, target_is_directory=True)


class Running:
    """A process with its output in a file. Its process group is its own, so nothing else is ever signalled."""

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.output = output
        self._stop_with = stop_with
        with output.open("ab") as file:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT if user is None else output.parent,
                env={**os.environ, **(environment or {})},
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                user=user,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def said(self, text: str) -> bool:
        """Whether its output holds a text; fails if it has ended without."""
        if text in self.log:
            return True
        assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log[-4000:]}"
        return False

    def send(self, number: signal.Signals) -> None:
        """To every process of its group, as Ctrl-C or the kernel would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """As a power cut would: no goodbye to anybody."""
        self.send(signal.SIGKILL)
        self.process.wait()

    def stop(self, *, seconds: float = 15) -> None:
        """Ask it to end, and end it when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(self._stop_with)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """A broker that keeps nothing on disk; its address."""
    port = free_port()
    command = [
        server_binary(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with (
        Running([*command, "--dir", str(folder)], folder / "redis.log") as server,
        redis.Redis(port=port) as client,
    ):
        eventually(lambda: server.said("") and _pings(client), "Redis answers")
        yield f"redis://127.0.0.1:{port}/0"


def _pings(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def postgresql_binary(name: str) -> str | None:
    """The newest that Debian's packages have put beside PATH, else from PATH."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: float(path.split("/")[4]))
    return found[-1] if found else shutil.which(name)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """A server that may lose everything in a crash of the machine and is quick for it; its address, ending in /
    where a database's name belongs. Raises RuntimeError where PostgreSQL is not installed."""
    port = free_port()
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with postgresql_folder() as folder:
        command = postgresql_command(folder, port=port, max_connections=60, **quick)
        log = folder / "postgresql.log"
        # SIGINT ends connections too; SIGTERM would wait for them.
        with Running(command, log, user=UNPRIVILEGED, stop_with=signal.SIGINT) as server:
            eventually(lambda: server.said("") and postgresql_answers(port), "PostgreSQL answers")
            yield f"postgres://nasweb@127.0.0.1:{port}/"


@contextmanager
def postgresql_folder() -> Iterator[Path]:
    """A folder with a new cluster in `data`; gone with the block. Pytest's folders are closed to other users."""
    initdb = postgresql_binary("initdb")
    if initdb is None:
        raise RuntimeError("PostgreSQL is not installed: `make services` installs it")
    with TemporaryDirectory(prefix="nasweb-postgresql-") as name:
        folder = Path(name)
        if UNPRIVILEGED:
            shutil.chown(folder, user=UNPRIVILEGED)
        command = [initdb, "--pgdata", str(folder / "data"), "--username", "nasweb"]
        command += ["--auth", "trust", "--no-sync", "--encoding", "UTF8"]
        subprocess.run(command, check=True, capture_output=True, user=UNPRIVILEGED, cwd=folder)
        yield folder


def postgresql_command(folder: Path, *, port: int, **settings: object) -> list[str]:
    """Starts the server of a `postgresql_folder`, on loopback alone."""
    postgres = postgresql_binary("postgres") or "postgres"
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", **settings}
    parts = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [postgres, "-D", str(folder / "data"), *parts]


def postgresql_answers(port: int) -> bool:
    ready = [postgresql_binary("pg_isready") or "pg_isready", "--quiet", "--host", "127.0.0.1"]
    return subprocess.run([*ready, "--port", str(port)]).returncode == 0


def database_url(settings: Mapping[str, object]) -> str:
    """The address of a database from Django's settings of a connection."""
    name = str(settings["NAME"])
    if str(settings["ENGINE"]).endswith("sqlite3"):
        return f"sqlite:///{quote(name)}"
    user, host, port = (str(settings[key]) for key in ("USER", "HOST", "PORT"))
    return f"postgres://{quote(user)}@{host}:{port}/{quote(name)}"


class Worker(Running):
    """A real Celery worker of this project."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        name: str,
        concurrency: int = 1,
        clock: bool = False,
    ) -> None:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "nasweb", "worker"]
        command += ["--queues", "training,steps,sweeps,learning"]
        command += ["--hostname", f"{name}@test", "--concurrency", str(concurrency), "--loglevel", "INFO"]
        command += ["--without-gossip", "--without-mingle"]
        if clock:
            command += ["--beat", "--schedule", str(folder / f"{name}-clock")]
        super().__init__(command, folder / f"{name}.log", environment=environment)
        eventually(lambda: self.said("ready."), "the worker is ready", seconds=60)
