"""From an evaluation's row to the jobs of its repeats: documents are read and the network built once an attempt."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from search.evolution.evaluation import (
    Context,
    Estimate,
    Evaluate,
    EvaluationFailed,
    Job,
    Runtime,
)
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.evaluators import FROM_SCRATCH, evaluator_row
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype

UNREADABLE = "{worker} runs code that cannot read this evaluation, another version than proposed it: {error}"
NO_EVALUATOR = "this worker has no evaluator {kind!r}: {error}"


class Unreadable(Exception):
    """This worker's code does not know what the evaluation asks for: it is older than what proposed it."""


@dataclass(frozen=True)
class Documents:
    """What the database says of one evaluation."""

    protocol: Mapping[str, Any]
    genotype: Mapping[str, Any]
    context_key: str
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """One attempt's evaluation, read and built, with the evaluator that will score it."""

    genotype: Genotype
    phenotype: Phenotype
    protocol: Protocol
    context: Context
    evaluate: Evaluate
    estimate: Estimate | None

    def job(self, *, repeat: int = 0, seed: int = 0) -> Job:
        return Job(
            self.genotype, self.phenotype, self.protocol, repeat, seed, self.context, installed_runtime()
        )


def prepare(documents: Documents, trainer: Evaluate, *, worker: str) -> Prepared:
    """Raises Unreadable, and EvaluationFailed for what builds no network or has no evaluator here."""
    try:
        protocol = Protocol.model_validate(documents.protocol)
        genotype = Genotype.from_json(documents.genotype)
    except ValueError as error:
        raise Unreadable(UNREADABLE.format(worker=worker, error=error)) from None
    try:
        phenotype = build_phenotype(genotype)
    except Infeasible as error:
        raise EvaluationFailed("infeasible", str(error)) from None
    evaluate, estimate = _evaluator(protocol, trainer)
    context = Context(documents.context_key, documents.context)
    return Prepared(genotype, phenotype, protocol, context, evaluate, estimate)


def installed_runtime() -> Runtime:
    """What the settings say: evaluators know no settings."""
    return Runtime(
        device=settings.DEVICE,
        compile=settings.COMPILE,
        cuda_graphs=settings.CUDA_GRAPHS,
        kernels=settings.KERNELS,
    )


def _evaluator(protocol: Protocol, trainer: Evaluate) -> tuple[Evaluate, Estimate | None]:
    if protocol.evaluator == FROM_SCRATCH:
        return trainer, estimate_beside(trainer)
    row = evaluator_row(protocol.evaluator)
    try:
        found = cast(Evaluate, import_string(f"{row.path}.evaluate"))
    except ImportError as error:
        raise EvaluationFailed("error", NO_EVALUATOR.format(kind=row.kind, error=error)) from None
    return found, estimate_beside(found)


def estimate_beside(evaluate: Evaluate) -> Estimate | None:
    """The function `estimate` in the module of an evaluator; None where it needs no room anywhere."""
    module = sys.modules.get(getattr(evaluate, "__module__", ""))
    found: Callable[..., Any] | None = getattr(module, "estimate", None)
    return cast("Estimate | None", found)
