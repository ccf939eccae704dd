"""What was worked out of the tables that come with the project, as files that need no numpy to be read.

Pure Python: must import neither Django nor torch nor numpy, for the pages read it.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("files")
"""For each table NAME.npz, its metadata NAME.json, and as far as they were worked out NAME.report.json (what it tells),
NAME.league.json and NAME.tuned.json (strategies with published and with tuned settings). The folder SAMPLES in it has
the same of samples: networks of a space too large for a table, that a surrogate is fitted on."""
SAMPLES = "samples"
KINDS = ("report", "league", "tuned")


def table_names() -> tuple[str, ...]:
    """What tables there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.npz")))


def sample_names() -> tuple[str, ...]:
    """What samples there are; each has a surrogate of its name."""
    return tuple(sorted(path.stem for path in (FOLDER / SAMPLES).glob("*.npz")))


def table_report(name: str, kind: str) -> dict[str, Any] | None:
    """One of KINDS of a table; None where it was not worked out."""
    return _report(FOLDER, kind, name) if name in table_names() else None


def sample_report(name: str, kind: str) -> dict[str, Any] | None:
    """One of KINDS of a sample and its surrogate; None where it was not worked out."""
    return _report(FOLDER / SAMPLES, kind, name) if name in sample_names() else None


def _report(folder: Path, kind: str, name: str) -> dict[str, Any] | None:
    path = folder / f"{name}.{kind}.json"
    if kind not in KINDS or not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found
