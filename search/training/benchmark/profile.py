"""`python -m search.training.benchmark.profile BATCH GENOTYPE`: where a step's time goes, as one line of JSON."""

import json
import sys
from collections import Counter

import torch
from torch.profiler import ProfilerActivity, profile

from search.evolution.genotype import parse_genotype
from search.training.benchmark.contender import trains

STEPS = 2
KINDS = {
    "convolutions": ("convolution", "mkldnn", "conv"),
    "batch normalisation": ("batch_norm",),
    "ReLU": ("relu", "threshold"),
    "pools": ("pool",),
    "concatenations": ("cat", "narrow", "slice"),
    "sums of gradients": ("aten::add", "aten::add_"),
    "optimizer": ("sgd",),
}
"""Words in an operator's name, first match first; what is left is the rest."""


def measure(batch: int, text: str) -> dict[str, float]:
    """Share of each kind of operator in the processor time of some steps."""
    step = trains(parse_genotype(text), batch)
    step()
    with profile(activities=[ProfilerActivity.CPU]) as found:
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
