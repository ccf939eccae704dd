"""Weight store: trained weights of finished repeats, kept for download up to a total number of bytes.

When they no longer fit, the oldest go first, and last of all those of the networks that are some experiment's best.
"""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from search import selectors
from search.artifacts.files import EVALUATION_NAME, evaluation_name, write_atomically

log = logging.getLogger(__name__)

_NAME = re.compile(rf"{EVALUATION_NAME}-(?P<repeat>\d+)\.pt")


def weights_file(*, phenotype_key: str, protocol_key: str, repeat: int, context_key: str = "") -> Path | None:
    """The kept weights of a repeat, to be read with `torch.load(..., weights_only=True)`; None: not kept here."""
    path = _path(phenotype_key, protocol_key, context_key, repeat)
    return path if path.is_file() else None


def kept_repeats(*, phenotype_key: str, protocol_key: str, context_key: str = "") -> list[int]:
    """The repeats whose weights are kept here, in order."""
    name = evaluation_name(phenotype_key, protocol_key, context_key)
    matches = [_NAME.fullmatch(path.name) for path in _folder().glob(f"{name}-*.pt")]
    return sorted(
        int(match["repeat"]) for match in matches if match and (match["context"] or "") == context_key
    )


def keep_weights(
    *, phenotype_key: str, protocol_key: str, repeat: int, weights: bytes, context_key: str = ""
) -> None:
    """Keep them, and let go of others for which there is no more room. Trouble with the disk is only logged."""
    path = _path(phenotype_key, protocol_key, context_key, repeat)
    if not weights or len(weights) > settings.KEPT_WEIGHTS_BYTES:
        return
    try:
        write_atomically(path, weights)
        _make_room(path)
    except OSError as error:
        log.warning("weights %s were not kept: %s", path.name, error)


def _folder() -> Path:
    return Path(settings.CHECKPOINT_DIR) / "weights"


def _path(phenotype_key: str, protocol_key: str, context_key: str, repeat: int) -> Path:
    return _folder() / f"{evaluation_name(phenotype_key, protocol_key, context_key)}-{repeat}.pt"


def _make_room(newest: Path) -> None:
    sizes = _sizes(newest.parent.iterdir())
    excess = sum(size for size, _ in sizes.values()) - settings.KEPT_WEIGHTS_BYTES
    if excess <= 0:
        return
    best = selectors.best_networks()
    for path in sorted(sizes, key=lambda path: (path == newest, _keys(path) in best, sizes[path][1])):
        if excess <= 0:
            break
        path.unlink(missing_ok=True)
        excess -= sizes[path][0]


def _sizes(paths: Iterable[Path]) -> dict[Path, tuple[int, float]]:
    """Bytes and time of each file of weights; others are none of ours."""
    found = {}
    for path in paths:
        if _NAME.fullmatch(path.name):
            try:
                status = path.stat()
            except FileNotFoundError:  # another process made room
                continue
            found[path] = (status.st_size, status.st_mtime)
    return found


def _keys(path: Path) -> tuple[str, str, str]:
    match = _NAME.fullmatch(path.name)
    assert match is not None  # or it would not be among them
    return match["phenotype"], match["protocol"], match["context"] or ""
