"""Torchvision imports whatever torch build stands beside it, and torch only where it is meant to."""

import subprocess
import sys

from search.training.data.locations import PROJECT


def fresh(code: str) -> str:
    """Output of a fresh Python process."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT, timeout=120
    )
    return done.stdout.strip()


def test_torchvision_imports_in_a_fresh_process() -> None:
    code = "from search.training.data.torchvision_cpu import datasets; print(datasets.CIFAR10.__name__)"
    assert fresh(code) == "CIFAR10"


def test_asking_where_data_lies_loads_no_torch() -> None:
    assert fresh("import sys, search.training.data.locations; print('torch' in sys.modules)") == "False"


def test_importing_the_trainer_starts_no_cuda_and_no_torchvision() -> None:
    code = (
        "import sys, torch, search.training.trainer\n"
        "print(torch.cuda.is_initialized(), 'torchvision' in sys.modules)"
    )
    assert fresh(code) == "False False"
