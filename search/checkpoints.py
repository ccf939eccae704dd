"""Where trainings leave their state, so that a killed one goes on instead of starting again.

One file for each repeat under training, named by what is trained.
"""

import re
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from search import selectors
from search.checkpoint_files import TEMPORARY, CheckpointFile

SUFFIX = ".checkpoint"
STALE_SECONDS = 14 * 24 * 3600.0
"""A checkpoint that nobody has gone on from for so long is given up, whatever has become of its evaluation."""
ABANDONED_SECONDS = 3600.0
"""Age of a temporary file whose writer must be gone."""
_NAME = re.compile(r"(?P<phenotype>[0-9a-f]{32})-(?P<protocol>[0-9a-f]{32})-(?P<repeat>\d+)\.checkpoint")


def repeat_checkpoint(*, phenotype_key: str, protocol_key: str, repeat: int) -> CheckpointFile:
    """The checkpoint of that repeat in CHECKPOINT_DIR, whether or not there is one yet."""
    name = f"{phenotype_key}-{protocol_key}-{repeat}{SUFFIX}"
    return CheckpointFile(settings.CHECKPOINT_DIR / name, settings.CHECKPOINT_SECONDS)


def sweep_checkpoints() -> list[str]:
    """Remove what no training will go on from; returns the names of the files.

    That is: checkpoints of evaluations that have ended, what is older than STALE_SECONDS, and what a killed
    writer left behind.
    """
    ages = {path: age for path in settings.CHECKPOINT_DIR.glob("*") if (age := _age(path)) is not None}
    found = {path: match for path in ages if (match := _NAME.fullmatch(path.name))}
    ended = selectors.ended_among([_keys(match) for match in found.values()])
    gone = [
        path
        for path, age in ages.items()
        if (path.name.endswith(TEMPORARY) and age > ABANDONED_SECONDS)
        or (path in found and (age > STALE_SECONDS or _keys(found[path]) in ended))
    ]
    for path in gone:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return sorted(path.name for path in gone)


def _keys(name: re.Match[str]) -> tuple[str, str]:
    return name["phenotype"], name["protocol"]


def _age(path: Path) -> float | None:
    """Seconds since the last change; None for what another process has just removed."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None
