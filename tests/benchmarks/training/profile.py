"""`python -m tests.benchmarks.training.profile BATCH GENOTYPE`: where a step's time goes, as one line of JSON."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile, record_function

from search.evolution.genotypes.genotype import parse_genotype
from search.training.native import calls
from tests.benchmarks.training.contender import trains

STEPS = 2
WARM_UP = 3
"""Until the memory that steps reuse is there."""
KERNEL = "kernel "
KINDS = {
    "convolutions with normalisation and ReLU, backward": (f"{KERNEL}convolution_backward",),
    "convolutions with normalisation and ReLU, forward": (f"{KERNEL}convolution",),
    "pools": (f"{KERNEL}pool", "pool"),
    "convolutions by torch": ("convolution", "mkldnn", "conv"),
    "normalisation and ReLU by themselves": (f"{KERNEL}normalise", "batch_norm", "relu", "threshold"),
    "concatenations": ("cat", "narrow", "slice"),
    "sums of gradients": ("aten::add", "aten::add_"),
    "optimizer": ("sgd",),
}
"""Words in an operator's name, first match first; what is left is the rest."""


@contextmanager
def _kernels_named() -> Iterator[None]:
    """Calls of the kernels are seen by the profiler, which knows torch's operators alone."""
    call = calls.call

    def named(name: str, like: Tensor, *arguments: object) -> None:
        with record_function(KERNEL + name):
            call(name, like, *arguments)

    calls.call = named
    try:
        yield
    finally:
        calls.call = call


def measure(batch: int, text: str) -> dict[str, float]:
    """Share of each kind of operator in the processor time of some steps."""
    step = trains(parse_genotype(text), batch)
    for _ in range(WARM_UP):
        step()
    with _kernels_named(), profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(STEPS):
            step()
    times: Counter[str] = Counter()
    for row in found.key_averages():
        times[_kind(row.key.lower())] += row.self_cpu_time_total
    total = sum(times.values())
    return {kind: time / total for kind, time in times.most_common()}


def _kind(name: str) -> str:
    return next((kind for kind, words in KINDS.items() if any(word in name for word in words)), "the rest")


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), sys.argv[2])) + "\n")
