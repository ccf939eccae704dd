"""What was worked out of the tables that come with the project, as files that need no numpy to be read.

Pure Python: must import neither Django nor torch nor numpy, for the pages read it.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("files")
"""For each table NAME.npz, its metadata NAME.json, and as far as they were worked out NAME.report.json (what it tells),
NAME.league.json and NAME.tuned.json (strategies with published and with tuned settings)."""
KINDS = ("report", "league", "tuned")


def table_names() -> tuple[str, ...]:
    """What tables there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.npz")))


def table_report(name: str, kind: str) -> dict[str, Any] | None:
    """One of KINDS of a table; None where it was not worked out."""
    path = FOLDER / f"{name}.{kind}.json"
    if name not in table_names() or kind not in KINDS or not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found
