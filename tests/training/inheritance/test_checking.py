"""The comparison of edits: all kinds are met, exact ones are exact, and it sees what is not."""

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.preserving_edits import LARGER_MOTIF, preserving_edits
from search.evolution.genotypes.space import search_space
from search.training.inheritance.checking import (
    EXACT,
    INEXACT,
    EditComparison,
    compare_edits,
    difference,
    parent_network,
)

SPACE = search_space({"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 1, "nodes": 4}]})


def test_every_kind_that_claims_exactness_is_exact_and_every_other_differs() -> None:
    reported: list[EditComparison] = []
    rows = compare_edits(SPACE, 2, 0, reported.append)
    assert reported == rows
    for kind in EXACT:
        found = [row.difference for row in rows if row.kind == kind]
        assert len(found) == 2, kind
        assert max(found) < 1e-5, kind
    for kind in INEXACT:
        assert max(row.difference for row in rows if row.kind == kind) > 1e-3, kind
    assert {row.kind for row in rows if row.exact} == set(EXACT)


def test_a_convolution_in_place_of_an_identity_is_exact_where_it_reads_the_cells_width_and_only_there() -> (
    None
):
    parent = parse_genotype(
        "1x4+1x2:1.16.006:1"
    )  # node 3 joins a 1x1 convolution and an identity: two widths
    weights = parent_network(parent, 3)
    edits = {edit.mutation.describe(parent.space): edit for edit in preserving_edits(parent)}
    for operation, name in ((1, "conv1x1"), (3, "sep3x3")):
        exact = edits[f"M1: 2→3 identity → {name}"].applied(parent)
        assert difference(parent, weights, exact, 3) < 1e-5
        assert f"M1: 3→4 identity → {name}" not in edits
        assert difference(parent, weights, parent.with_edge(2, 1, 4, 3, operation), 3) > 1e-3


def test_a_motif_gives_way_to_one_that_holds_it_at_every_level() -> None:
    parent = parse_genotype("2x3+2x3+1x3:1.01-1.31:1.01-1.11:1.01")
    weights = parent_network(parent, 4)
    larger = [edit for edit in preserving_edits(parent) if edit.kind == LARGER_MOTIF]
    assert {edit.mutation.level for edit in larger} == {3, 4}
    for edit in larger:
        assert difference(parent, weights, edit.applied(parent), 4) < 1e-5
    smaller = parse_genotype("2x3+2x3+1x3:1.01-1.31:2.01-1.11:1.01")
    other = smaller.with_edge(3, 1, 2, 1, 1)
    assert difference(smaller, parent_network(smaller, 4), other, 4) > 1e-3
