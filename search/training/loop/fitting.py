"""Memory fitting: whether a training fits its device, with recomputation if need be."""

import logging

import torch

from search.evolution.estimates.training_cost import DeviceKind, reading_bytes, training_bytes
from search.evolution.evaluation import EvaluationFailed, ResourceEstimate, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype
from search.training.device.memory import CUDA_CONTEXT_BYTES, device_memory
from search.training.device.processes import ALONE, Processes
from search.training.native.library import has_kernels

log = logging.getLogger(__name__)

_GIB = 2**30
CERTAIN = 1 / 1.3
"""Times the estimate: no training was measured below it, so what does not get that much cannot run."""


def must_recompute(
    phenotype: Phenotype,
    host: Host,
    protocol: Protocol,
    device: torch.device,
    runtime: Runtime,
    *,
    processes: Processes = ALONE,
) -> bool:
    """Whether cells must be computed again in the backward pass for the training, or one of several processes of it, to
    fit in what is free now.

    Raises EvaluationFailed (out_of_memory) when even so it needs more than there would be without anybody else.
    """
    kind, memory = _kind(device, protocol, runtime), device_memory(device)
    part = _part(protocol, processes)
    least = training_bytes(phenotype, host, part, kind=kind, recomputes=True)
    if CERTAIN * least > memory.total:
        raise EvaluationFailed(
            "out_of_memory",
            f"training needs some {least / _GIB:.1f} GiB, cells computed again in the backward pass, and this "
            f"{device.type} has {max(0, memory.total) / _GIB:.1f} GiB for it: "
            f"lower batch_size (now {protocol.batch_size}), channels (now {protocol.channels}) or the image size",
        )
    whole = training_bytes(phenotype, host, part, kind=kind)
    if whole > memory.free:
        log.info("%.2f GiB are wanted and %.2f GiB are free", whole / _GIB, memory.free / _GIB)
    return whole > memory.free


def estimate_resources_on(
    phenotype: Phenotype,
    protocol: Protocol,
    device: torch.device,
    runtime: Runtime,
    *,
    processes: Processes = ALONE,
) -> ResourceEstimate:
    """What a training, or one of several processes of it, takes on its device, so that it starts beside others only
    where there is room."""
    host, protocol = protocol.shape_host, _part(protocol, processes)
    kind = _kind(device, protocol, runtime)
    total = device_memory(device).total
    wanted = training_bytes(phenotype, host, protocol, kind=kind)
    if wanted > total:
        wanted = training_bytes(phenotype, host, protocol, kind=kind, recomputes=True)
    # A worker's process reads the data after it was let in: into its own memory, whatever device trains.
    wanted += CUDA_CONTEXT_BYTES if kind == "cuda" else reading_bytes(protocol)
    return ResourceEstimate(
        device_name(device), wanted, is_gpu=kind == "cuda", memory=lambda: device_memory(device)
    )


def _part(protocol: Protocol, processes: Processes) -> Protocol:
    """As the memory of one of several processes depends on it: each has its part of a batch."""
    if processes.count == 1:
        return protocol
    return protocol.model_copy(update={"batch_size": processes.largest_part(protocol.batch_size)})


def device_name(device: torch.device) -> str:
    """The same in every process of this machine, whichever GPUs each is shown."""
    return f"cuda-{torch.cuda.get_device_properties(device).uuid}" if device.type == "cuda" else device.type


def _kind(device: torch.device, protocol: Protocol, runtime: Runtime) -> DeviceKind:
    if device.type == "cuda":
        return "cuda"
    if protocol.drop_path or protocol.precision == "bfloat16" or runtime.kernels != "auto":
        return "cpu by torch"
    return "cpu" if has_kernels(torch.float32, protocol.channels) else "cpu by torch"
