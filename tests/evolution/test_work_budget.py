"""A request's budget ends what its documents make long, and nothing outside a request."""

import pytest

from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import Phenotype, TooWide, build_phenotype
from search.evolution.networks.refinement import MOST_WORK
from search.evolution.work_budget import MOST_KEPT, OverBudget, WorkBudget, budgeted

ALIKE = (
    "1x12+1x7:3.30.300.3000.30000.033000.0330000.00030300.000330000.0000330000.00000033333:"
    "1.11.111.1111.11111.111111"
)
"""A network whose canonical form takes long."""
DOUBLING = "1x32:" + ".".join("6" * nodes for nodes in range(1, 32))
"""31 nodes that each join all before them by identities: the last holds its input 2**30 times."""


def test_a_spent_budget_ends_a_canonical_form_and_is_no_word_against_the_network() -> None:
    genotype = parse_genotype(ALIKE)
    with budgeted(WorkBudget(0.0)), pytest.raises(OverBudget, match="more than the 0 s of computing"):
        build_phenotype(
            genotype, MOST_WORK + 1
        )  # of a limit that nobody else asks for: nothing is remembered
    assert build_phenotype(genotype, MOST_WORK + 1).operations


def test_who_looks_on_may_end_it_too() -> None:
    def gone(_: float) -> None:
        raise OverBudget("The client has gone.")

    with budgeted(WorkBudget(60.0, gone)), pytest.raises(OverBudget, match="has gone"):
        build_phenotype(parse_genotype(ALIKE), MOST_WORK + 2)


def test_a_diff_of_many_motifs_has_a_budget() -> None:
    first, second = (
        parse_genotype(f"40x6+1x3:{'-'.join([row] * 40)}:1.11")
        for row in ("2.22.222.2222.22222", "3.33.333.3333.33333")
    )
    with budgeted(WorkBudget(0.0)), pytest.raises(OverBudget):
        diff_genotypes(first, second)


def test_what_is_read_a_billion_times_builds_no_network() -> None:
    with pytest.raises(TooWide, match="joins 1,073,741,824 times the cell's width; at most 65,536"):
        build_phenotype(parse_genotype(DOUBLING))


def test_unfolded_reads_are_counted() -> None:
    wide = Phenotype((), ((0, 2**16),))
    assert len(wide.output) == 2**16
    with budgeted(WorkBudget(60.0)), pytest.raises(OverBudget, match=f"more than {MOST_KEPT:,} numbers"):
        _ = [wide.output for _ in range(MOST_KEPT // 2**16 + 1)]
