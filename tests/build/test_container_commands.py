"""What each container runs, run here: the commands and health checks of compose file and Dockerfile, word for word
but for addresses, against a PostgreSQL and a Redis of their own."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from nasweb.embedded.broker import free_port
from tests.build.tree import ROOT
from tests.databases import new_database
from tests.processes import Running, eventually, running_redis

pytestmark = [pytest.mark.service, pytest.mark.slow]

DOCKERFILE = (ROOT / "docker/Dockerfile").read_text().replace("\\\n", "")
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
TARGETS = {"web": "web", "worker": "worker"}


def stage(name: str) -> str:
    return DOCKERFILE.partition(f"AS {name}\n")[2].partition("\nFROM")[0]


def words(instruction: str) -> list[str]:
    """Of a CMD: a JSON list, or a line for the shell."""
    text = instruction.strip()
    return json.loads(text) if text.startswith("[") else ["sh", "-c", text]


def command(service: str) -> list[str]:
    if "command" in SERVICES[service]:
        return [part.replace("$$", "$") for part in SERVICES[service]["command"]]
    return words(re.findall(r"^CMD (.*)$", stage(TARGETS[service]), re.MULTILINE)[-1])


def health_check(service: str) -> list[str]:
    if "healthcheck" in SERVICES[service]:
        kind, text = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        return ["sh", "-c", text.replace("$$", "$")]
    return words(re.findall(r"^HEALTHCHECK .*?CMD (.*)$", stage(TARGETS[service]), re.MULTILINE)[-1])


class Containers:
    """The services' processes, with what their containers would have in place."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._port = str(free_port())
        self._environment = {
            **environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOSTNAME": socket.gethostname(),
        }

    def _here(self, arguments: list[str]) -> list[str]:
        places = {"8000": self._port, "/tmp": str(self._folder)}
        for there, here in places.items():
            arguments = [part.replace(there, here) for part in arguments]
        return arguments

    def start(self, service: str) -> Running:
        arguments = self._here(command(service))
        return Running(arguments, self._folder / f"{service}.log", environment=self._environment)

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._here(arguments),
            cwd=ROOT,
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def healthy(self, service: str) -> bool:
        return self.run(health_check(service)).returncode == 0


@pytest.fixture
def containers(tmp_path: Path, postgresql_url: str) -> Iterator[Containers]:
    with ExitStack() as stack:
        database = stack.enter_context(new_database(postgresql_url, "containers"))
        broker = stack.enter_context(running_redis(tmp_path))
        substituted = {
            "NASWEB_SECRET_KEY": 2 * "a-long-random-text-of-a-test-",
            "DATABASE_URL": database.address,
            "REDIS_URL": broker,
        }
        fixed = {
            name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
            for name, value in SERVICES["worker"]["environment"].items()
            if name not in substituted
        }
        places = {"NASWEB_VAR_DIR": str(tmp_path), "NASWEB_CHECKPOINT_DIR": str(tmp_path / "checkpoints")}
        yield Containers(tmp_path, {**fixed, **substituted, **places})


def test_every_service_starts_and_its_health_check_tells_the_truth(containers: Containers) -> None:
    building = re.search(r"^RUN (DATABASE_URL=.*collectstatic.*)$", DOCKERFILE, re.MULTILINE)
    assert building
    collected = containers.run(["sh", "-c", building[1]])
    assert collected.returncode == 0, collected.stderr
    assert shlex.split(building[1])[-4:-2] == ["collectstatic", "--no-input"]

    migrated = containers.run(command("migrate"))
    assert migrated.returncode == 0, migrated.stderr
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(containers.start(name))
            for name in ("web", "steps", "sweeps", "beat", "worker")
        }
        eventually(lambda: started["web"].said("Booting worker"), "the web server is there")
        for name in ("steps", "sweeps", "worker"):
            eventually(lambda name=name: started[name].said("ready."), f"{name} is ready")  # type: ignore[misc]
            assert containers.healthy(name), name
        eventually(lambda: containers.healthy("web"), "web is healthy: all parts are there")
        eventually(lambda: containers.healthy("beat"), "beat is healthy", seconds=30)
        eventually(lambda: started["sweeps"].said("search.tasks.sweep"), "beat has asked for a sweep")

        started["web"].kill()
        assert not containers.healthy("web")
