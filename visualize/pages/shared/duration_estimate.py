"""Duration estimate of a search: from recorded trainings of the same protocol, else computed."""

from dataclasses import dataclass

from search.evolution.estimates.search_cost import MOST_MUTATIONS, trained_share, typical
from search.evolution.estimates.training_cost import ENOUGH, arithmetic_seconds, training_host
from search.evolution.experiments.config import ExperimentConfig
from search.selectors.progress import Recorded
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
    mutations = min(config.strategy.initial_mutations, MOST_MUTATIONS)
    work = typical(config.space, training_host(protocol.shape_host, protocol), mutations)
    each = share * arithmetic_seconds(work, protocol) + extra
    basis = (
        f"From arithmetic: random networks of this space need {magnitude(work.multiply_adds)} multiply-adds for an "
        "image; one CPU core was taken, a GPU is many times faster. It gets exact after the first few trainings."
        + less
    )
    return DurationEstimate(config.budget.individuals, each, at_once, basis, protocol.repeats)


def rough_seconds(seconds: float) -> str:
    """One training: 4 s, 0.3 s, 2 min 10 s."""
    return (
        f"{seconds:.1g} s"
        if seconds < 1
        else rough_duration(seconds)
        if seconds >= 10
        else f"{seconds:.0f} s"
    )
