"""A PostgreSQL database that is not UTF-8 is refused at the start, not in the middle of a search."""

import os
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest

from tests.build.tree import ROOT

pytestmark = pytest.mark.service


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "NASWEB_SECRET_KEY": "only for tests"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_doctor_migrate_and_start_refuse_another_encoding(postgresql_url: str) -> None:
    with closing(psycopg2.connect(f"{postgresql_url}postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
            )
    for arguments in (["doctor"], ["migrate"], ["serve", "--empty"]):
        refused = manage(f"{postgresql_url}latin", *arguments)
        assert refused.returncode != 0
        said = " ".join((refused.stdout + refused.stderr).split())
        assert "keeps its texts as LATIN1" in said, said
        assert "createdb --encoding UTF8" in said
