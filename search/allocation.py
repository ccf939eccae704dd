"""How a process that trains is started. Must import neither Django nor torch: it acts before a process begins."""

import os


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
