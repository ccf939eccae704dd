"""`python -m tests.benchmarks.training.steps FORM BATCH GENOTYPE`: takes as many steps as each line of input says.

Answers each line with a line of JSON: seconds by the clock and of the processor, and the peak of memory so far above
what the process held before the network was built.
"""

import json
import sys
import time
from pathlib import Path

import torch

from search.evolution.genotypes.genotype import parse_genotype
from tests.benchmarks.training.contender import FORMS


def memory_of(field: str) -> int:
    """VmRSS (now) or VmHWM (the peak) of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def main(form: str, batch: str, text: str) -> None:
    torch.set_num_threads(1)
    before = memory_of("VmRSS")
    step = FORMS[form](parse_genotype(text), int(batch))
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            step()
        answer = {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "peak": memory_of("VmHWM") - before,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
