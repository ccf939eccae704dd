"""Shared trainings whose course is made up: for tests of what is shown of them."""

import random
from math import exp
from typing import Any

from search.evolution.artifacts import artifact_key
from search.evolution.experiments.shared_trainings import SharedTraining, shared_training
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.liveness import live_paths
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.models import Artifact
from search.services.artifacts.attempts import (
    ArtifactClaim,
    ArtifactEnd,
    claim_artifact,
    finish_artifact,
    heartbeat_artifact,
)
from search.services.artifacts.starting import start_shared_training

DOCUMENT: dict[str, Any] = {
    "method": "gdas",
    "protocol": {"dataset": "digits", "channels": 4, "steps": 120, "batch_size": 16},
    "epochs": 12,
    "candidates": 6,
}


def shared_training_asked_for(name: str = "Gates on digits", **changes: Any) -> Artifact:
    """One that waits for a worker."""
    row, _ = start_shared_training(config=shared_training(DOCUMENT | changes), name=name)
    return row


def made_up_shared_training(name: str = "Gates on digits", **changes: Any) -> Artifact:
    """One that is done, with gates that grow surer of themselves and a derived genotype that changes with them."""
    config = shared_training(DOCUMENT | changes)
    claim = _claim(name, config)
    points = made_up_history(config)
    candidates = _candidates(config, points[-1]["derived"])
    result = {
        "derived": candidates[0]["genotype"],
        "accuracy": candidates[0]["accuracy"],
        "candidates": candidates,
        "normalisation": "statistics of each batch, without scale and shift",
        "parameters": 1_300_062,
        "bytes_per_image": 522_496,
        "predicted_bytes": 128_818_280,
    }
    finish_artifact(claim=claim, end=ArtifactEnd(points, result, 5_200_000, 61.5, "cpu"))
    return Artifact.objects.get(pk=claim.artifact_id)


def running_shared_training(name: str = "Gates under way", *, epochs: int = 5, **changes: Any) -> Artifact:
    """One in training, after so many epochs."""
    config = shared_training(DOCUMENT | changes)
    claim = _claim(name, config)
    history = made_up_history(config)[:epochs]
    heartbeat_artifact(claim=claim, progress=epochs / config.epochs, history=history)
    return Artifact.objects.get(pk=claim.artifact_id)


def _claim(name: str, config: SharedTraining) -> ArtifactClaim:
    row, _ = start_shared_training(config=config, name=name)
    claim = claim_artifact(artifact_id=row.pk, worker="worker@laptop", device="cpu")
    assert claim is not None
    assert claim.key == artifact_key(config.to_json())
    return claim


def made_up_history(config: SharedTraining) -> list[dict[str, Any]]:
    """One point an epoch: logits walk at random, ever further."""
    rng, space = random.Random(5), config.space
    logits = {
        (level, slot): [
            [rng.gauss(0, 0.1) for _ in range(1 + len(space.operations(level)))]
            for _ in range(space.level(level).nodes * (space.level(level).nodes - 1) // 2)
        ]
        for level in range(2, space.top + 1)
        for slot in range(1, space.level(level).motifs + 1)
    }
    points: list[dict[str, Any]] = []
    while len(points) < config.epochs:
        for rows in logits.values():
            for row in rows:
                row[:] = [value * 1.1 + rng.gauss(0, 0.25) for value in row]
        derived = _argmax(config, logits)
        if not live_paths(derived)[space.top, 1]:
            logits = {
                place: [[rng.gauss(0, 0.1) for _ in row] for row in rows] for place, rows in logits.items()
            }
            continue
        number = len(points) + 1
        points.append(
            {
                "epoch": number,
                "step": round(config.protocol.steps * number / config.epochs),
                "loss": 2.3 * exp(-0.12 * number) + rng.random() * 0.05,
                "seconds": 5.0 * number,
                "gates": {space.motif_name(*place): _softmax(rows) for place, rows in logits.items()},
                "derived": derived.text,
                "accuracy": round(0.9 - 0.8 * exp(-0.2 * number), 3),
            }
        )
    return points


def _softmax(rows: list[list[float]]) -> list[list[float]]:
    found = []
    for row in rows:
        powers = [exp(value) for value in row]
        found.append([round(power / sum(powers), 4) for power in powers])
    return found


def _argmax(config: SharedTraining, logits: dict[tuple[int, int], list[list[float]]]) -> Genotype:
    space, levels = config.space, []
    for level in range(2, space.top + 1):
        motifs = []
        for slot in range(1, space.level(level).motifs + 1):
            values = iter([row.index(max(row)) for row in logits[level, slot]])
            nodes = range(2, space.level(level).nodes + 1)
            motifs.append(tuple(tuple(next(values) for _ in range(node - 1)) for node in nodes))
        levels.append(tuple(motifs))
    return Genotype(space, tuple(levels))


def _candidates(config: SharedTraining, derived: str) -> list[dict[str, Any]]:
    """The derived one and others, the best first."""
    texts = [derived] + [point["derived"] for point in made_up_history(config)[-2::-1]]
    rows = []
    for number, text in enumerate(dict.fromkeys(texts)):
        phenotype = build_phenotype(parse_genotype(text))
        rows.append(
            {
                "genotype": text,
                "accuracy": round(0.85 - 0.03 * number, 3),
                "phenotype_key": phenotype.key,
                "parameters": network_cost(phenotype, config.protocol.shape_host).parameters,
            }
        )
    return rows
