"""Whether a network plainly cannot be trained in this machine's memory, told before it is tried."""

import os
from pathlib import Path

import torch

from search.evolution.config import Protocol
from search.evolution.estimate import LIKELY_COPIES, training_bytes
from search.evolution.evaluation import EvaluationFailed
from search.evolution.host import Host
from search.evolution.phenotype import Phenotype

_GIB = 2**30
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def machine_bytes(device: torch.device) -> int:
    """All memory of the device; on the CPU what this machine or its container has."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[1]
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for path in map(Path, _CGROUP_LIMITS):
        text = path.read_text().strip() if path.is_file() else ""
        if text.isdigit():
            total = min(total, int(text))
    return total


def must_recompute(phenotype: Phenotype, host: Host, protocol: Protocol, device: torch.device) -> bool:
    """Whether cells must be computed again in the backward pass for the training to fit in this memory.

    Raises EvaluationFailed (out_of_memory) when even the least that this needs is more than there is.
    """
    bytes_per_value = 2 if device.type == "cuda" else 4
    there = machine_bytes(device)
    least = training_bytes(phenotype, host, protocol, bytes_per_value=bytes_per_value, recomputes=True)
    if least > there:
        raise EvaluationFailed(
            "out_of_memory",
            f"training needs at least {least / _GIB:.1f} GiB and this {device.type} has {there / _GIB:.1f} GiB: "
            f"lower batch_size (now {protocol.batch_size}), channels (now {protocol.channels}) or the image size",
        )
    likely = training_bytes(phenotype, host, protocol, bytes_per_value=bytes_per_value, copies=LIKELY_COPIES)
    return likely > there
