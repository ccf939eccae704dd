"""What an individual's result depends on beside its network and the protocol (ARCHITECTURE.md, evaluators)."""

from typing import Any

from search.evolution.evaluation import NO_CONTEXT, Context, context_of
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.evaluators import (
    FROM_SCRATCH,
    InheritWeights,
    ScoreWithSharedWeights,
    evaluator_row,
)
from search.models import Experiment, Individual, WorkState


def context_for(experiment: Experiment, protocol: Protocol, parent: Individual | None) -> Context:
    """The context of the next individual of a locked experiment."""
    evaluator = protocol.evaluator
    if evaluator == FROM_SCRATCH:
        return NO_CONTEXT
    document: dict[str, Any] = {}
    if isinstance(evaluator, ScoreWithSharedWeights):
        document["artifact"] = evaluator.artifact
    if isinstance(evaluator, InheritWeights) and parent is not None:
        document |= _parent(parent)
    shared_with = evaluator_row(evaluator).shared_with
    if shared_with == "experiment":
        document["experiment"] = experiment.pk
    elif shared_with == "nobody":
        document["individual"] = [experiment.pk, experiment.proposed]
    return context_of(document)


def _parent(parent: Individual) -> dict[str, Any]:
    """Whose weights are inherited: nobody's while the parent itself is not done."""
    evaluation = parent.evaluation
    if parent.state != WorkState.DONE:
        return {}
    genotype = parent.genotype
    return {
        "parent": {
            "genotype": {"space": genotype.space, "levels": genotype.levels},
            "phenotype_key": evaluation.phenotype_key,
            "protocol_key": evaluation.protocol_key,
            "context_key": evaluation.context_key,
            "repeat": 0,
        }
    }
