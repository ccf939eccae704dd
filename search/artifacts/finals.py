"""Files of final evaluations: the state of a run under way, and the weights of finished runs.

They are kept as long as the final evaluation is, and count to no limit on weights.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from search.artifacts.checkpoints import SUFFIX
from search.artifacts.files import CheckpointFile, evaluation_name, write_atomically


def run_checkpoint(*, phenotype_key: str, protocol_key: str, run: int) -> CheckpointFile:
    """Where a run keeps its state while it is under way."""
    return CheckpointFile(
        _folder() / f"{_name(phenotype_key, protocol_key, run)}{SUFFIX}", settings.CHECKPOINT_SECONDS
    )


def keep_run_weights(*, phenotype_key: str, protocol_key: str, run: int, weights: bytes) -> None:
    """Raises OSError: a result whose network is gone cannot be taken away."""
    write_atomically(_folder() / f"{_name(phenotype_key, protocol_key, run)}.pt", weights)


def run_weights(*, phenotype_key: str, protocol_key: str, run: int) -> Path | None:
    """To be read with `torch.load(..., weights_only=True)`; None: this machine does not have them."""
    path = _folder() / f"{_name(phenotype_key, protocol_key, run)}.pt"
    return path if path.is_file() else None


def package_file(*, phenotype_key: str, protocol_key: str) -> Path:
    """Where the package to take away lies once it has been made and verified."""
    return _folder() / f"{evaluation_name(phenotype_key, protocol_key, '')}.zip"


@dataclass(frozen=True)
class Package:
    """What has become of the package to take away."""

    bytes: int
    """0: it is not offered."""
    problem: str
    """Why it is not offered; empty where it is."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Files that it lacks -> why."""


def package_state(*, phenotype_key: str, protocol_key: str, runs: int) -> Package | None:
    """Of so many runs; None: not made yet, or of fewer runs."""
    path = package_file(phenotype_key=phenotype_key, protocol_key=protocol_key)
    try:
        told = json.loads(path.with_suffix(".json").read_text())
        if told["runs"] != runs:
            return None
        if told["problem"]:
            return Package(0, told["problem"])
        return Package(path.stat().st_size, "", told.get("left_out", {}))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_package(
    *, phenotype_key: str, protocol_key: str, runs: int, content: bytes, left_out: Mapping[str, str]
) -> None:
    """Raises OSError."""
    path = package_file(phenotype_key=phenotype_key, protocol_key=protocol_key)
    write_atomically(path, content)
    _tell(path, {"runs": runs, "problem": "", "left_out": dict(left_out)})


def refuse_package(*, phenotype_key: str, protocol_key: str, runs: int, problem: str) -> None:
    """Keep why there is none. Raises OSError."""
    path = package_file(phenotype_key=phenotype_key, protocol_key=protocol_key)
    _tell(path, {"runs": runs, "problem": problem})


def _tell(path: Path, state: Mapping[str, object]) -> None:
    write_atomically(path.with_suffix(".json"), json.dumps(state).encode())


def _name(phenotype_key: str, protocol_key: str, run: int) -> str:
    return f"{evaluation_name(phenotype_key, protocol_key, '')}-{run}"


def _folder() -> Path:
    return Path(settings.CHECKPOINT_DIR) / "finals"
