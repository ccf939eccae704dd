"""Environment variables of training processes. Must import neither Django nor torch."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# One device file for each NVIDIA GPU, in containers too; under Windows' Linux all GPUs are one `dxg`.
DEVICE_FILES = Path("/dev")
GPU_NAMES = ("nvidia[0-9]*", "dxg")


def memory_bytes() -> int:
    """All memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def training_environment(processes: int) -> dict[str, str]:
    """The environment of training processes, `processes` of them at once.

    Training allocates and frees the same large blocks each step; glibc is told to keep them, up to a share of the
    memory, so that one large network does not starve the rest. One thread for each process.
    """
    return {
        "MALLOC_MMAP_MAX_": "0",
        "MALLOC_TRIM_THRESHOLD_": str(memory_bytes() // (4 * processes)),
        "OMP_NUM_THREADS": "1",
    }


def has_gpu() -> bool:
    """Asks without torch: CUDA must not be touched in a process that later forks."""
    try:
        cpu_build = version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False
    return not cpu_build and any(any(DEVICE_FILES.glob(name)) for name in GPU_NAMES)
