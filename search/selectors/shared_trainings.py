"""Shared trainings, and how well what they say of networks agrees with training from scratch."""

import random
from dataclasses import dataclass

from django.db.models import F, QuerySet

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.evaluators import FROM_SCRATCH
from search.evolution.statistics.rank_intervals import Correlation, kendall_interval
from search.models import Artifact, Evaluation, Experiment, Individual, WorkState
from search.selectors.protocols import keys_of
from search.selectors.workers import offers_of, workers

FEWEST_PAIRS = 3


def shared_trainings() -> "QuerySet[Artifact]":
    """The latest first, without their history."""
    return Artifact.objects.defer("history", "result", "log").order_by("-pk")


def shared_training_by_id(artifact_id: int) -> Artifact:
    """Raises Artifact.DoesNotExist."""
    return Artifact.objects.get(pk=artifact_id)


def searches_with(artifact: Artifact) -> list[Experiment]:
    """Experiments whose networks are scored with its weights, the latest first."""
    rows = Experiment.objects.filter(config__protocol__evaluator__artifact=artifact.key)
    return list(rows.select_related("best").order_by("-pk"))


def experiments_using(artifact_id: int) -> list[Experiment]:
    """Those that pausing, stopping or trying again would change: they have networks that wait for its weights."""
    rows = Individual.objects.filter(evaluation__artifact=artifact_id, state__in=Individual.OPEN).order_by()
    return list(Experiment.objects.filter(pk__in=rows.values("experiment_id")))


def largest_offer() -> int | None:
    """Bytes that the largest training worker that is there has for one training; None where none has said."""
    offers = offers_of(workers())
    if not offers or any(offer.memory_gib == 0 for offer in offers):
        return None
    # Workers round down to whole GiB.
    return max(offer.memory_gib + 1 for offer in offers) * 2**30


@dataclass(frozen=True)
class ScoredNetwork:
    """One network by both measures."""

    genotype: str
    """Its text."""
    shared: float
    """Accuracy with the shared weights, a fraction 0..1."""
    parameters: int
    fitness: float
    """Accuracy after training from scratch under the same protocol."""


@dataclass(frozen=True)
class Agreement:
    """Rank correlation with fitness from training from scratch, over networks that have both."""

    shared: Correlation
    parameters: Correlation
    """Of the plain number of parameters: what shared weights must beat to earn their place."""
    networks: tuple[ScoredNetwork, ...]
    """The fittest first."""


def agreement(artifact: Artifact) -> Agreement | None:
    """Over the networks that were scored with it, at its end or by searches since; None while fewer than three have
    been trained from scratch too."""
    networks = networks_scored_both_ways(artifact)
    if len(networks) < FEWEST_PAIRS:
        return None
    truth = [row.fitness for row in networks]
    return Agreement(
        kendall_interval([row.shared for row in networks], truth, random.Random(0)),
        kendall_interval([float(row.parameters) for row in networks], truth, random.Random(0)),
        networks,
    )


def networks_scored_both_ways(artifact: Artifact) -> tuple[ScoredNetwork, ...]:
    """The fittest first."""
    scored = {
        row["phenotype_key"]: (row["genotype"], row["accuracy"], row["parameters"])
        for row in (artifact.result or {}).get("candidates", ())
        if "phenotype_key" in row
    }
    rows = Individual.objects.filter(evaluation__artifact=artifact, fitness__isnull=False)
    for key, genotype, score, parameters in rows.order_by("pk").values_list(
        F("evaluation__phenotype_key"), "genotype__text", "fitness", "parameters"
    ):
        scored.setdefault(key, (genotype, score, parameters))
    protocol = Protocol.model_validate(artifact.document["protocol"])
    trained = Evaluation.objects.filter(
        protocol_key__in=keys_of(protocol.model_copy(update={"evaluator": FROM_SCRATCH})),
        context_key="",
        state=WorkState.DONE,
        phenotype_key__in=scored,
    )
    found = [
        ScoredNetwork(*scored[key], fitness)
        for key, fitness in trained.values_list("phenotype_key", "fitness")
        if fitness is not None
    ]
    return tuple(sorted(found, key=lambda row: (-row.fitness, row.genotype)))
