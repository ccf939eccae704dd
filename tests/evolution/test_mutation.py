"""Mutation and initialisation: exactly the paper's, with its measured rates (tolerances are 4 standard errors)."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.genotypes.genotype import Genotype, GenotypeError, edges, trivial_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation, random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.phenotype import build_phenotype
from tests.evolution.genotype_generators import genotypes

HIERARCHICAL = SPACES["hierarchical"]


def genes(genotype: Genotype) -> list[int]:
    return [op for motifs in genotype.levels for motif in motifs for _, _, op in edges(motif)]


@given(genotypes(), st.randoms(use_true_random=False))
def test_a_mutant_is_a_valid_genotype_exactly_one_gene_away(genotype: Genotype, rng: random.Random) -> None:
    mutation = draw_mutation(genotype, rng)
    child = apply_mutation(genotype, mutation)
    differing = [pair for pair in zip(genes(genotype), genes(child), strict=True) if pair[0] != pair[1]]
    assert differing == [(mutation.old, mutation.new)]
    assert mutation.kind in ("add", "alter", "remove")
    assert Mutation.from_json(mutation.to_json()) == mutation


def test_a_mutation_of_another_genotype_is_refused() -> None:
    trivial = trivial_genotype(HIERARCHICAL)
    with pytest.raises(GenotypeError, match="carries operation 6, not 2"):
        apply_mutation(trivial, Mutation(2, 1, 2, 1, old=2, new=3))


def test_a_mutation_says_what_it_did() -> None:
    assert Mutation(2, 2, 3, 1, 4, 3).describe(HIERARCHICAL) == "M2: 1→3 max3x3 → sep3x3"
    assert Mutation(3, 1, 3, 1, 0, 5).describe(HIERARCHICAL) == "L3: 1→3 none → M5"
    assert [Mutation(2, 1, 2, 1, *ops).kind for ops in [(0, 1), (1, 2), (1, 0), (1, 1)]] == [
        "add",
        "alter",
        "remove",
        "same",
    ]


def test_the_papers_draw_gives_the_measured_cases() -> None:
    rng = random.Random(5)
    start = [random_genotype(HIERARCHICAL, rng) for _ in range(100)]
    draws = 20_000
    kinds: Counter[str] = Counter(
        draw_mutation(rng.choice(start), rng, allow_same=True).kind for _ in range(draws)
    )
    for kind, share in {"alter": 0.614, "add": 0.126, "remove": 0.119, "same": 0.142}.items():
        assert kinds[kind] / draws == pytest.approx(share, abs=0.015)


def test_a_third_of_the_papers_draws_leave_the_network_as_it_is() -> None:
    rng = random.Random(6)
    silent = disconnected = 0
    parents = [random_genotype(HIERARCHICAL, rng, mutations=400) for _ in range(100)]
    feasible = [genotype for genotype in parents if analyse(genotype).feasible]
    each = 6
    for genotype in feasible:
        key = build_phenotype(genotype).key
        for _ in range(each):
            child = apply_mutation(genotype, draw_mutation(genotype, rng, allow_same=True))
            if not analyse(child).feasible:
                disconnected += 1
            elif build_phenotype(child).key == key:
                silent += 1
    draws = each * len(feasible)
    assert silent / draws == pytest.approx(0.34, abs=0.08)
    assert disconnected / draws == pytest.approx(0.0036, abs=0.01)


def test_early_edges_mutate_more_often_because_the_successor_is_drawn_first() -> None:
    rng = random.Random(7)
    trivial = trivial_genotype(HIERARCHICAL)
    draws = 30_000
    places = Counter(
        (m.level, m.motif, m.successor, m.predecessor)
        for m in (draw_mutation(trivial, rng) for _ in range(draws))
    )
    assert places[2, 4, 2, 1] / draws == pytest.approx(0.028, abs=0.004)
    assert places[2, 4, 4, 3] / draws == pytest.approx(0.0093, abs=0.0025)
    assert places[3, 1, 2, 1] / draws == pytest.approx(0.125, abs=0.008)
    assert places[3, 1, 5, 2] / draws == pytest.approx(0.031, abs=0.004)


def test_after_a_thousand_mutations_operations_are_uniform() -> None:
    rng = random.Random(8)
    genotypes_ = [random_genotype(HIERARCHICAL, rng) for _ in range(500)]
    counts = Counter(gene for genotype in genotypes_ for gene in genes(genotype))
    total = sum(counts.values())
    assert all(counts[op] / total == pytest.approx(1 / 7, abs=0.009) for op in range(7))
    infeasible = sum(not analyse(genotype).feasible for genotype in genotypes_)
    dead = sum(len([m for m in analyse(genotype).dead_motifs if m[0] == 2]) for genotype in genotypes_)
    assert infeasible <= 6
    assert dead / (6 * 500) == pytest.approx(0.0076, abs=0.007)


def test_no_mutation_leaves_the_trivial_genotype() -> None:
    assert random_genotype(HIERARCHICAL, random.Random(0), mutations=0) == trivial_genotype(HIERARCHICAL)


def test_initialisation_draws_exactly_what_single_mutations_draw() -> None:
    one, other = random.Random(3), random.Random(3)
    genotype = trivial_genotype(HIERARCHICAL)
    for _ in range(50):
        genotype = apply_mutation(genotype, draw_mutation(genotype, one, allow_same=True))
    assert genotype == random_genotype(HIERARCHICAL, other, mutations=50)
