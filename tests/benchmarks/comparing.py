"""Last results, committed under docs/benchmarks, and how a new one compares with them.

A factor, not seconds: both results carry how long a fixed piece of work took on their machine at their time, and each
figure is divided by that. Above 1 is slower than before. Processor time is compared where there is any, for wall
time tells most of all what else the machine was doing; and where a run measured how many times faster one thing is than
another, these two numbers as they are, for other machines are slower in other ways than the fixed piece of work tells.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

Result = Mapping[str, Any]
CALIBRATION = "calibration ms"
SLOWER = 1.3
"""Factors up to this one are noise, even of a quiet machine."""
ROUNDS = 5
TIMES = "times"
"""How many times faster one thing is than another, measured in turn in one run."""


def calibration_ms() -> float:
    """Processor time of a fixed piece of work like ours, dictionaries, text and hashing: the best of some rounds."""
    return min(_round() for _ in range(ROUNDS))


def _round() -> float:
    began = time.process_time()
    counts: dict[str, int] = {}
    for number in range(20_000):
        key = hashlib.sha256(str(number % 977).encode()).hexdigest()
        counts[key] = counts.get(key, 0) + number
    json.loads(json.dumps(sorted(counts.items())))
    return 1000 * (time.process_time() - began)


def path_of(name: str) -> Path:
    return Path(settings.BASE_DIR) / "docs" / "benchmarks" / f"{name}.json"


def keep(name: str, result: Result) -> Path:
    """Write a result where the next one finds it."""
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def last(name: str) -> Result | None:
    """What was kept; None when nothing was."""
    try:
        found: Result = json.loads(path_of(name).read_text())
    except FileNotFoundError:
        return None
    return found


def compare(new: Result, old: Result) -> list[dict[str, Any]]:
    """A row for each figure of processor time, or ratio, that both have, the slowest by comparison first."""
    speed = old["machine"][CALIBRATION] / new["machine"][CALIBRATION]
    before = dict(_figures(old))
    rows = [
        {
            "what": what,
            "before": before[what],
            "now": value,
            "factor": _factor(what, before[what], value, speed),
        }
        for what, value in _figures(new)
        if before.get(what)
    ]
    return sorted(rows, key=lambda row: -row["factor"])


def _factor(what: str, before: float, now: float, speed: float) -> float:
    return before / now if what.endswith(f": {TIMES}") else now / before * speed


def slower(rows: Sequence[Mapping[str, Any]]) -> str:
    """The figures that are slower by more than noise, for people."""
    found = [f"{row['what']} {row['factor']:.2f}x" for row in rows if row["factor"] > SLOWER]
    return ", ".join(found) or "none"


def _figures(result: Result) -> Iterator[tuple[str, float]]:
    for part, rows in result.items():
        if not isinstance(rows, list):
            continue
        for place, row in enumerate(rows):
            title = next((value for value in row.values() if isinstance(value, str)), f"{part} {place + 1}")
            names = [name for name in row if name == TIMES or ("cpu" in name and "p95" not in name)]
            yield from (
                (f"{title}: {name}", row[name]) for name in names if isinstance(row[name], int | float)
            )
