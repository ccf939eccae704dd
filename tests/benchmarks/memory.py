"""`python -m tests.benchmarks memory`: measured against predicted memory and time of trainings.

Each network is trained for a few steps and scored in a process of its own, with the allocator that workers have.
Torch is loaded there and never here. The constants belong into `search/evolution/estimates/training_cost.py`.
"""

import json
import math
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, product
from typing import Any

from django.conf import settings

from search.evolution.estimates.step_cost import work_of
from search.evolution.estimates.training_cost import (
    Memory,
    step_seconds,
    training_host,
    training_memory,
)
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from tests.benchmarks.child import python, training_process_environment
from tests.benchmarks.report import percentile

HOSTS: tuple[dict[str, Any], ...] = (
    {"dataset": "cifar10", "channels": 16},
    {"dataset": "cifar10", "channels": 4},
    {"dataset": "digits", "channels": 16},
    {"dataset": "cifar10", "channels": 8},
    {"dataset": "fashion-mnist", "channels": 16, "host": "large", "cells": 2},
    {"dataset": "cifar10", "channels": 16, "crop": 16},
)
"""Where networks are placed, in turn: the paper's host and smaller and larger ones."""
BATCHES = (64, 256)
FACTOR = 1.25
"""An estimate counts as right within it."""
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Case:
    """One network under one protocol."""

    space: str
    genotype: Genotype
    protocol: Protocol

    @property
    def predicted(self) -> Memory:
        """Without the data set: what is measured trains on a few hundred made-up images."""
        phenotype = build_phenotype(self.genotype)
        return replace(training_memory(phenotype, self.protocol.shape_host, self.protocol), images=0)

    @property
    def predicted_seconds(self) -> float:
        """Of one step."""
        phenotype, host = build_phenotype(self.genotype), self.protocol.shape_host
        return step_seconds(work_of(phenotype, training_host(host, self.protocol)), self.protocol.batch_size)


def measure(*, networks: int, most_gib: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`most_gib`: networks that are predicted to take more are left out, as many as this machine would not bear."""
    rows, predicted, taken = [], [], []
    cases = random_cases(seed, most_gib)
    for number in range(networks):
        case = next(cases)
        say(
            f"{number + 1} of {networks}: {case.space}, {case.protocol.dataset}, batch {case.protocol.batch_size}"
        )
        answer = take(case)
        predicted.append(case.predicted)
        taken.append(answer["peak"])
        rows.append(
            {
                "space": case.space,
                "data set": case.protocol.dataset,
                "channels": case.protocol.channels,
                "batch": case.protocol.batch_size,
                "MiB predicted": case.predicted.bytes / MEBIBYTE,
                "MiB taken": answer["peak"] / MEBIBYTE,
                "taken / predicted": f"{answer['peak'] / case.predicted.bytes:.2f}",
                "step, taken / predicted": f"{answer['cpu'] / case.predicted_seconds:.2f}",
            }
        )
    return {
        "networks": rows,
        "memory": [summary(predicted, taken)],
        "constants that fit these": [fit(predicted, taken)],
    }


def random_cases(seed: int, most_gib: float) -> Iterator[Case]:
    """Endless: both spaces, both batch sizes, all hosts, in turn."""
    draws = count()
    for turn in count():
        space, batch = ("hierarchical", "flat")[turn % 2], BATCHES[(turn // 2) % 2]
        host = HOSTS[(turn // 4) % len(HOSTS)]
        protocol = Protocol(
            steps=10, flip=True, train_images=600, validation_images=300, batch_size=batch, **host
        )
        yield next(case for draw in draws if (case := _case(space, protocol, f"{seed} {draw}", most_gib)))


def _case(space: str, protocol: Protocol, seed: str, most_gib: float) -> Case | None:
    """A random network; None when it is too large or no network."""
    case = Case(space, random_genotype(SPACES[space], random.Random(seed)), protocol)
    try:
        return case if case.predicted.bytes <= most_gib * 2**30 else None
    except Infeasible:
        return None


def take(case: Case) -> dict[str, float]:
    """{peak: bytes above the process before, cpu: seconds of a step}. Raises CalledProcessError."""
    done = subprocess.run(
        python("memory", case.protocol.model_dump_json(), case.genotype.text),
        env=training_process_environment(), cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def summary(predicted: Sequence[Memory], taken: Sequence[float]) -> dict[str, Any]:
    """How far measured memory lay from the estimates, as ratios."""
    ratios = [size / memory.bytes for memory, size in zip(predicted, taken, strict=True)]
    right = sum(1 / FACTOR <= ratio <= FACTOR for ratio in ratios)
    return {
        "taken / predicted": "memory of a training",
        "least": f"{min(ratios):.2f}",
        "median": f"{percentile(ratios, 0.5):.2f}",
        "most": f"{max(ratios):.2f}",
        f"% within {FACTOR}": 100 * right / len(ratios),
        "networks": len(ratios),
    }


def fit(predicted: Sequence[Memory], taken: Sequence[float]) -> dict[str, Any]:
    """The constants of the estimate for which the largest errors are smallest, by trying all of a grid."""
    grid = product(range(60, 200, 10), range(100, 180, 4), range(80, 320, 10))
    tried = ((base, slack / 100, scoring / 100) for base, slack, scoring in grid)
    base, slack, scoring = min(tried, key=lambda constants: _error(predicted, taken, *constants))
    return {"CPU_BASE_BYTES, MiB": base, "CPU_SLACK": slack, "CPU_SCORING_SLACK": scoring}


def _error(
    predicted: Sequence[Memory], taken: Sequence[float], base: int, slack: float, scoring: float
) -> float:
    """Between the mean and the largest error, in logarithms; the few largest count for as much as all others."""
    errors = sorted(
        abs(math.log(size / replace(memory, base=base * MEBIBYTE, slack=slack, scoring_slack=scoring).bytes))
        for memory, size in zip(predicted, taken, strict=True)
    )
    return sum(errors) / len(errors) + errors[int(0.95 * (len(errors) - 1))]
