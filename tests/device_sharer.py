"""`python -m tests.device_sharer FOLDER BYTES TOTAL MOST [SETTLES]`: a process that wants a share of a device.

The device is pretended; the only stand-in is what it says of its memory: TOTAL less what living holders have told
that they took. Says `waits`, then `trains`, and holds its share until its input ends.
"""

import os
import sys
from pathlib import Path

from search.evolution.evaluation import DeviceMemory
from search.worker.device_queue import share_of


def pretended_memory(folder: Path, total: int) -> DeviceMemory:
    """As a driver would say it: what a dead process took is free."""
    taken = 0
    for path in (folder / "taken").glob("*"):
        if (
            Path(f"/proc/{path.name}/stat").exists()
            and " Z " not in Path(f"/proc/{path.name}/stat").read_text()
        ):
            taken += int(path.read_text() or 0)
    return DeviceMemory(free=total - taken, total=total)


def main(folder: str, size: str, total: str, most: str, settles: str = "") -> None:
    place = Path(folder)
    (place / "taken").mkdir(parents=True, exist_ok=True)
    sys.stdout.write("waits\n")
    sys.stdout.flush()
    with share_of(
        place / "shares",
        bytes=int(size),
        most=int(most),
        memory=lambda: pretended_memory(place, int(total)),
        wanted=lambda: True,
        poll_seconds=0.02,
    ) as share:
        assert share is not None
        if settles:
            (place / "taken" / str(os.getpid())).write_text(settles)
            share.settle()
        sys.stdout.write("trains\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
