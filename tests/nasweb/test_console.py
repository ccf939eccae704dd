"""Texts in any script, on consoles of any encoding."""

import json
import os
import subprocess
import sys

import pytest

from tests.build.tree import ROOT

NAME = "Größe 图 😀 \u0301 →"


def printed(code: str, encoding: str) -> str:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8", "utf-16"])
def test_what_a_console_cannot_show_ends_no_command(encoding: str) -> None:
    text = printed(
        "from nasweb.console import write_what_the_console_can as prepare; prepare()\n"
        f"import sys; sys.stdout.write({NAME!r} + ' end\\n')",
        encoding,
    )
    assert text.rstrip().endswith("end")
    assert "Gr" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_stays_json_whatever_the_console_takes(encoding: str) -> None:
    text = printed(
        "from nasweb.console import write_what_the_console_can as prepare; prepare()\n"
        "import sys; from nasweb.client.commands.output import Output\n"
        f"Output(sys.stdout, as_json=True).one({{'name': {NAME!r}}}, ())",
        encoding,
    )
    assert json.loads(text) == {"name": NAME}
