"""A search whose evaluations stop in mid-training until the test opens the gate."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import eventually
from tests.trainers import GATE


@dataclass(frozen=True)
class Gate:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """For a worker that trains behind the gate, with a short lease."""
        return {
            GATE: str(self.folder),
            "trainer": "tests.trainers.gated_trainer",
            "NASWEB_HEARTBEAT_SECONDS": "0.05",
            "NASWEB_LEASE_SECONDS": "1",
        }

    def open(self) -> None:
        (self.folder / "open").touch()

    @property
    def training_process(self) -> int:
        """The id of the process that waits at the gate."""
        return int((self.folder / "began-1").read_text())

    def await_training(self) -> None:
        """Until a second repeat has begun, so a first one is recorded."""
        eventually((self.folder / "began-1").exists, "a second repeat begins")


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    folder = tmp_path / "gate"
    folder.mkdir()
    return Gate(folder)
