"""What workers call to make an artifact: a shared training from its document to its file."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from search.evolution.artifacts import ArtifactJob, ArtifactProgress, TrainedArtifact
from search.evolution.evaluation import Checkpoint, EvaluationFailed
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.training.data.datasets import load_split
from search.training.loop.progress import report_while
from search.training.supernets.memory import check_memory
from search.training.supernets.session import Session
from search.training.trainer import choose_device

log = logging.getLogger(__name__)
INTERVAL_SECONDS = 0.9
KEPT_CANDIDATES = 200
"""Scored networks that are kept with the result, the best first."""


def train(
    job: ArtifactJob,
    *,
    progress: Callable[[ArtifactProgress], None],
    checkpoint: Checkpoint | None = None,
) -> TrainedArtifact:
    """Train the weights, then score candidates with them. On a CPU the same document gives the same file.

    Raises EvaluationFailed with the reason where it cannot be trained.
    """
    config = SharedTraining.model_validate(job.document)
    device = choose_device(job.runtime.device)
    split = report_while(lambda: load_split(config.protocol), lambda: progress(ArtifactProgress(0.0)))
    memory = check_memory(config, config.protocol.make_host(split.shape), device)
    session = _resumed(lambda: Session(config, split, device, seed=job.seed), checkpoint, progress)
    seconds = sum(point["seconds"] for point in session.history[-1:])
    began = last = time.monotonic()
    steps, ends = config.protocol.steps, _epoch_ends(config)
    while session.done < steps:
        session.step()
        point: Mapping[str, Any] | None = None
        if session.done in ends:
            beat = partial(progress, ArtifactProgress(0.95 * session.done / steps))
            point = session.point(seconds + time.monotonic() - began, beat)
        if point is not None or time.monotonic() - last > INTERVAL_SECONDS:
            last = time.monotonic()
            if last - began + seconds > config.protocol.time_limit_seconds:
                raise EvaluationFailed(
                    "time_out",
                    f"stopped at step {session.done} of {steps} after {config.protocol.time_limit_seconds} s",
                )
            progress(ArtifactProgress(0.95 * session.done / steps, point))
        if checkpoint is not None and checkpoint.due():
            checkpoint.save(session.frozen())
    result = _result(session, progress) | {
        "parameters": memory.parameters,
        "bytes_per_image": memory.per_image,
        "predicted_bytes": memory.total,
    }
    return TrainedArtifact(session.content(), result, seconds + time.monotonic() - began, str(device))


def _epoch_ends(config: SharedTraining) -> set[int]:
    return {round(config.protocol.steps * epoch / config.epochs) for epoch in range(1, config.epochs + 1)}


def _result(session: Session, progress: Callable[[ArtifactProgress], None]) -> dict[str, Any]:
    """Candidates scored with the weights, best first, the derived one among them."""

    @cache
    def score(genotype: Genotype) -> float:
        progress(ArtifactProgress(0.95))
        return session.accuracy(genotype)

    proposed = session.method.proposals(session.config.candidates, score)
    derived = session.method.derived()
    candidates: dict[str, Genotype] = {derived.text: derived} if derived else {}
    for genotype in proposed:
        candidates.setdefault(genotype.text, genotype)
    scored = []
    for number, (text, genotype) in enumerate(candidates.items()):
        phenotype = build_phenotype(genotype)
        scored.append(
            {
                "genotype": text,
                "accuracy": score(genotype),
                "phenotype_key": phenotype.key,
                "parameters": network_cost(phenotype, session.supernet.host).parameters,
            }
        )
        progress(ArtifactProgress(0.95 + 0.05 * number / len(candidates)))
    accuracies = {str(row["genotype"]): row["accuracy"] for row in scored}
    ranked = sorted(scored, key=lambda row: (-float(str(row["accuracy"])), str(row["genotype"])))
    best = derived.text if derived else str(ranked[0]["genotype"])
    return {
        "derived": best,
        "accuracy": accuracies[best],
        "candidates": ranked[:KEPT_CANDIDATES],
        "normalisation": "statistics of each batch, without scale and shift",
    }


def _resumed(
    start: Callable[[], Session],
    checkpoint: Checkpoint | None,
    progress: Callable[[ArtifactProgress], None],
) -> Session:
    session, content = start(), checkpoint.load() if checkpoint else None
    if content is None:
        return session
    try:
        session.thaw(content)
    except Exception as reason:  # whatever a damaged file makes torch raise
        log.warning("a checkpoint was not used, the shared training starts again: %s", reason)
        return start()
    for point in session.history:
        progress(ArtifactProgress(0.0, point))
    log.info("goes on after step %d of %d", session.done, session.config.protocol.steps)
    return session
