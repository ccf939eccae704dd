"""What `tests.benchmarks shared --table` has done, in a file: finished supernets, the state of an unfinished one."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

SAVED_SECONDS = 60.0
"""Between two states of an unfinished supernet."""


@dataclass(frozen=True)
class Trained:
    """One supernet, as the file keeps it."""

    way: str
    seed: int
    seconds: float
    """Of this processor: training, and the scores that its derived network was chosen by."""
    slowness: float
    """This processor's seconds for one second of the table's."""
    derived: str
    """A genotype's text."""
    scores: dict[str, float]
    """Phenotype key -> accuracy with shared weights, 0..1."""


class Kept:
    """Finished supernets by the key of what was trained; without a path only in memory."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.found: dict[str, Trained] = {}
        if path is not None and path.exists():
            self.found = {key: Trained(**row) for key, row in json.loads(path.read_text()).items()}

    def add(self, key: str, row: Trained) -> None:
        self.found[key] = row
        if self.path is not None:
            rows = {key: asdict(row) for key, row in self.found.items()}
            _replace(self.path, json.dumps(rows, indent=1).encode())

    def state(self, key: str) -> Path | None:
        """The file of an unfinished one."""
        return self.path and self.path.with_name(f"{self.path.name}.{key}.state")


class Standing:
    """The checkpoint of one supernet: its processor seconds in the first line, then its state."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._spent = 0.0
        self._began, self._saved = time.process_time(), time.monotonic()

    @property
    def seconds(self) -> float:
        """Of the processor, those of interrupted runs too as far as their state was saved."""
        return self._spent + time.process_time() - self._began

    def due(self) -> bool:
        return self.path is not None and time.monotonic() - self._saved > SAVED_SECONDS

    def save(self, state: bytes) -> None:
        assert self.path is not None
        _replace(self.path, f"{self.seconds}\n".encode() + state)
        self._saved = time.monotonic()

    def load(self) -> bytes | None:
        if self.path is None or not self.path.exists():
            return None
        spent, _, state = self.path.read_bytes().partition(b"\n")
        self._spent = float(spent)
        return state

    def remove(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
