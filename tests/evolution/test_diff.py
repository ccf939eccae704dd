"""The difference of two genotypes: aligned by content, exact edge by edge."""

import random

from hypothesis import given
from hypothesis import strategies as st

from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.genotype import Genotype, parse_genotype, trivial_genotype
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from tests.evolution.genotype_generators import genotypes

LIU = PUBLISHED["liu2018"].genotype


@given(genotypes())
def test_a_genotype_does_not_differ_from_itself(genotype: Genotype) -> None:
    diff = diff_genotypes(genotype, genotype)
    assert diff.distance == 0
    assert all(pair.left == pair.right for pair in diff.pairs)


@given(genotypes(SPACES["hierarchical"]), st.permutations(range(1, 7)))
def test_renamed_motifs_are_found_by_their_content(genotype: Genotype, order: list[int]) -> None:
    new_slot = {old: new for new, old in enumerate(order, start=1)} | {0: 0}
    motifs = tuple(genotype.levels[0][old - 1] for old in order)
    cell = tuple(tuple(new_slot[operation] for operation in row) for row in genotype.cell)
    renamed = Genotype(genotype.space, (motifs, (cell,)))
    if len(set(genotype.levels[0])) == 6:  # equal motifs may be paired either way
        assert diff_genotypes(genotype, renamed).distance == 0


@given(genotypes(), st.randoms(use_true_random=False))
def test_a_mutation_is_at_most_the_edges_that_carry_its_motif(genotype: Genotype, rng: random.Random) -> None:
    mutation = draw_mutation(genotype, rng)
    child = apply_mutation(genotype, mutation)
    diff = diff_genotypes(genotype, child)
    assert diff.distance >= 1 or len(set(genotype.levels[0])) < len(genotype.levels[0])


def test_a_changed_edge_is_named_with_what_was_and_is() -> None:
    diff = diff_genotypes(LIU, LIU.with_edge(2, 5, 2, 1, 3))
    (pair,) = [pair for pair in diff.pairs if pair.changes]
    assert (pair.level, pair.left, pair.right) == (2, 5, 5)
    (change,) = pair.changes
    assert (change.predecessor, change.successor) == (1, 2)
    assert (change.status, change.before, change.after) == ("altered", "identity", "sep3x3")


def test_an_edit_is_told_from_another_motif_altogether() -> None:
    edited = LIU.with_edge(2, 5, 2, 1, 3)
    assert not any(pair.replaced for pair in diff_genotypes(LIU, edited).pairs)
    one, other = parse_genotype("1x4:1.11.111"), parse_genotype("1x4:1.11.110")
    assert not diff_genotypes(one, other).pairs[0].replaced
    for others, replaced in (("1x4:2.22.111", False), ("1x4:2.22.211", True), ("1x4:2.22.222", True)):
        pair = diff_genotypes(one, parse_genotype(others)).pairs[0]
        assert pair.replaced is replaced, others


def test_the_only_edge_of_a_motif_that_changes_is_an_edit() -> None:
    pair = diff_genotypes(parse_genotype("1x3:0.03"), parse_genotype("1x3:0.04")).pairs[0]
    assert len(pair.changes) == 1
    assert not pair.replaced


def test_an_edge_that_carries_a_replaced_motif_has_changed() -> None:
    other = LIU
    for successor, predecessor in ((2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)):
        other = other.with_edge(2, 1, successor, predecessor, 5)
    found = diff_genotypes(LIU, other)
    replaced = [pair for pair in found.pairs if pair.replaced and pair.level == 2]
    assert len(replaced) == 1
    (cell,) = [pair for pair in found.pairs if pair.level == 3]
    carrying = [edge for edge in cell.edges if edge.before == f"M{replaced[0].left}"]
    assert carrying
    assert all(edge.status == "altered" for edge in carrying)


def test_added_and_removed_edges_are_told_apart() -> None:
    sparse, dense = parse_genotype("1x3:3.03"), parse_genotype("1x3:3.43")
    assert [edge.status for edge in diff_genotypes(sparse, dense).pairs[0].changes] == ["added"]
    assert [edge.status for edge in diff_genotypes(dense, sparse).pairs[0].changes] == ["removed"]


def test_genotypes_of_two_spaces_are_compared_with_sinks_lined_up() -> None:
    diff = diff_genotypes(parse_genotype("1x3:3.03"), parse_genotype("1x4:3.00.030"))
    (pair,) = diff.pairs
    assert [(e.predecessor, e.successor, e.status) for e in pair.edges] == [
        (1, 2, "unchanged"),
        (2, 4, "unchanged"),
    ]
    trivial = trivial_genotype(SPACES["flat"])
    assert diff_genotypes(LIU, trivial).distance > 20
