"""The compose file and the Dockerfile, read without an engine."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.build.tree import ROOT

TEXT = (ROOT / "docker/compose.yaml").read_text()
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text()
SECRETS = {"NASWEB_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}


@pytest.fixture
def services() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(TEXT)
    services: dict[str, Any] = document["services"]
    return services


def test_compose_refuses_to_start_without_its_secrets() -> None:
    """`${NAME:?message}` stops compose; any other form would start with an empty or a known secret."""
    variables = re.findall(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}", TEXT)
    secret = {(name, rest[:2]) for name, rest in variables if re.search("SECRET|PASSWORD|TOKEN", name)}
    secret.remove(("NASWEB_METRICS_TOKEN", ":-"))  # without one, /metrics is closed
    assert secret == {(name, ":?") for name in SECRETS}


def test_every_part_of_the_system_is_there_and_watched(services: dict[str, Any]) -> None:
    assert set(services) == {
        "postgres",
        "redis",
        "migrate",
        "proxy",
        "web",
        "steps",
        "sweeps",
        "beat",
        "worker",
        "learner",
    }
    watched = {name for name, service in services.items() if "test" in service.get("healthcheck", {})}
    assert watched == {
        "postgres",
        "redis",
        "proxy",
        "steps",
        "sweeps",
        "beat",
        "learner",
    }  # the two images watch themselves
    assert DOCKERFILE.count("\nHEALTHCHECK") == 2


def test_nothing_starts_before_the_migrations_are_done(services: dict[str, Any]) -> None:
    for name in ("web", "steps", "sweeps", "beat", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_images_that_compose_builds_are_stages_of_the_dockerfile(services: dict[str, Any]) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
    wanted = {service["build"]["target"] for service in services.values() if "build" in service}
    assert wanted == {"web", "worker"} <= stages


def test_only_the_pages_are_published_and_only_on_this_host(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["${WEB_ADDRESS:-127.0.0.1:8000}:8000"]}


def test_the_web_image_installs_no_training_package() -> None:
    assert "sed '/^# --- training/,$d' requirements.txt" in DOCKERFILE
    web, line, training = (ROOT / "requirements.txt").read_text().partition("\n# --- training")
    assert line
    assert not re.search(r"^(torch|torchvision|scikit-learn|numpy|scipy|pillow)==", web, re.MULTILINE)
    assert re.search(r"^torch==", training, re.MULTILINE)


def test_what_the_images_copy_exists() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source


def test_the_gpu_file_changes_only_what_is_there(services: dict[str, Any]) -> None:
    overlay = yaml.safe_load((ROOT / "docker/compose.gpu.yaml").read_text())
    assert set(overlay["services"]) <= set(services)


def test_hadolint_finds_nothing() -> None:
    hadolint, file = Path(sys.executable).with_name("hadolint"), ROOT / "docker/Dockerfile"
    command = [str(hadolint), "--no-color", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_proxy_takes_whole_requests_and_keeps_whole_answers(services: dict[str, Any]) -> None:
    """Else eight slow readers of exports hold all threads of the web server."""
    [mounted] = services["proxy"]["volumes"]
    text = (ROOT / "docker" / mounted.split(":")[0]).read_text()
    for directive in (
        "proxy_request_buffering on;",
        "proxy_buffering on;",
        "client_body_timeout 10s;",
        "client_header_timeout 10s;",
        "send_timeout 30s;",
        "proxy_pass http://web:8000;",
    ):
        assert re.search(rf"^\s*{re.escape(directive)}", text, re.MULTILINE), directive
