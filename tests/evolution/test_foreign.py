"""Cells of DARTS, NASLib and NAS-Bench-201 are said in a flat space, or refused with what cannot be said."""

import json

import pytest

from search.evolution.genotypes.foreign import import_cell, import_genotype
from search.evolution.genotypes.genotype import GenotypeError
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES, search_space
from search.evolution.networks.phenotype import build_phenotype

DARTS = """Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2),
    ('max_pool_3x3', 1), ('avg_pool_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 3)], normal_concat=range(2, 6),
    reduce=[('dil_conv_5x5', 0), ('dil_conv_3x3', 1)], reduce_concat=[2, 3, 4, 5])"""
SEVEN = search_space({"levels": [{"motifs": 1, "nodes": 7}]})
SAID = "1x7:6.33.306.5400.60030.006666"
"""Node 2 is the other input; the last row is what is concatenated."""


def test_a_darts_cell_becomes_a_graph_with_both_inputs_and_its_four_nodes() -> None:
    found = import_cell(DARTS, SEVEN)
    assert found.genotype.text == SAID
    assert any("reads the two cells before it" in note for note in found.notes)
    assert any("twice in a row" in note for note in found.notes)


def test_without_a_space_it_is_said_in_the_papers_flat_one_and_builds_the_same_network() -> None:
    wide = import_genotype(DARTS)
    assert wide.space == SPACES["flat"]
    assert build_phenotype(wide).key == build_phenotype(import_genotype(DARTS, SEVEN)).key


def test_naslibs_forms_of_one_cell_are_one_genotype() -> None:
    pairs = [(0, 3), (1, 3), (0, 3), (2, 2), (1, 0), (0, 1), (0, 2), (3, 3)]
    rows = ["sep_conv_3x3 0", "sep_conv_3x3 1", "sep_conv_3x3 0", "skip_connect 2"]
    rows += ["max_pool_3x3 1", "avg_pool_3x3 0", "skip_connect 0", "sep_conv_3x3 3"]
    normal = [[row.split()[0], int(row.split()[1])] for row in rows]
    document = json.dumps({"normal": normal, "normal_concat": [2, 3, 4, 5]})
    assert {import_genotype(text) for text in (DARTS, document, repr((tuple(pairs), tuple(pairs))))} == {
        import_genotype("x = " + DARTS)
    }


def test_a_string_of_nas_bench_201_and_its_six_numbers_are_one_genotype() -> None:
    text = "|nor_conv_1x1~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|avg_pool_3x3~2|"
    four = search_space({"levels": [{"motifs": 1, "nodes": 4}]})
    assert import_genotype(text, four).text == "1x4:1.65.015"
    assert import_genotype("(3, 0, 1, 4, 3, 4)", four) == import_genotype(text, four)


@pytest.mark.parametrize(
    "text, why",
    [
        (DARTS.replace("max_pool_3x3", "sep_conv_5x5"), "sep_conv_5x5 cannot be said in this space"),
        ("|nor_conv_3x3~0|+|none~0|skip_connect~1|", "nor_conv_3x3 cannot be said in this space"),
        (DARTS.replace("('skip_connect', 2)", "('skip_connect', 0)"), "an edge of this space carries one"),
        (
            DARTS.replace("('skip_connect', 2)", "('skip_connect', 9)"),
            "9 is no earlier node; node 3 may read 0",
        ),
        ("Genotype(normal=[('skip_connect', 0)])", "needs two pairs for each node, got 1 pairs"),
        ("Genotype(normal=7)", "needs two pairs for each node, got 0 pairs"),
        ("Genotype(normal=[1, 2])", "is no pair such as"),
        ("Genotype([('skip_connect', 0)])", "a DARTS cell is written Genotype(normal=["),
        ("Genotype(normal=open('x'))", "a DARTS cell is written"),
        ("Genotype(" + "(" * 5000, "a DARTS cell is written"),
        (DARTS.replace("range(2, 6)", "[9]"), "normal_concat: [9] is no list of nodes 0 to 5"),
        ("|skip_connect~1|", "is no operation~node"),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(GenotypeError) as fault:
        import_genotype(text)
    assert why in str(fault.value)


def test_a_space_of_motifs_or_too_few_nodes_says_what_would_do() -> None:
    with pytest.raises(GenotypeError, match=r"one graph of 7 nodes.*“hierarchical” has 2 levels.*with 11"):
        import_genotype(DARTS, SPACES["hierarchical"])
    with pytest.raises(GenotypeError, match="this space has 3: take a flat space of 7 nodes"):
        import_genotype(DARTS, search_space({"levels": [{"motifs": 1, "nodes": 3}]}))


def test_a_genotypes_own_text_and_json_are_read_as_ever() -> None:
    cell = PUBLISHED["liu2018"].genotype
    assert import_cell(cell.text).notes == ()
    assert import_genotype(cell.text) == import_genotype(json.dumps(cell.to_json())) == cell
    with pytest.raises(GenotypeError, match="neither JSON nor a genotype"):
        import_genotype("abc")
