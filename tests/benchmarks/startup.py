"""`python -m tests.benchmarks startup`: from the start of a process to the first answer or the first task it takes."""

import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command

from tests.benchmarks.report import percentile
from tests.benchmarks.surroundings import free_port, running

PATIENCE = 60.0


def measure(*, repeats: int) -> list[dict[str, Any]]:
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.EMBEDDED:
        call_command("collectstatic", interactive=False, verbosity=0)
    return [
        _row("web process answers /healthz", 2.0, [_web() for _ in range(repeats)]),
        _row("worker takes tasks", 5.0, [_worker() for _ in range(repeats)]),
        _row("`make run` after the first time, to the page", 5.0, _serves(repeats)),
        _row("settings and models loaded", None, [_check() for _ in range(repeats)]),
    ]


def _row(what: str, limit: float | None, times: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "what": what,
        "p50 ms": 1000 * percentile([wall for wall, _ in times], 0.5),
        "slowest ms": 1000 * max(wall for wall, _ in times),
        "cpu p50 ms, to its end": 1000 * percentile([work for _, work in times], 0.5),
        "target ms": 1000 * limit if limit else None,
    }


def _web() -> tuple[float, float]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "nasweb.wsgi", "--bind", f"127.0.0.1:{port}"]
    return _started([*command, "--workers", "1", "--threads", "4"], lambda log: answers(port))


def _worker() -> tuple[float, float]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "nasweb",
        "worker",
        "--queues",
        "training,steps,sweeps",
    ]
    command += ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    environment = {**os.environ, "NASWEB_LOG_LEVEL": "INFO"}
    return _started(command, lambda log: b"ready." in log.read_bytes(), environment)


def _serves(repeats: int) -> list[tuple[float, float]]:
    """What `make run` starts: supervisor, broker, page and worker on SQLite in a folder of its own. The first start,
    which makes the database, is not counted."""
    with TemporaryDirectory(prefix="nasweb-serve-") as folder:
        environment = {**os.environ, "NASWEB_VAR_DIR": folder}
        for name in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(name, None)
        return [_serve(environment) for _ in range(repeats + 1)][1:]


def _serve(environment: dict[str, str]) -> tuple[float, float]:
    port = free_port()
    manage = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, manage, "serve", "--port", str(port), "--workers", "1", "--empty"]
    return _started(command, lambda log: answers(port, "/experiments/"), environment)


def _check() -> tuple[float, float]:
    began, before = time.perf_counter(), _children_seconds()
    command = [sys.executable, "-c", "import django; django.setup()"]
    subprocess.run(command, check=True, env=None)
    return time.perf_counter() - began, _children_seconds() - before


def _started(
    command: Sequence[str], ready: Callable[[Path], bool], environment: dict[str, str] | None = None
) -> tuple[float, float]:
    log = Path(settings.VAR_DIR) / "start.log"
    before, began = _children_seconds(), time.perf_counter()
    with running(command, environment, log=log) as process:
        while not ready(log):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"it did not start: {log.read_text()[-2000:]}")
            time.sleep(0.01)
        wall = time.perf_counter() - began
    return wall, _children_seconds() - before


def answers(port: int, path: str = "/healthz") -> bool:
    """Whether a web server there answers, by default that it is healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
