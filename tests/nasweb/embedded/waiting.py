"""Wait for what another process does."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"nothing happened within {seconds:g} s"
        time.sleep(0.05)
