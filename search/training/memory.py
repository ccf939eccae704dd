"""Whether and how a training fits into its device's memory, told before it is tried."""

import logging

import torch

from search.evolution.config import Protocol
from search.evolution.estimate import DeviceKind, training_bytes
from search.evolution.evaluation import EvaluationFailed, Need
from search.evolution.host import Host
from search.evolution.phenotype import Phenotype
from search.training.native.library import has_kernels
from search.training.room import CUDA_CONTEXT_BYTES, device_memory

log = logging.getLogger(__name__)

_GIB = 2**30
CERTAIN = 1 / 1.3
"""Times the estimate: no training was measured below it, so what does not get that much cannot run."""


def must_recompute(phenotype: Phenotype, host: Host, protocol: Protocol, device: torch.device) -> bool:
    """Whether cells must be computed again in the backward pass for the training to fit in what is free now.

    Raises EvaluationFailed (out_of_memory) when even so it needs more than there would be without anybody else.
    """
    kind, memory = _kind(device, host.channels), device_memory(device)
    least = training_bytes(phenotype, host, protocol, kind=kind, recomputes=True)
    if CERTAIN * least > memory.total:
        raise EvaluationFailed(
            "out_of_memory",
            f"training needs some {least / _GIB:.1f} GiB, cells computed again in the backward pass, and this "
            f"{device.type} has {max(0, memory.total) / _GIB:.1f} GiB for it: "
            f"lower batch_size (now {protocol.batch_size}), channels (now {protocol.channels}) or the image size",
        )
    whole = training_bytes(phenotype, host, protocol, kind=kind)
    if whole > memory.free:
        log.info("%.2f GiB are wanted and %.2f GiB are free", whole / _GIB, memory.free / _GIB)
    return whole > memory.free


def need_of(phenotype: Phenotype, protocol: Protocol, device: torch.device) -> Need:
    """What a training takes on its device, so that it starts beside others only where there is room."""
    host = protocol.shape_host
    kind = _kind(device, host.channels)
    total = device_memory(device).total
    wanted = training_bytes(phenotype, host, protocol, kind=kind)
    if wanted > total:
        wanted = training_bytes(phenotype, host, protocol, kind=kind, recomputes=True)
    if kind == "cuda":
        wanted += CUDA_CONTEXT_BYTES
    return Need(device_name(device), wanted, is_gpu=kind == "cuda", memory=lambda: device_memory(device))


def device_name(device: torch.device) -> str:
    """The same in every process of this machine, whichever GPUs each is shown."""
    return f"cuda-{torch.cuda.get_device_properties(device).uuid}" if device.type == "cuda" else device.type


def _kind(device: torch.device, channels: int) -> DeviceKind:
    if device.type == "cuda":
        return "cuda"
    return "cpu" if has_kernels(torch.float32, channels) else "cpu by torch"
