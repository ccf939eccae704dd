"""How a process that is measured while it trains is started."""

import os

from search.allocation import training_environment

PROCESSES = 2
"""Training processes whose share of the memory the allocator gets, as on a machine with two cores."""


def training_process_environment(*, keeps_memory: bool = True) -> dict[str, str]:
    """This process's own, but for how memory is allocated: as workers do, or with the system's own settings."""
    environment = dict(os.environ)
    for name in ("MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_"):
        environment.pop(name, None)
    return {
        **environment,
        "OMP_NUM_THREADS": "1",
        **(training_environment(PROCESSES) if keeps_memory else {}),
    }
