"""/healthz and /readyz of a real web process, while its real database and broker freeze and die."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg2
import pytest
import redis

from nasweb.embedded.broker import free_port
from nasweb.monitoring.readiness import PATIENCE_SECONDS
from tests.conftest import INSTANT_TRAINER
from tests.processes import ROOT, Running, Worker, eventually, running_postgresql, running_redis

pytestmark = pytest.mark.service

SECRET = "a-secret-that-no-answer-holds"


@dataclass(frozen=True)
class Deployment:
    """A web process with a database server and a broker of its own, each with its process id."""

    address: str
    folder: Path
    environment: dict[str, str]
    postgresql: int
    broker: int

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"{self.address}{path}", timeout=4 * PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def parts(self, status: int) -> dict[str, str]:
        code, text = self.ask("/readyz")
        assert code == status, text
        for secret in (SECRET, "nasweb@", "127.0.0.1", str(self.folder)):
            assert secret not in text
        answer = json.loads(text)
        assert answer["ready"] is (status == 200)
        parts: dict[str, str] = answer["parts"]
        return parts

    def problems(self) -> dict[str, str]:
        return {name: said for name, said in self.parts(503).items() if said != "ready"}

    def execute(self, sql: str) -> Any:
        with (
            closing(psycopg2.connect(self.environment["DATABASE_URL"])) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            connection.commit()
            return cursor.fetchone()[0] if cursor.description else None

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environment}, check=True)

    def worker(self) -> Worker:
        return Worker(self.folder, self.environment, name="training", clock=True)


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        server = stack.enter_context(running_postgresql())
        broker = stack.enter_context(running_redis(tmp_path))
        port = free_port()
        environment = {
            "DATABASE_URL": f"{server}postgres?application_name={SECRET}",
            "REDIS_URL": broker,
            "NASWEB_VAR_DIR": str(tmp_path),
            "NASWEB_SECRET_KEY": SECRET,
            "NASWEB_METRICS_TOKEN": SECRET,
            "NASWEB_TRAINER": INSTANT_TRAINER,
            "CELERY_SKIP_CHECKS": "1",
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
        ]
        command += ["--threads", "4", "--no-control-socket", "nasweb.wsgi:application"]
        web = stack.enter_context(Running(command, tmp_path / "web.log", environment=environment))
        with (
            closing(psycopg2.connect(environment["DATABASE_URL"])) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SHOW data_directory")
            (data,) = cursor.fetchone() or ("",)
        postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])
        with redis.Redis.from_url(broker) as client:
            broker_process = int(client.info("server")["process_id"])
        running = Deployment(f"http://127.0.0.1:{port}", tmp_path, environment, postmaster, broker_process)
        eventually(lambda: web.said("Booting worker") and _answers(running), "the web process answers")
        yield running
        for process in (postmaster, broker_process):  # a frozen one could not be stopped
            os.kill(process, signal.SIGCONT)


def _answers(deployment: Deployment) -> bool:
    try:
        return deployment.ask("/healthz")[0] == 200
    except OSError:
        return False


def test_each_part_that_is_away_is_named_and_the_process_is_called_alive_all_the_while(
    deployment: Deployment,
) -> None:
    missing = deployment.problems()
    assert missing.pop("database").endswith("migrations are not applied: run manage.py migrate")
    unknown = "not known while the database is not ready"
    assert missing == {"worker": unknown, "steps": unknown}

    deployment.manage("migrate", "--verbosity", "0")
    problems = deployment.problems()
    assert problems.pop("steps").startswith("no sweep has ended yet")
    assert problems == {"worker": "no worker that trains is there: start one"}

    worker = deployment.worker()
    eventually(lambda: deployment.ask("/readyz")[0] == 200, "everything is ready")
    assert deployment.parts(200) == dict.fromkeys(("database", "broker", "worker", "steps"), "ready")

    worker.kill()
    deployment.execute("UPDATE search_worker SET seen_at = seen_at - interval '10 minutes'")
    assert "is 6" in deployment.problems()["worker"], "some 600 seconds"
    deployment.execute("UPDATE search_worker SET seen_at = now()")
    deployment.execute("UPDATE search_sweep SET ended_at = now() - interval '10 minutes'")
    assert "the last sweep ended 6" in deployment.problems()["steps"], "some 600 seconds ago"
    deployment.execute("UPDATE search_sweep SET ended_at = now() + interval '1 hour'")

    for name, process in (("database", deployment.postgresql), ("broker", deployment.broker)):
        os.kill(process, signal.SIGSTOP)
        assert deployment.problems()[name] == "did not answer within 2 s"
        assert deployment.ask("/healthz") == (200, "ok\n")
        os.kill(process, signal.SIGCONT)
        eventually(lambda: deployment.ask("/readyz")[0] == 200, f"the {name} is back")

    os.kill(deployment.broker, signal.SIGKILL)
    eventually(lambda: deployment.problems() == {"broker": "cannot be reached"}, "the broker is missed")
    os.kill(deployment.postgresql, signal.SIGKILL)
    eventually(
        lambda: (
            deployment.problems()
            == {
                "database": "cannot be reached",
                "broker": "cannot be reached",
                "worker": unknown,
                "steps": unknown,
            }
        ),
        "the database is missed",
    )
    assert deployment.ask("/healthz") == (200, "ok\n")
