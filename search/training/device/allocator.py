"""Memory that glibc's allocator keeps after it was freed."""

import ctypes
from functools import cache
from typing import Any


class _Mallinfo2(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    )


def give_back_freed() -> None:
    """Return freed memory to the system, from the middle of the heap too. Its addresses stay reserved."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


def freed_bytes() -> int:
    """What is reserved and free for the next allocation."""
    mallinfo = _function("mallinfo2")
    if mallinfo is None:
        return 0
    mallinfo.restype = _Mallinfo2
    return int(mallinfo().fordblks)


@cache
def _function(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
