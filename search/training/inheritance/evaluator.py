"""The evaluator `inherit`: a child starts with its parent's weights and is trained as the protocol says, briefly."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import torch

from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    Evaluated,
    EvaluationFailed,
    Job,
    Progress,
    ResourceEstimate,
)
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.training import trainer
from search.training.data.datasets import load_split
from search.training.inheritance.carrying import inherit
from search.training.network.hosts import Network, build_network

NOT_KEPT = (
    "the parent's weights are not kept on this worker: raise NASWEB_KEPT_WEIGHTS_MIB, and let workers share "
    "NASWEB_CHECKPOINT_DIR"
)


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """One without a parent starts from random weights. Raises EvaluationFailed where the parent's weights are gone."""
    parent = job.context.document.get("parent")

    def prepare(network: Network) -> None:
        if parent is not None:
            _carry(job, parent, network, artifacts)

    subject = trainer.Subject.of(job)
    return trainer.train(subject, progress=progress, checkpoint=checkpoint, prepare=prepare)


def estimate(job: Job) -> ResourceEstimate:
    """As for a training from scratch."""
    return trainer.estimate(job)


def _carry(job: Job, parent: dict[str, Any], network: Network, artifacts: Artifacts | None) -> None:
    keys = {name: parent[name] for name in ("phenotype_key", "protocol_key", "context_key", "repeat")}
    content = artifacts.weights(**keys) if artifacts else None
    if content is None:
        raise EvaluationFailed("error", NOT_KEPT)
    state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    genotype = Genotype.from_json(parent["genotype"])
    host = job.protocol.make_host(load_split(job.protocol).shape)
    weights = build_network(build_phenotype(genotype), host, seed=0)
    weights.load_state_dict({name: state[name] for name in weights.state_dict()})
    inherit(genotype, weights, job.genotype, network, host, job.seed)
