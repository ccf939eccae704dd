"""Report of trainable data sets and devices, as one JSON object: `python -m search.training.report DEVICE KERNELS
DATA VAR`, the last two folders.

A process of its own, because whoever asks must not load torch.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from search.evolution.experiments.datasets import DATASETS
from search.training.data.locations import availability, use
from search.training.native import library

REFUSED = "NASWEB_KERNELS is never"
"""Why there are no kernels where an installation wants none."""


def report(device: str, kernels: str = "auto") -> dict[str, Any]:
    """`device` is what NASWEB_DEVICE says. `problem` is empty where a convolution could be trained on it, `kernels`
    where cells train by kernels of their own, or on a GPU."""
    name = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    began = time.perf_counter()
    problem = ""
    try:
        _train_a_convolution(torch.device(name))
    except (RuntimeError, AssertionError) as error:  # what torch says where there is no such device
        problem = str(error).strip().splitlines()[0]
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "",
        "gpu": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "",
        "device": name,
        "problem": problem,
        "kernels": _why_no_kernels(kernels) if name == "cpu" else "",
        "seconds": time.perf_counter() - began,
        "datasets": {
            dataset: {"available": found.available, "message": found.message}
            for dataset, found in ((dataset, availability(dataset)) for dataset in DATASETS)
        },
    }


def _why_no_kernels(kernels: str) -> str:
    return library.reason(torch.float32, 16) if kernels == "auto" else REFUSED


def _train_a_convolution(device: torch.device) -> None:
    images = torch.randn(8, 3, 16, 16, device=device)  # [N, C, H, W]
    weights = torch.randn(4, 3, 3, 3, device=device, requires_grad=True)
    functional.conv2d(images, weights).square().mean().backward()
    if weights.grad is None or not torch.isfinite(weights.grad).all():
        raise RuntimeError("a convolution's gradient is not finite")


if __name__ == "__main__":
    device, kernels, data, var = sys.argv[1:]
    use(data=Path(data), var=Path(var), image_memory_bytes=0)
    sys.stdout.write(json.dumps(report(device, kernels)))
