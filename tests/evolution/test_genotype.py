"""Genotypes: validation, canonical text and JSON."""

import json

import pytest
from hypothesis import given

from search.evolution.genotypes.genotype import Genotype, GenotypeError, parse_genotype, trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from tests.evolution.genotype_generators import genotypes

LIU = PUBLISHED["liu2018"].genotype
CHAIN = [[6], [0, 6], [0, 0, 6]]


@given(genotypes())
def test_text_and_json_read_back_to_the_same_genotype(genotype: Genotype) -> None:
    assert parse_genotype(genotype.text) == genotype
    assert parse_genotype(json.dumps(genotype.to_json())) == genotype
    assert Genotype.from_json(genotype.to_json()).key == genotype.key
    assert "\n" not in genotype.text
    assert " " not in genotype.text


def test_the_published_cell_has_the_text_people_paste() -> None:
    assert LIU.text == ("hierarchical:4.12.314-4.22.133-3.23.365-5.33.645-6.36.363-2.44.365:5.33.313.4555")


def test_the_trivial_genotype_is_identity_chains_under_a_chain_of_the_first_motif() -> None:
    trivial = trivial_genotype(SPACES["hierarchical"])
    assert trivial.text == "hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.01.001.0001"


def test_a_custom_space_stands_in_the_text_with_its_limit_and_primitives() -> None:
    space = SearchSpace(
        levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=3)),
        primitives=("sep3x3", "identity"),
        max_parameters=1000,
    )
    genotype = trivial_genotype(space)
    assert genotype.text == "2x3+1x3~sep3x3+identity~max1000:2.02-2.02:1.01"
    assert parse_genotype(genotype.text) == genotype


@pytest.mark.parametrize(
    "document,message",
    [
        ("", "the text is empty"),
        ("nonsense", "neither JSON nor a genotype's text"),
        ("{", "not readable as JSON"),
        ("[1]", "a genotype is an object"),
        ('{"levels": []}', "space is missing"),
        ('{"space": "flat"}', "levels is missing"),
        ('{"space": "flat", "levels": [], "extra": 1}', "unknown fields extra"),
        ('{"space": "round", "levels": []}', "unknown search space 'round'; presets are hierarchical, flat"),
        ('{"space": {"levels": [{"motifs": 2, "nodes": 3}]}, "levels": []}', "the top level is the cell"),
        ('{"space": {"levels": [{"motifs": 1, "nodes": 99}]}, "levels": []}', "space.levels.0.nodes"),
        ('{"space": 7, "levels": []}', "space:"),
        ('{"space": "flat", "levels": []}', "levels: has 0 lists of motifs; this space has 1"),
        ('{"space": "flat", "levels": 5}', "levels: must be a list"),
        ('{"space": "flat", "levels": [[[[1], 5]]]}', "levels[0][0]: a motif is a list of rows"),
        ("hierarchical:6.06.006:1.01.001.0001", "level 2 has 6 motifs, got 1"),
        ("hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.01.001", "needs 4 rows, for nodes 2 to 5, got 3"),
        (
            "hierarchical:" + "-".join(["6.06.007"] * 6) + ":1.01.001.0001",
            "edge 3 → 4 has operation 7; use 0",
        ),
        (
            "hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.01.001.0009",
            "edge 4 → 5 has operation 9; use 0",
        ),
        ("hierarchical:" + "-".join(["66.6.006"] * 6) + ":1.01.001.0001", "would close a cycle"),
        ("6y4:6", "'6y4' is not MOTIFSxNODES"),
        ("hierarchical:6.0!", "'!' in '6.0!' is no operation id"),
    ],
)
def test_a_malformed_genotype_is_refused_with_place_value_and_remedy(document: str, message: str) -> None:
    with pytest.raises(GenotypeError) as caught:
        parse_genotype(document)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [True, 1.5, "1", None, -1, [1]])
def test_only_whole_numbers_in_range_are_operations(value: object) -> None:
    document = {
        "space": "hierarchical",
        "levels": [[CHAIN] * 6, [[[value], [0, 1], [0, 0, 1], [0, 0, 0, 1]]]],
    }
    with pytest.raises(GenotypeError, match=r"levels\[1\]\[0\]\[0\]\[0\]|a motif is a list"):
        Genotype.from_json(document)


def test_a_document_of_unbounded_size_is_refused_unread() -> None:
    with pytest.raises(GenotypeError, match="at most 100000 are read"):
        parse_genotype("[" * 200_000)
    with pytest.raises(GenotypeError, match="not readable as JSON"):
        parse_genotype("[" * 90_000)


def test_changing_an_edge_makes_a_copy_one_gene_away() -> None:
    changed = LIU.with_edge(2, 5, 2, 1, 3)
    assert changed.edge(2, 5, 2, 1) == 3
    assert LIU.edge(2, 5, 2, 1) == 6
    assert changed.with_edge(2, 5, 2, 1, 6) == LIU
    with pytest.raises(GenotypeError, match="edge 3 → 2 does not exist"):
        LIU.with_edge(2, 5, 2, 3, 1)
