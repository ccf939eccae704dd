"""Duration estimate of a search: from recorded trainings of the same protocol, else computed."""

import os
from dataclasses import dataclass
from math import ceil

from django.conf import settings

from search.evolution.estimates.search_cost import MOST_MUTATIONS, trained_share, typical
from search.evolution.estimates.shared_training_memory import supernet_parameters
from search.evolution.estimates.training_cost import ENOUGH, arithmetic_seconds, training_host
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.experiments.evaluators import InheritWeights
from search.selectors.progress import Recorded, recorded_seconds
from search.selectors.protocols import keys_of
from search.selectors.workers import training_processes
from visualize.style.formats import count, magnitude, rough_duration


@dataclass(frozen=True)
class DurationEstimate:
    """`individuals` networks of `seconds_each`, `at_once` in parallel."""

    individuals: int
    seconds_each: float
    at_once: int
    basis: str
    """What it rests on, for people."""
    trainings_each: int = 1
    """Repeats of the protocol, which `seconds_each` holds."""

    @property
    def seconds(self) -> float:
        return self.individuals * self.seconds_each / self.at_once

    @property
    def device_seconds(self) -> float:
        """Of all devices together."""
        return self.individuals * self.seconds_each

    @property
    def sum(self) -> str:
        each = rough_seconds(self.seconds_each)
        by = f" / {self.at_once} at once" if self.at_once > 1 else ""
        repeats = f" ({count(self.trainings_each)} trainings)" if self.trainings_each > 1 else ""
        return f"{count(self.individuals)} × {each}{repeats}{by}"


CARRYING_SECONDS, OF_EACH_WEIGHT = 0.2, 1e-7
"""Of one CPU core: for any network, and for each weight that a supernet of the space would have (docs/strategies.md
has the measurement)."""
NO_PARENTS = ("random",)
"""Strategies whose networks have no parent."""
TABLE_SECONDS = 0.03
"""To propose a network and look it up: 2,000 take a minute (docs/table.md)."""
LOOKED_UP = "Nothing is trained: each fitness is looked up in a benchmark table."
DECIDED = "Early decisions are counted in: they leave about {share} % of the full training time."


def estimate(
    config: ExperimentConfig, recorded: Recorded, cores: int | None, *, extra_seconds: float = 0.0
) -> DurationEstimate:
    """`cores` of this machine bound what runs at once; None: workers are elsewhere, as many as asked for.
    `extra_seconds` each training of a child takes before its first step, which no recorded seconds count."""
    at_once = config.budget.in_flight if cores is None else max(1, min(config.budget.in_flight, cores))
    protocol, share = config.protocol, trained_share(config)
    less = f" {DECIDED.format(share=round(100 * share))}" if share < 1 else ""
    children = max(0, config.budget.individuals - config.strategy.initial_population)
    extra = extra_seconds * protocol.repeats * children / config.budget.individuals
    if recorded.count >= ENOUGH:
        basis = f"From {count(recorded.count)} evaluations under the same protocol.{less}"
        each = recorded.seconds * share + extra
        return DurationEstimate(config.budget.individuals, each, at_once, basis, protocol.repeats)
    if protocol.evaluator.kind == "table":
        each = TABLE_SECONDS * protocol.repeats
        return DurationEstimate(config.budget.individuals, each, at_once, LOOKED_UP, protocol.repeats)
    mutations = min(config.strategy.initial_mutations, MOST_MUTATIONS)
    work = typical(config.space, training_host(protocol.shape_host, protocol), mutations)
    each = share * arithmetic_seconds(work, _trained(protocol)) + extra
    basis = (
        f"From arithmetic: random networks of this space need {magnitude(work.multiply_adds)} multiply-adds for an "
        "image; one CPU core was taken, a GPU is many times faster. It gets exact after the first few trainings."
        + less
    )
    return DurationEstimate(config.budget.individuals, each, at_once, basis, protocol.repeats)


def _trained(protocol: Protocol) -> Protocol:
    """What is computed for one network: with shared weights only its scores, a step's forward third."""
    if protocol.evaluator.kind != "shared_weights":
        return protocol
    return protocol.model_copy(update={"steps": ceil(protocol.validation_images / protocol.batch_size / 3)})


def estimate_here(config: ExperimentConfig) -> DurationEstimate:
    """By what this installation has recorded, and how many train here."""
    cores = (training_processes() or os.cpu_count()) if settings.EMBEDDED else None
    recorded = recorded_seconds(keys_of(config.protocol))
    return estimate(config, recorded, cores, extra_seconds=carrying_seconds(config))


def carrying_seconds(config: ExperimentConfig) -> float:
    """Processor seconds that one child takes to get its parent's weights; 0 where none are inherited."""
    if not isinstance(config.protocol.evaluator, InheritWeights) or config.strategy.kind in NO_PARENTS:
        return 0.0
    weights = supernet_parameters(config.space, config.protocol.shape_host)
    return CARRYING_SECONDS + OF_EACH_WEIGHT * weights


def rough_seconds(seconds: float) -> str:
    """One training: 4 s, 0.3 s, 2 min 10 s."""
    return (
        f"{seconds:.1g} s"
        if seconds < 1
        else rough_duration(seconds)
        if seconds >= 10
        else f"{seconds:.0f} s"
    )
