"""Edits of the fittest network that nobody has tried, by what such edits did elsewhere in the search."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.samples import Estimate, mean_of
from search.evolution.strategies.feasibility import is_acceptable
from search.models import Experiment
from search.selectors.mutation_effects import EffectOf, mutation_effects
from search.selectors.networks import phenotypes_known_to
from search.selectors.population_cache import cached_for_population
from visualize.drawings.names import mutation_text
from visualize.templatetags.drawings import engine_genotype

SHOWN = 2
LOOKED_AT = 40
"""Edits whose networks are built until enough are new: each takes a millisecond or some."""
BATCH = 10


@dataclass(frozen=True)
class UntriedEdit:
    """One edge of the fittest network changed into a network that the search does not know."""

    text: str
    estimate: Estimate
    """Mean change of fitness by edits of this sort."""
    pairs: int
    address: str
    """Of the editor with the edit made."""


def untried_edits(experiment: Experiment) -> list[UntriedEdit]:
    """The best by the lower end of the interval; empty without a network or edits of a kind that was tried twice."""
    best = experiment.best
    if best is None:
        return []
    return cached_for_population(f"untried-{best.step}", experiment, lambda: _untried(experiment))


def _untried(experiment: Experiment) -> list[UntriedEdit]:
    best, config = experiment.best, experiment.configuration
    assert best is not None  # the caller looked
    leader = engine_genotype(best.genotype)
    effects = cached_for_population("mutations", experiment, lambda: mutation_effects(experiment))
    ranked = _ranked(leader, effects)[:LOOKED_AT]
    address = reverse("individual_edit", args=[experiment.pk, best.step])
    found: list[UntriedEdit] = []
    seen = {best.genotype.phenotype_key}
    for start in range(0, len(ranked), BATCH):
        built = list(_built(leader, ranked[start : start + BATCH], config))
        known = phenotypes_known_to(experiment, [key for _, _, _, _, key in built])
        for mutation, genotype, estimate, pairs, key in built:
            if key not in known | seen:
                seen.add(key)
                query = urlencode(
                    {"genotype": genotype.text, "motif": f"L{mutation.level}-M{mutation.motif}"}
                )
                text = mutation_text(leader.space, mutation)
                found.append(UntriedEdit(text, estimate, pairs, f"{address}?{query}"))
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _ranked(leader: Genotype, effects: list[EffectOf]) -> list[tuple[Mutation, Estimate, int]]:
    """Every edit of a motif that the network uses, of a sort that has an interval, the surest gain first."""
    by_sort = {}
    for row in effects:
        estimate = mean_of(row.effect.heard)
        if estimate is not None and estimate.margin is not None and row.old != row.new:
            by_sort[row.level, row.old, row.new] = (estimate, row.effect.heard.count)
    uses = analyse(leader).uses
    found = []
    for (level, slot), times in uses.items():
        for successor, predecessor, old in edges(leader.motif(level, slot)) if times else ():
            for new in range(len(leader.space.operations(level)) + 1):
                if (level, old, new) in by_sort:
                    mutation = Mutation(level, slot, successor, predecessor, old, new)
                    found.append((mutation, *by_sort[level, old, new]))
    return sorted(found, key=lambda row: (-row[1].low, -row[1].value))


def _built(
    leader: Genotype, ranked: list[tuple[Mutation, Estimate, int]], config: ExperimentConfig
) -> Iterator[tuple[Mutation, Genotype, Estimate, int, str]]:
    for mutation, estimate, pairs in ranked:
        genotype = apply_mutation(leader, mutation)
        try:
            if is_acceptable(genotype, config):
                yield mutation, genotype, estimate, pairs, build_phenotype(genotype).key
        except Infeasible:
            continue
