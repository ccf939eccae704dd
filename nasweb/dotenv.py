"""Reads a file of NAME=VALUE lines, such as `.env`, as data: no shell looks at them, every character means itself.

A value is what stands after the =, without the quotes around it, or without a comment that a blank and # begin. So a
value in single quotes is the same to docker compose. Knows no Django: clients read such files too.
"""

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

_LINE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)", re.DOTALL)
_QUOTED = re.compile(r"""(?:'([^']*)'|"([^"]*)")(?:[ \t]+\#.*|[ \t]*)""")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*$")


class BadEnvFile(ValueError):
    """A line that is no setting: names the file, the line and what would be right."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}, line {line}: {problem}")


def read_env_file(path: Path) -> dict[str, str]:
    """The settings of a file, by name. Raises BadEnvFile, and OSError where it cannot be read."""
    found: dict[str, str] = {}
    at: dict[str, int] = {}
    for number, raw in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode().strip()
        except UnicodeDecodeError:
            raise BadEnvFile(path, number, "is not UTF-8; save the file as UTF-8") from None
        if "\0" in line:
            raise BadEnvFile(
                path, number, "holds the character NUL; is the file saved as UTF-16? Save it as UTF-8"
            )
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadEnvFile(path, number, f"{_shown(line)} is not NAME=VALUE")
        name, value = match[1], match[2]
        if name in at:
            raise BadEnvFile(path, number, f"{name} stands in line {at[name]} already; leave one of them")
        at[name], found[name] = number, _value(path, number, name, value)
    return found


def load_env_file(path: Path, environment: MutableMapping[str, str] = os.environ) -> None:
    """Settings of the file become the environment's where that does not set them already. No file: nothing."""
    if path.is_file():
        for name, value in read_env_file(path).items():
            if not environment.get(name):
                environment[name] = value


def _value(path: Path, number: int, name: str, written: str) -> str:
    if not written.startswith(("'", '"')):
        return _COMMENT.sub("", written).strip()
    match = _QUOTED.fullmatch(written)
    if match is None:
        raise BadEnvFile(path, number, f"the quote at the beginning of {name} is not closed at its end")
    return match[1] if match[1] is not None else match[2]


def _shown(line: str) -> str:
    """Not what stands behind a :, which may be a password."""
    return repr(line if len(line) <= 30 else f"{line[:30]}…")
