"""Available device memory: now, and if no other process were there."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import torch

from search.evolution.evaluation import DeviceMemory
from search.training.device.allocator import freed_bytes, give_back_freed

CUDA_CONTEXT_BYTES = 600 * 2**20
"""What a process takes on a GPU before its first tensor: 300 to 600 MiB by card and driver. Not measured here."""

CGROUPS = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


def device_memory(device: torch.device) -> DeviceMemory:
    """What there is; what this process has freed and its allocator keeps is given back first."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        free, total = torch.cuda.mem_get_info(device)
        return DeviceMemory(free, total - CUDA_CONTEXT_BYTES)
    give_back_freed()
    limits = list(_limits())
    return DeviceMemory(min(free for free, _ in limits), min(total for _, total in limits))


def _limits() -> Iterator[tuple[int, int]]:
    """(free, total) by each thing that bounds this process: the machine, its containers, its own limits."""
    status = _table(_PROC / "self/status")
    machine, mine = _table(_PROC / "meminfo"), status.get("VmRSS", 0)
    total = machine.get("MemTotal", os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    yield machine.get("MemAvailable", total - mine), total - mine
    for limit, used in _container_limits():
        yield max(0, limit - used), limit - mine
    for kind, field in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY:
            left = limit - status.get(field, 0) + freed_bytes()
            yield left, left


def _container_limits() -> Iterator[tuple[int, int]]:
    """(limit, in use and not to be had back by dropping caches) of each control group around this process."""
    second = CGROUPS / control_group("0::")
    for folder in (second, *second.parents):
        if folder.is_relative_to(CGROUPS) and (limit := _number(folder / "memory.max")) is not None:
            caches = _table(folder / "memory.stat", scale=1).get("inactive_file", 0)
            yield limit, (_number(folder / "memory.current") or 0) - caches
    first = CGROUPS / "memory"
    if (limit := _number(first / "memory.limit_in_bytes")) is not None:
        caches = _table(first / "memory.stat", scale=1).get("total_inactive_file", 0)
        yield limit, (_number(first / "memory.usage_in_bytes") or 0) - caches


def control_group(prefix: str) -> str:
    try:
        lines = (_PROC / "self/cgroup").read_text().splitlines()
    except OSError:
        return ""
    return next((line.removeprefix(prefix).lstrip("/") for line in lines if line.startswith(prefix)), "")


def _number(path: Path) -> int | None:
    """None where there is no such file, or it says `max`."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _table(path: Path, *, scale: int = 1024) -> dict[str, int]:
    """Lines of `name: number` or `name number` as bytes."""
    try:
        rows = [line.replace(":", " ").split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {row[0]: int(row[1]) * scale for row in rows if len(row) > 1 and row[1].isdigit()}
