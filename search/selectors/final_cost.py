"""Cost of final evaluations before they are asked for: trainings, device time, and what is there already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from search.evolution.estimates.step_cost import work_of
from search.evolution.estimates.training_cost import ENOUGH, arithmetic_seconds, training_host
from search.evolution.experiments.config import Protocol
from search.evolution.finals.presets import final_from_preset
from search.evolution.finals.protocol import final_key
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.reference_cells import baseline_genotype
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.models import Experiment, FinalEvaluation, FinalRun, Individual, WorkState

TIMINGS = 200
"""The latest recorded runs of a protocol that are looked at."""


@dataclass(frozen=True)
class FinalCost:
    """What some final evaluations take together."""

    networks: int
    known: int
    """Networks whose runs are there, under way or given up: asking again costs nothing."""
    trainings: int
    """Runs that are still to be made."""
    seconds: float
    """Of devices."""
    recorded: int
    """Runs under the same protocols that it rests on; 0: arithmetic alone, for one CPU core."""

    @property
    def basis(self) -> str:
        """For people."""
        if self.recorded:
            return f"from {self.recorded:,} recorded runs under the same protocol"
        return "from arithmetic for one CPU core; a GPU is many times faster"


def cost_of_finals(
    individuals: Sequence[Individual], *, preset: str, over: Mapping[str, Any] | None = None
) -> FinalCost:
    """Of individuals, as `ask_for_finals` would ask. Raises ConfigError, KeyError as it does."""
    return final_cost(
        (
            build_phenotype(Genotype.of_row(row.genotype)),
            final_from_preset(preset, Protocol.model_validate(row.evaluation.protocol), over),
        )
        for row in individuals
    )


def cost_of_baseline(
    experiment: Experiment, *, baseline: str, preset: str, over: Mapping[str, Any] | None = None
) -> FinalCost:
    """Of a reference cell, as `ask_for_baseline` would ask. Raises ConfigError, KeyError as it does."""
    config = experiment.configuration
    genotype = baseline_genotype(baseline, config.search_space, config.seed)
    protocol = final_from_preset(preset, Protocol.model_validate(config.protocol.model_dump()), over)
    return final_cost([(build_phenotype(genotype), protocol)])


def final_cost(wanted: Iterable[tuple[Phenotype, Protocol]]) -> FinalCost:
    """Of networks, each under its final protocol."""
    timings: dict[str, list[float]] = {}
    networks = known = trainings = 0
    seconds = 0.0
    for phenotype, protocol in wanted:
        key = final_key(protocol)
        if key not in timings:
            timings[key] = _run_seconds(key)
        runs = _runs_left(phenotype.key, key, protocol.repeats)
        networks += 1
        known += runs == 0
        trainings += runs
        seconds += runs * _seconds(phenotype, protocol, timings[key])
    recorded = sum(len(found) for found in timings.values() if len(found) >= ENOUGH)
    return FinalCost(networks, known, trainings, seconds, recorded)


def _runs_left(phenotype_key: str, protocol_key: str, runs: int) -> int:
    """What asking for so many runs adds; one that failed or was stopped stays so."""
    row = FinalEvaluation.objects.filter(phenotype_key=phenotype_key, protocol_key=protocol_key).first()
    if row is None:
        return runs
    given_up = row.state in (WorkState.FAILED, WorkState.CANCELLED)
    return 0 if given_up else max(0, runs - int(row.runs))


def _seconds(phenotype: Phenotype, protocol: Protocol, known: list[float]) -> float:
    """One run."""
    if len(known) >= ENOUGH:
        return fmean(known)
    work = work_of(phenotype, training_host(protocol.shape_host, protocol))
    return arithmetic_seconds(work, protocol) / protocol.repeats


def _run_seconds(protocol_key: str) -> list[float]:
    found = FinalRun.objects.filter(final__protocol_key=protocol_key).order_by("-pk")
    return list(found.values_list("seconds", flat=True)[:TIMINGS])
