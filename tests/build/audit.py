"""`python -m tests.build.audit`: the pinned packages against the list of known weaknesses that pip-audit asks.

A step of `make test`: a known weakness fails, and so does a list that knows only some of the packages. Where the list
cannot be reached at all the step says in capitals that nothing was looked up, and passes, for the build must not depend
on a network; with --required (`make audit`) that fails too.
"""

import argparse
import json
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.build.tree import ROOT

PIP_AUDIT = "pip-audit==2.10.1"
FOLDER = ROOT / ".venv/audit"
"""An environment of its own: what it needs is nothing to us."""
SECONDS = 300
FOUND, NOTHING_LOOKED_UP = 1, 2


@dataclass
class Found:
    """What the list says of the pinned packages."""

    weak: list[str] = field(default_factory=list)
    """A line for each known weakness."""
    looked_up: int = 0
    unknown: list[str] = field(default_factory=list)
    """Packages that could not be looked up, with the reason."""
    trouble: str = ""
    """Why there is no answer at all."""


def ask(command: list[str]) -> Found:
    """The answer of pip-audit, or of what stands in for it."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Found(trouble=str(error))
    try:
        rows: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Found(
            trouble=done.stderr.strip()[-2000:] or f"it ended with {done.returncode} and said nothing"
        )
    found = Found()
    for row in rows:
        if "skip_reason" in row:
            found.unknown.append(f"{row['name']}: {row['skip_reason']}")
            continue
        found.looked_up += 1
        for weakness in row["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            found.weak.append(f"{row['name']} {row['version']} has {weakness['id']}; mended in {mended}")
    return found


def verdict(found: Found, *, required: bool) -> tuple[int, str]:
    """Exit status, and what to say."""
    if found.weak:
        return FOUND, "\n".join(["Known weaknesses in the pinned packages:", *found.weak])
    if not found.looked_up:
        why = found.trouble or "\n".join(found.unknown[:3])
        text = f"AUDIT: NOTHING WAS LOOKED UP. The list of known weaknesses could not be asked:\n{why}"
        return (NOTHING_LOOKED_UP if required else 0), f"{'=' * 80}\n{text}\n{'=' * 80}"
    if found.unknown:
        return FOUND, "\n".join(["Packages that could not be looked up:", *found.unknown])
    return 0, f"Audit: {found.looked_up} pinned packages looked up, no known weakness."


def installed(folder: Path) -> str:
    """Put pip-audit there; why that was not possible, or ""."""
    try:
        if not (folder / "bin/python").exists():
            venv.create(folder, with_pip=True)
        pip = [
            str(folder / "bin/python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PIP_AUDIT,
        ]
        done = subprocess.run(pip, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return f"pip-audit could not be installed: {error}"
    return f"pip-audit could not be installed:\n{done.stderr.strip()[-2000:]}" if done.returncode else ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--required", action="store_true", help="fail where nothing could be looked up")
    required = parser.parse_args(arguments).required
    trouble = installed(FOLDER)
    command = [str(FOLDER / "bin/pip-audit"), "--format", "json", "--progress-spinner", "off", "--no-deps"]
    command += ["--disable-pip", "--timeout", "10", "--requirement", "requirements.txt"]
    status, text = verdict(Found(trouble=trouble) if trouble else ask(command), required=required)
    sys.stdout.write(text + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
