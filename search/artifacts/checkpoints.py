"""Checkpoint store: the training state of each running repeat, so that a killed training resumes.

One file for each repeat under training, named by what is trained.
"""

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from search import selectors
from search.artifacts.files import DIGEST_BYTES, EVALUATION_NAME, TEMPORARY, CheckpointFile, evaluation_name
from search.models import Evaluation

SUFFIX = ".checkpoint"
STALE_SECONDS = 14 * 24 * 3600.0
"""A checkpoint that nobody has gone on from for so long is given up, whatever has become of its evaluation."""
ABANDONED_SECONDS = 3600.0
"""Age of a temporary file whose writer must be gone."""
_NAME = re.compile(rf"{EVALUATION_NAME}-(?P<repeat>\d+)\.checkpoint")


def repeat_checkpoint(
    *, phenotype_key: str, protocol_key: str, repeat: int, context_key: str = ""
) -> CheckpointFile:
    """The checkpoint of that repeat in CHECKPOINT_DIR, whether or not there is one yet."""
    name = f"{evaluation_name(phenotype_key, protocol_key, context_key)}-{repeat}{SUFFIX}"
    return CheckpointFile(settings.CHECKPOINT_DIR / name, settings.CHECKPOINT_SECONDS)


@dataclass(frozen=True)
class KeptCheckpoint:
    """One that lies in CHECKPOINT_DIR."""

    repeat: int
    bytes: int
    saved_at: datetime


def kept_checkpoints(evaluation: Evaluation) -> list[KeptCheckpoint]:
    """What the repeats of an evaluation have left behind, by repeat; as this process sees the folder."""
    found = []
    name = evaluation_name(evaluation.phenotype_key, evaluation.protocol_key, evaluation.context_key)
    for path in settings.CHECKPOINT_DIR.glob(f"{name}-*{SUFFIX}"):
        match = _NAME.fullmatch(path.name)
        if match is not None and _keys(match)[2] != evaluation.context_key:
            continue
        with suppress(FileNotFoundError):  # the repeat ended meanwhile
            status = path.stat()
            if match is not None:
                saved_at = datetime.fromtimestamp(status.st_mtime, tz=UTC)
                found.append(KeptCheckpoint(int(match["repeat"]), status.st_size - DIGEST_BYTES, saved_at))
    return sorted(found, key=lambda kept: kept.repeat)


def open_checkpoint(evaluation: Evaluation, repeat: int) -> BinaryIO:
    """The state of one repeat as the trainer gave it. Raises FileNotFoundError. What is opened stays whole: a newer
    one takes its name, not its place."""
    checkpoint = repeat_checkpoint(
        phenotype_key=evaluation.phenotype_key,
        protocol_key=evaluation.protocol_key,
        context_key=evaluation.context_key,
        repeat=repeat,
    )
    file = checkpoint.path.open("rb")
    file.seek(DIGEST_BYTES)
    return file


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


def _keys(name: re.Match[str]) -> tuple[str, str, str]:
    return name["phenotype"], name["protocol"], name["context"] or ""


def _age(path: Path) -> float | None:
    """Seconds since the last change; None for what another process has just removed."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None
