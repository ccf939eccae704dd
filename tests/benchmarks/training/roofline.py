"""`python -m tests.benchmarks.training.roofline`: what this machine's core can do at best, as one line of JSON.

Multiplication of matrices bounds the arithmetic, a triad a = b + s * c the traffic with memory. A step of a network
cannot be quicker than the slower of the two makes it.
"""

import json
import sys
import time
from collections.abc import Callable

import torch

SIDE = 1024
TRIAD_FLOATS = 16 * 2**20
"""64 MiB for each of three arrays: far more than any cache holds."""
SECONDS = 2.0


def measure() -> dict[str, float]:
    """Floating-point operations and bytes a second of one core, the best of many tries (processor time)."""
    a, b, c = (torch.randn(SIDE, SIDE) for _ in range(3))
    x, y, z = (torch.randn(TRIAD_FLOATS) for _ in range(3))
    return {
        "flops": 2 * SIDE**3 / _best(lambda: torch.mm(a, b, out=c)),
        "bytes": 3 * 4 * TRIAD_FLOATS / _best(lambda: torch.add(x, y, alpha=2.0, out=z)),
    }


def _best(work: Callable[[], object]) -> float:
    work()
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times) < 3:
        before = time.process_time()
        work()
        times.append(time.process_time() - before)
    return min(times)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.stdout.write(json.dumps(measure()) + "\n")
