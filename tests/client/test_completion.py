"""Tab completion in real shells at a real terminal: keys are pressed, and what the shell writes is read."""

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.client.conftest import in_a_process
from tests.processes import ROOT

SHELLS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
INSTALLED = [name for name in SHELLS if shutil.which(name) or os.environ.get("CI")]
"""bash is everywhere; zsh is asked where it is installed, and in CI, which skips nothing, it must be."""
READY = "ready> "
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r|\x07|[^\x08]\x08")


class Shell:
    """A shell at a terminal of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self._terminal, theirs = pty.openpty()
        environment = {
            **os.environ,
            "PS1": READY,
            "TERM": "dumb",
            "HOME": str(folder),
            "ZDOTDIR": str(folder),
        }
        self._process = subprocess.Popen(
            [name, *SHELLS[name]],
            cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.type(
            "PS1='"
            + READY
            + "'; unset zle_bracketed_paste; bind 'set enable-bracketed-paste off' 2>/dev/null\n"
        )
        self.read_until(READY)

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def read_until(self, text: str, *, seconds: float = 60) -> str:
        """All that is written until a text stands there."""
        said, deadline = "", time.monotonic() + seconds
        while text not in ESCAPES.sub("", said):
            assert time.monotonic() < deadline, f"{text!r} did not come; {said!r} did"
            if select.select([self._terminal], [], [], 0.5)[0]:
                said += os.read(self._terminal, 65_536).decode(errors="replace")
        return ESCAPES.sub("", said)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)


@pytest.fixture(params=INSTALLED, scope="module")
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(request.param, tmp_path_factory.mktemp("home"))
    shell.type(
        f"source <({shlex.join([sys.executable, '-m', 'nasweb.client', 'completion'])}); echo l''oaded\n"
    )
    shell.read_until("loaded")
    yield shell
    shell.close()


def test_the_tab_key_completes_nouns_verbs_options_and_values(shell: Shell) -> None:
    shell.type("nas expe\t")
    shell.read_until("nas experiments ")
    shell.type("wa\t")
    shell.read_until("wait ")
    shell.type("3 --qu\t")
    shell.read_until("--quiet ")
    shell.type("\x15nas individuals list 3 --sort fit\t")  # Ctrl-U: the line anew
    shell.read_until("--sort fitness ")
    shell.type("\x15nas individuals save 3 manag\t")  # where no word of ours fits, names of files do
    shell.read_until("manage.py ")


def test_the_short_name_runs_the_command(shell: Shell) -> None:
    shell.type('\x15nas experiments list --url http://127.0.0.1:1; echo "status"=$?\n')
    shell.read_until("status=3")


def complete(*words: str) -> list[str]:
    """What bash offers at the last of these words."""
    quoted, last = shlex.join(words), len(words) - 1
    program = f"""
source <({shlex.join([sys.executable, "-m", "nasweb.client", "completion"])})
COMP_WORDS=({quoted}); COMP_CWORD={last}
_nas; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_manage_py_is_completed_only_behind_its_nas() -> None:
    verbs = {"list", "show", "retry", "cancel", "log", "curves", "checkpoints", "checkpoint"}
    verbs |= {"network", "weights"}
    assert set(complete("manage.py", "nas", "evaluations", "")) == verbs
    assert complete("manage.py", "migrate", "x") == []


def test_the_program_that_an_installation_makes_is_there() -> None:
    target = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["nas"]
    module, _, function = target.partition(":")
    assert callable(getattr(import_module(module), function))
    done = in_a_process(
        "-c", f"import sys; sys.argv[1:] = ['juggle']; from {module} import {function} as go; go()"
    )
    assert done.returncode == 2
    assert "usage: nas" in done.stderr
