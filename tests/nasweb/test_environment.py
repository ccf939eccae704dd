import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from nasweb.celery import app
from nasweb.environment import Environment, Setting, SettingError, database, kept_secret
from tests.processes import ROOT


def reading(**values: str) -> Environment:
    return Environment(values, declared={})


def test_what_is_not_set_or_empty_has_its_default() -> None:
    assert reading().text("NAME", "default", "") == "default"
    assert reading(NAME=" ").number("NAME", 3, "") == 3


@pytest.mark.parametrize(
    "text, value", [("1", True), ("yes", True), ("True", True), ("0", False), ("off", False)]
)
def test_a_flag_is_read(text: str, value: bool) -> None:
    assert reading(NAME=text).flag("NAME", not value, "") is value


@pytest.mark.parametrize(
    "text, read, message",
    [
        (
            "maybe",
            lambda env: env.flag("NAME", True, ""),
            "NAME='maybe' in the environment is not right: use 1 or 0",
        ),
        (
            "ten",
            lambda env: env.number("NAME", 1, ""),
            "NAME='ten' .* use a whole number from 1 to 1000000000",
        ),
        ("0", lambda env: env.number("NAME", 1, "", most=5), "NAME='0' .* use a whole number from 1 to 5"),
        ("-1", lambda env: env.seconds("NAME", 1, ""), "NAME='-1' .* use seconds from 0.1 to 1e\\+07"),
        ("nan", lambda env: env.seconds("NAME", 1, ""), "NAME='nan' .* use seconds"),
        (
            "x",
            lambda env: env.checked("NAME", "a", "", accept=str.isupper, expected="capitals"),
            "use capitals",
        ),
    ],
)
def test_a_bad_value_is_refused_with_name_value_and_remedy(text: str, read: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read(reading(NAME=text))  # type: ignore[operator]


def test_every_name_that_is_read_is_remembered_with_its_default_and_meaning() -> None:
    declared: dict[str, Setting] = {}
    Environment({}, declared).number("NAME", 3, "What it is for")
    assert declared == {"NAME": Setting("NAME", "3", "What it is for")}


def test_a_postgresql_address_is_taken_apart() -> None:
    found = database("postgres://me:p%40ss@db.example.org:5433/nas%20web?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("me", "p@ss", "db.example.org")
    assert (found["PORT"], found["NAME"]) == ("5433", "nas web")
    assert found["OPTIONS"] == {"connect_timeout": "10", "sslmode": "require"}


def test_an_sqlite_file_is_opened_for_several_writers() -> None:
    found = database("sqlite:////data/nas.sqlite3")
    assert found["NAME"] == "/data/nas.sqlite3"
    assert isinstance(found["OPTIONS"], dict)
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    "url", ["mysql://me@host/name", "postgres://host", "sqlite://", "nonsense", "postgres://h:x/n"]
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL"):
        database(url)


def test_a_refused_address_does_not_show_its_password() -> None:
    with pytest.raises(SettingError) as refusal:
        database("mysql://me:hidden@host/name")
    assert "hidden" not in str(refusal.value)


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret-key"
    assert kept_secret(path) == kept_secret(path)
    assert len(kept_secret(path)) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    code = "import django; django.setup(); from django.conf import settings; print(settings.ALLOWED_HOSTS)"
    surroundings = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "nasweb.settings", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True
    )


def test_the_settings_work_with_nothing_set(tmp_path: Path) -> None:
    run = start(NASWEB_VAR_DIR=str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "['localhost', '127.0.0.1', '[::1]']"


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("NASWEB_EVALUATION_TIME_LIMIT", "soon", "NASWEB_EVALUATION_TIME_LIMIT='soon'"),
        ("NASWEB_LEASE_SECONDS", "2", "NASWEB_LEASE_SECONDS='2' .* at least twice NASWEB_HEARTBEAT_SECONDS"),
        ("NASWEB_TRAINER", "train", "a dotted path such as search.training.trainer.evaluate"),
        ("REDIS_URL", "http://localhost", "redis://HOST:PORT/NUMBER"),
        ("DATABASE_URL", "postgres://me@host/name", "NASWEB_SECRET_KEY='' .* a long random text"),
    ],
)
def test_a_process_with_a_bad_setting_does_not_start(
    name: str, value: str, message: str, tmp_path: Path
) -> None:
    run = start(NASWEB_VAR_DIR=str(tmp_path), **{name: value})
    assert run.returncode != 0
    assert run.stderr.splitlines()[-1].startswith("nasweb.environment.SettingError")
    assert re.search(message, run.stderr.splitlines()[-1])


def test_one_number_gives_three_limits() -> None:
    limit = settings.EVALUATION_TIME_LIMIT
    assert pytest.approx(0.9 * limit, abs=1) == settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert limit == settings.CELERY_TASK_TIME_LIMIT
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert visibility == pytest.approx(1.1 * limit, abs=1)


def test_messages_carry_no_pickles_and_are_acknowledged_late_one_at_a_time() -> None:
    assert (app.conf.accept_content, app.conf.task_serializer) == (["json"], "json")
    assert (app.conf.task_acks_late, app.conf.worker_prefetch_multiplier) == (True, 1)
