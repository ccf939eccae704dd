"""Presets: named experiment configurations (protocols of methods A7-A9).

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from typing import Any

from search.evolution.experiments.config import ExperimentConfig


@dataclass(frozen=True)
class Preset:
    """A configuration with a name, a title for people and what it is good for."""

    name: str
    title: str
    description: str
    config: ExperimentConfig


PAPER_PROTOCOL: dict[str, Any] = {
    "dataset": "cifar10",
    "host": "small",
    "channels": 16,
    "steps": 5000,
    "batch_size": 256,
    "learning_rate": 0.1,
    "learning_rate_drops": [4000, 4500],
    "momentum": 0.9,
    "weight_decay": 3e-4,
    "crop": 24,
    "flip": True,
    "train_images": 40_000,
    "validation_images": 10_000,
    "repeats": 4,
    "time_limit_seconds": 43_200,
}

# Chosen by what one training tells of its network (`python -m tests.benchmarks signal`, docs/signal.md): the rate
# ends near zero, the weights are averaged and many images score, so that the noise of a training stays below the
# differences between networks.
QUICK_PROTOCOL: dict[str, Any] = {
    "dataset": "digits",
    "channels": 8,
    "steps": 60,
    "batch_size": 64,
    "learning_rate": 0.1,
    "schedule": "cosine",
    "weight_averaging": 0.9,
    "validation_images": 1_000,
    "repeats": 4,
    "time_limit_seconds": 120,
}

FASHION_PROTOCOL: dict[str, Any] = {
    "dataset": "fashion-mnist",
    "image_size": 14,
    "channels": 8,
    "steps": 60,
    "batch_size": 64,
    "learning_rate": 0.1,
    "schedule": "cosine",
    "train_images": 5_000,
    "validation_images": 2_000,
    "repeats": 1,
    "time_limit_seconds": 300,
}

# Of the benchmark table: chosen by how much one training tells of a network for its time (docs/table.md).
TABLE_PROTOCOL: dict[str, Any] = {
    "dataset": "fashion-mnist",
    "image_size": 8,
    "channels": 8,
    "steps": 40,
    "batch_size": 64,
    "learning_rate": 0.1,
    "schedule": "cosine",
    "train_images": 5_000,
    "validation_images": 1_000,
    "repeats": 1,
    "time_limit_seconds": 600,
}

_EVOLUTION = {"kind": "evolution", "initial_population": 200}


def _preset(name: str, title: str, description: str, **document: Any) -> Preset:
    return Preset(name, title, description, ExperimentConfig.model_validate(document))


_ROWS = (
    _preset(
        "quick",
        "Quick demo",
        "90 networks on handwritten digits: a whole search in a few minutes on a laptop's CPU",
        space="hierarchical",
        strategy={**_EVOLUTION, "initial_population": 20, "tournament_fraction": 0.2},
        protocol=QUICK_PROTOCOL,
        budget={"individuals": 90, "in_flight": 2},
        # What leads by luck is found out: the leader is trained again until it has all its repeats.
        decisions={"first_repeats": 1},
        seed=1,
    ),
    _preset(
        "fashion-mnist",
        "Fashion-MNIST",
        "200 networks on pictures of clothing made smaller, a reduced protocol: long on a CPU",
        space="hierarchical",
        strategy={**_EVOLUTION, "initial_population": 40, "tournament_fraction": 0.1},
        protocol=FASHION_PROTOCOL,
        budget={"individuals": 200, "in_flight": 2},
        seed=1,
    ),
    _preset(
        "benchmark",
        "Benchmark: 2,000 steps in a minute",
        "2,000 steps on a table of every network of a small space: fitness is looked up with the noise of real "
        "trainings, nothing is trained",
        space={
            "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}],
            "primitives": ["sep3x3", "max3x3", "identity"],
        },
        strategy={**_EVOLUTION, "initial_population": 20, "tournament_fraction": 0.2},
        protocol={**TABLE_PROTOCOL, "evaluator": {"kind": "table", "table": "hierarchical-small"}},
        budget={"individuals": 2000, "in_flight": 1},
        seed=1,
    ),
    _preset(
        "paper-hierarchical",
        "Paper: hierarchical evolution",
        "7,000 evolution steps in the hierarchical space on CIFAR-10, as published, but that equal networks share one "
        "fitness and a mutation always changes its edge: about 300 GPU-days then",
        space="hierarchical",
        strategy=_EVOLUTION,
        protocol=PAPER_PROTOCOL,
        budget={"individuals": 7000, "in_flight": 200},
    ),
    _preset(
        "paper-flat",
        "Paper: flat evolution",
        "7,000 evolution steps over one graph of 11 nodes, the paper's first baseline; equal networks share one "
        "fitness and a mutation always changes its edge, unlike there",
        space="flat",
        strategy=_EVOLUTION,
        protocol=PAPER_PROTOCOL,
        budget={"individuals": 7000, "in_flight": 200},
    ),
    _preset(
        "paper-flat-constrained",
        "Paper: flat, parameters limited",
        "Flat evolution that keeps to 0.55 M parameters, the size of the best hierarchical cells: the paper names no "
        "number; equal networks share one fitness, unlike there",
        space="flat-constrained",
        strategy=_EVOLUTION,
        protocol=PAPER_PROTOCOL,
        budget={"individuals": 7000, "in_flight": 200},
    ),
    _preset(
        "paper-random-200",
        "Paper: random search, 200",
        "200 random hierarchical genotypes, all independent: the paper's strong and cheap baseline; equal ones share "
        "one fitness",
        space="hierarchical",
        strategy={"kind": "random", "initial_population": 200},
        protocol=PAPER_PROTOCOL,
        budget={"individuals": 200, "in_flight": 200},
    ),
)

PRESETS: dict[str, Preset] = {row.name: row for row in _ROWS}


def preset(name: str) -> Preset:
    """The preset of that name.

    Raises KeyError naming the value and the known names.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise KeyError(f"unknown preset {name!r}; known are {', '.join(PRESETS)}") from None
