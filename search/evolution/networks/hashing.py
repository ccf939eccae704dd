"""Canonical JSON, and seeds derived from names: the same on every machine."""

import hashlib
import json


def canonical_json(document: object) -> str:
    """JSON with sorted keys and no spaces: equal documents give equal text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def derive_seed(*parts: object) -> int:
    """A number in 0..2^63-1 that depends on every part and on nothing else."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
