"""Checkpoint file format: the saved state of one repeat. Must import neither Django nor torch.

Two attempts at one repeat write the same states, so it does no harm that an attempt which has lost its lease may
still save.
"""

import hashlib
import logging
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

TEMPORARY = ".part"
EVALUATION_NAME = r"(?P<phenotype>[0-9a-f]{32})-(?P<protocol>[0-9a-f]{32})(?:-(?P<context>[0-9a-f]{32}))?"
"""How files of one evaluation begin, as a regular expression; without a context for trainings from scratch."""
DIGEST_BYTES = 32
"""At the beginning of a file: the SHA-256 of the rest."""


@dataclass
class CheckpointFile:
    """The state of one repeat on this machine's disk: what a trainer knows as `Checkpoint`.

    No trouble with the disk ends a training: it is logged, and the training goes on without.
    """

    path: Path
    every_seconds: float
    """Between two saves; 0: never."""
    _last: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        return self.every_seconds > 0 and time.monotonic() - self._last >= self.every_seconds

    def load(self) -> bytes | None:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("checkpoint %s cannot be read, so the repeat starts again: %s", self.path.name, error)
            return None
        digest, state = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(state).digest() != digest:
            log.warning("checkpoint %s is not whole, so the repeat starts again", self.path.name)
            return None
        return state

    def save(self, state: bytes) -> None:
        try:
            write_atomically(self.path, hashlib.sha256(state).digest() + state)
        except OSError as error:
            log.warning("checkpoint %s was not written, the training goes on: %s", self.path.name, error)
        self._last = time.monotonic()  # after a failure too: a full disk is not tried again at each step

    def remove(self) -> None:
        """The repeat is recorded, or will never be."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("checkpoint %s was not removed: %s", self.path.name, error)


def evaluation_name(phenotype_key: str, protocol_key: str, context_key: str) -> str:
    """How files of one evaluation begin."""
    return "-".join(filter(None, (phenotype_key, protocol_key, context_key)))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, whenever the process or the machine dies. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)  # the new name, too, outlives the machine's fall
    finally:
        os.close(directory)
