"""`python -m tests.benchmarks shared-memory`: measured against predicted memory of shared trainings.

Each takes some steps and scores a network in a process of its own, with the allocator that workers have. Torch is
loaded there and never here. The constants belong into `search/evolution/estimates/shared_training_memory.py`.
"""

import json
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from search.evolution.experiments.shared_trainings import METHODS, SharedTraining, shared_training
from tests.benchmarks.child import python, training_process_environment

MEBIBYTE = 2**20
SMALL = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
ALL_AT_ONCE = ("darts", "fabric")
"""Methods whose steps run every operation."""


@dataclass(frozen=True)
class Case:
    """One shared training, and how many steps of it are taken: sampled networks differ in size."""

    name: str
    config: SharedTraining
    steps: int


def cases() -> list[Case]:
    """Each method in a small space with many activations and in the hierarchical one with many weights."""
    found = []
    for method, second in [(method, False) for method in METHODS] + [("darts", True)]:
        whole = method in ALL_AT_ONCE
        for space, dataset, channels, batch, steps in (
            (SMALL, "fashion-mnist", 8 if whole else 16, 32 if whole else 64, 2 if method == "darts" else 8),
            ("hierarchical", "digits", 4 if whole else 8, 16 if whole else 64, 1 if method == "darts" else 8),
        ):
            protocol = {
                "dataset": dataset, "channels": channels, "batch_size": batch, "steps": 100,
                "train_images": 600, "validation_images": 200,
            }  # fmt: skip
            document = {
                "method": method,
                "second_order": second,
                "space": space,
                "protocol": protocol,
                "epochs": 1,
            }
            name = f"{method}{', second order' if second else ''}"
            found.append(Case(name, shared_training(document), steps))
    return found


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--method", action="append", choices=METHODS, help="only these (default all)")


def measure(options: Namespace, *, say: Callable[[str], None]) -> dict[str, Any]:
    """A row for each case."""
    rows = []
    for case in cases():
        if options.method and case.config.method not in options.method:
            continue
        say(f"{case.name}, {case.config.protocol.dataset}")
        rows.append(row_of(case, take(case)))
    return {"shared trainings": rows}


def row_of(case: Case, answer: dict[str, float]) -> dict[str, Any]:
    """As it is printed."""
    protocol = case.config.protocol
    return {
        "method": case.name,
        "data set": protocol.dataset,
        "channels": protocol.channels,
        "batch": protocol.batch_size,
        "weights": int(answer["parameters"]),
        "MiB predicted": answer["predicted"] / MEBIBYTE,
        "MiB taken": answer["peak"] / MEBIBYTE,
        "taken / predicted": f"{answer['peak'] / answer['predicted']:.2f}",
    }


def take(case: Case) -> dict[str, float]:
    """{peak: bytes above the process before, predicted: bytes, parameters: count}. Raises CalledProcessError."""
    done = subprocess.run(
        python("shared_memory", case.config.model_dump_json(), str(case.steps)),
        env=training_process_environment(), cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
