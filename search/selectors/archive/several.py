"""Streaming writer of several experiment archives as one zip file."""

import io
from collections.abc import Iterator, Sequence
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from search.selectors.archive.writing import experiment_file


class _Taken(io.RawIOBase):
    """What the zip is written to; it cannot seek, so each file's size stands behind it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(memoryview(piece))  # type: ignore[arg-type]
        self._pieces.append(content)
        return len(content)

    def take(self) -> bytes:
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content


def archive_name(experiment_id: int) -> str:
    return f"experiment-{experiment_id}.nasweb.jsonl.gz"


def experiments_zip(experiment_ids: Sequence[int]) -> Iterator[bytes]:
    """A zip with one archive for each experiment, each of one moment; they are packed already, so the zip does not
    pack them again. Raises Experiment.DoesNotExist where one of them is not there."""
    taken = _Taken()
    with ZipFile(taken, "w", ZIP_STORED) as whole:
        for experiment_id in experiment_ids:
            with whole.open(ZipInfo(archive_name(experiment_id)), "w", force_zip64=True) as entry:
                for piece in experiment_file(experiment_id):
                    entry.write(piece)
                    yield taken.take()
    yield taken.take()
