"""A deployment starts with its secrets or not at all, and Django's own examination finds nothing to say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.tree import ROOT

DEPLOYED = {
    "DATABASE_URL": "postgres://nasweb:secret@127.0.0.1:1/nasweb",  # nobody answers there, and nobody is asked
    "NASWEB_SECRET_KEY": "vT9xKq2mWz7Lr4Yp8Bn6Hs3Jd5Fg1Cc0AaEeUuIiOoXx-Zz_QqRr",
    "NASWEB_ALLOWED_HOSTS": "nas.example.org",
    "NASWEB_TRUSTED_ORIGINS": "https://nas.example.org",
    "NASWEB_HTTPS": "1",
}


def check(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` in the environment of a deployment; an empty value takes a variable away."""
    environment = {**DEPLOYED, "NASWEB_VAR_DIR": str(folder), "PATH": os.environ["PATH"], **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_examination_of_a_deployment_is_silent(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "System check identified no issues (2 silenced).\n"


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"NASWEB_SECRET_KEY": ""}, "NASWEB_SECRET_KEY='' .* use a long random text"),
        ({"NASWEB_ACCOUNTS": "0"}, "NASWEB_ALLOWED_HOSTS='nas.example.org' .* NASWEB_ACCOUNTS=1"),
        ({"NASWEB_ACCOUNTS": "perhaps"}, "NASWEB_ACCOUNTS='perhaps' .* use 1 or 0"),
        ({"DATABASE_URL": "", "NASWEB_ACCOUNTS": "0"}, "NASWEB_ALLOWED_HOSTS='nas.example.org'"),
    ],
    ids=str,
)
def test_what_is_missing_is_named_and_nothing_starts(
    changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    done = check(tmp_path, **changes)
    assert done.returncode != 0
    assert re.search(f"SettingError: {said}", done.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    "changes, identity",
    [
        ({"NASWEB_HTTPS": "0"}, "security.W012"),
        ({"NASWEB_SECRET_KEY": "short"}, "security.W009"),
        ({"NASWEB_DEBUG": "1"}, "security.W018"),
        ({"NASWEB_ALLOWED_HOSTS": "*"}, "nasweb.W002"),
        ({"NASWEB_ACCOUNTS": "0", "NASWEB_ALLOWED_HOSTS": "localhost"}, "nasweb.W001"),
    ],
    ids=str,
)
def test_a_weak_setting_is_pointed_out(changes: dict[str, str], identity: str, tmp_path: Path) -> None:
    done = check(tmp_path, **changes)
    assert done.returncode != 0
    assert identity in done.stderr
