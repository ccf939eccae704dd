"""What shared trainings leave, as files; and what evaluations read of files that others have left."""

from pathlib import Path

from django.conf import settings

from search.artifacts.checkpoints import SUFFIX
from search.artifacts.files import CheckpointFile, write_atomically
from search.artifacts.weights import weights_file


class StoredArtifacts:
    """The files of this installation: what an evaluator knows as `Artifacts`."""

    def artifact(self, key: str) -> bytes | None:
        return _content(artifact_file(key))

    def weights(
        self, *, phenotype_key: str, protocol_key: str, context_key: str, repeat: int
    ) -> bytes | None:
        path = weights_file(
            phenotype_key=phenotype_key, protocol_key=protocol_key, context_key=context_key, repeat=repeat
        )
        return _content(path) if path is not None else None


def artifact_file(key: str) -> Path:
    """Where a finished shared training lies, to be read with `torch.load(..., weights_only=True)`."""
    return Path(settings.CHECKPOINT_DIR) / "shared" / f"{key}.pt"


def keep_artifact(key: str, content: bytes) -> None:
    """Raises OSError: evaluations cannot do without it."""
    write_atomically(artifact_file(key), content)


def artifact_checkpoint(key: str) -> CheckpointFile:
    """Where a shared training keeps its state while it is under way."""
    path = Path(settings.CHECKPOINT_DIR) / "shared" / f"{key}{SUFFIX}"
    return CheckpointFile(path, settings.CHECKPOINT_SECONDS)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
