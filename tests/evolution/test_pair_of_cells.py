"""A normal and a reduction cell: what such a genotype is, builds and costs."""

import random

import pytest

from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.experiments.seeds import seed_genotype
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.foreign import import_genotype
from search.evolution.genotypes.genotype import Genotype, GenotypeError, parse_genotype, trivial_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import Mutation, draw_mutation, random_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.slot_diff import as_pair
from search.evolution.genotypes.space import SPACES, SearchSpace, search_space
from search.evolution.networks.cost import edge_costs, network_cost
from search.evolution.networks.host import Host, host_layers
from search.evolution.networks.layer_tree import LayerTree
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype
from search.evolution.networks.program import cell_program
from search.tables.enumeration import every_network

PAIR = search_space(
    {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 2, "nodes": 3}], "reduction_cell": True}
)
SEPARABLE = ((3,), (0, 6))
"""A separable convolution, then nothing."""
POOL = ((4,), (0, 6))
FIRST, SECOND, NOTHING = ((1,), (0, 1)), ((2,), (0, 2)), ((0,), (0, 0))
"""Cells: motif 1 twice, motif 2 twice, no way through."""
WORKED = Genotype(PAIR, ((SEPARABLE, POOL), (FIRST, SECOND)))
HOST = Host(channels=4, image_size=8, image_channels=1, classes=10)


def test_a_space_says_whether_it_has_a_pair_and_old_documents_are_as_they_were() -> None:
    assert PAIR.cell_slots == (1, 2)
    assert PAIR.model_dump(mode="json")["reduction_cell"] is True
    plain = search_space({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})
    assert "reduction_cell" not in plain.model_dump() | plain.to_json()  # type: ignore[operator]
    assert [PAIR.motif_name(3, 1), PAIR.motif_name(3, 2), PAIR.motif_name(2, 2)] == [
        "normal cell", "reduction cell", "M2",
    ]  # fmt: skip
    assert SPACES["hierarchical"].motif_name(3, 1) == "cell"


@pytest.mark.parametrize("motifs, flag", [(1, True), (3, True), (2, False)])
def test_the_top_level_must_have_as_many_motifs_as_the_flag_says(motifs: int, flag: bool) -> None:
    with pytest.raises(ValueError, match=f"reduction_cell.* not {motifs}|not {motifs}.*reduction_cell"):
        search_space({"levels": [{"motifs": motifs, "nodes": 3}], "reduction_cell": flag})


def test_the_bound_on_operations_holds_for_both_cells_together() -> None:
    assert PAIR.expanded_edges == 2 * 3 * (3 + 1)
    levels = [{"motifs": 1, "nodes": 12}, {"motifs": 1, "nodes": 6}]
    assert search_space({"levels": levels}).expanded_edges == 1005
    with pytest.raises(ValueError, match="may have 2010 operations; at most 1500"):
        search_space({"levels": [levels[0], {"motifs": 2, "nodes": 6}], "reduction_cell": True})


def test_text_and_json_read_back_as_the_same_genotype() -> None:
    assert WORKED.text == "2x3+2x3~pair:3.06-4.06:1.01-2.02"
    assert parse_genotype(WORKED.text) == WORKED == Genotype.from_json(WORKED.to_json())
    with pytest.raises(GenotypeError, match="level 3 has 2 motifs, got 1"):
        parse_genotype("2x3+2x3~pair:3.06-4.06:1.01")


def test_both_cells_must_be_reached_and_the_reason_names_which_is_not() -> None:
    for genotype, name in (
        (Genotype(PAIR, ((SEPARABLE, POOL), (FIRST, NOTHING))), "reduction cell"),
        (Genotype(PAIR, ((SEPARABLE, POOL), (NOTHING, SECOND))), "normal cell"),
    ):
        found = analyse(genotype)
        assert not found.feasible
        assert name in found.reason
        with pytest.raises(Infeasible, match=name):
            build_phenotype(genotype)


def test_a_motif_that_only_the_reduction_cell_uses_is_used() -> None:
    found = analyse(WORKED)
    assert found.uses == {(2, 1): 2, (2, 2): 2, (3, 1): 1, (3, 2): 1}
    assert not found.dead_edges


def test_the_reduction_cell_stands_before_each_reduction_of_the_host() -> None:
    def cells(host: Host) -> str:
        return "".join("NR"[layer.reduces] for layer in host_layers(host) if layer.kind == "cell")

    assert cells(Host()) == "RRN"
    assert cells(Host(kind="large", cells=3)) == "NNRNNRNNN"
    assert cells(Host(kind="imagenet")) == "RNRNRNN"
    for final in ("s1_c", "s2_2c"):
        assert cells(Host(final_separable=final)) == "RRN"


def test_parameters_of_a_hand_worked_pair() -> None:
    """Widths 4, 8, 16; the reduction cell stands at 4 and 8, the normal one at 16.

    Normal cell at C: twice a separable convolution (9 C + C C + 2 C) and a projection (C C + 2 C).
    Reduction cell at C: twice a pool (0) and a projection (C C + 2 C).
    """

    def projection(c: int) -> int:
        return c * c + 2 * c

    reductions = [2 * projection(c) for c in (4, 8)]
    normal = 2 * (9 * 16 + 16 * 16 + 2 * 16 + projection(16))
    stem, head = 9 * 1 * 4 + 2 * 4, 16 * 10 + 10
    between = [9 * c + c * 2 * c + 2 * 2 * c for c in (4, 8)]
    assert (reductions, normal, stem, between, head) == ([48, 160], 1440, 44, [84, 232], 170)
    assert network_cost(build_phenotype(WORKED), HOST).parameters == 48 + 160 + 1440 + 44 + 84 + 232 + 170
    shares = edge_costs(WORKED, HOST)
    assert shares[3, 1, 2, 1].parameters == 720
    assert shares[3, 2, 3, 2].parameters == 24 + 80
    assert shares[2, 1, 2, 1].parameters == 2 * (9 * 16 + 16 * 16 + 2 * 16)


def test_swapped_cells_are_another_network_and_equal_cells_one_without_a_pair() -> None:
    swapped = Genotype(PAIR, ((SEPARABLE, POOL), (SECOND, FIRST)))
    assert build_phenotype(swapped).key != build_phenotype(WORKED).key
    renamed = Genotype(PAIR, ((POOL, SEPARABLE), (SECOND, FIRST)))
    assert build_phenotype(renamed).key == build_phenotype(WORKED).key
    plain = search_space({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})
    same = Genotype(PAIR, ((SEPARABLE, POOL), (FIRST, FIRST)))
    assert build_phenotype(same) == build_phenotype(Genotype(plain, ((SEPARABLE, POOL), (FIRST,))))


def test_a_phenotype_reads_back_and_refuses_what_only_one_cell_has() -> None:
    phenotype = build_phenotype(WORKED)
    assert Phenotype.from_json(phenotype.to_json()) == phenotype
    assert [cell.reduction for cell in phenotype.cells] == [None, None]
    assert (phenotype.depth, len(phenotype.all_operations)) == (4, 8)
    for ask in (lambda: phenotype.widths(1), lambda: cell_program(phenotype)):
        with pytest.raises(ValueError, match=r"ask one of \.cells"):
            ask()


def test_the_layer_tree_names_both_cells_and_adds_up() -> None:
    tree = LayerTree(WORKED, HOST)
    assert [layer.name for layer in tree.layers() if layer.kind == "cell"] == [
        "reduction cell", "reduction cell", "normal cell",
    ]  # fmt: skip
    whole = sum(layer.cost.parameters for layer in tree.layers())
    assert whole == network_cost(build_phenotype(WORKED), HOST).parameters
    inside = tree.inside(next(layer for layer in tree.layers() if layer.kind == "cell"))
    assert {part.layer.name for part in inside.parts} == {"M2"}


def test_mutations_reach_both_cells_and_say_which() -> None:
    rng = random.Random(1)
    drawn = [draw_mutation(WORKED, rng) for _ in range(300)]
    assert {(row.level, row.motif) for row in drawn} == {(2, 1), (2, 2), (3, 1), (3, 2)}
    assert Mutation(3, 1, 2, 1, 1, 2).describe(PAIR) == "L3: 1→2 M1 → M2"
    assert Mutation(3, 2, 2, 1, 1, 2).describe(PAIR) == "L3-M2: 1→2 M1 → M2"
    flat = search_space({"levels": [{"motifs": 2, "nodes": 3}], "reduction_cell": True})
    assert Mutation(2, 2, 2, 1, 1, 3).describe(flat) == "L2-M2: 1→2 conv1x1 → sep3x3"


def test_the_trivial_genotype_has_two_chains_and_random_ones_differ() -> None:
    assert trivial_genotype(PAIR).levels[-1] == (((1,), (0, 1)),) * 2
    normal, reduction = random_genotype(PAIR, random.Random(3)).levels[-1]
    assert normal != reduction


def test_a_difference_compares_normal_with_normal_and_reduction_with_reduction() -> None:
    swapped = Genotype(PAIR, ((SEPARABLE, POOL), (SECOND, FIRST)))
    found = {(pair.left, pair.right): len(pair.changes) for pair in diff_genotypes(WORKED, swapped).pairs
             if pair.level == 3}  # fmt: skip
    assert found == {(1, 1): 2, (2, 2): 2}
    plain = SearchSpace(levels=(PAIR.levels[0], PAIR.levels[1].model_copy(update={"motifs": 1})))
    against = diff_genotypes(Genotype(plain, ((SEPARABLE, POOL), (FIRST,))), WORKED).pairs
    assert [(pair.left, pair.right) for pair in against if pair.level == 3] == [(1, 1), (None, 2)]


def test_a_benchmark_table_refuses_a_pair_and_every_other_evaluator_takes_one() -> None:
    def config(**evaluator: str) -> ExperimentConfig:
        return experiment_config({"space": PAIR.to_json(), "protocol": {"evaluator": evaluator}})

    with pytest.raises(ConfigError, match=r"'table' knows networks of one cell.*use evaluator 'train'"):
        config(kind="table", table="digits")
    assert config(kind="inherit").space == config(kind="train").space == PAIR
    assert shared_training({"space": PAIR.to_json()}).space == PAIR


def test_tables_and_cells_of_other_projects_refuse_a_pair() -> None:
    with pytest.raises(ValueError, match="reduction_cell false"):
        every_network(PAIR)
    flat = search_space({"levels": [{"motifs": 2, "nodes": 7}], "reduction_cell": True})
    cell = "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|none~1|skip_connect~2|"
    with pytest.raises(GenotypeError, match="normal and a reduction cell"):
        import_genotype(cell, flat)


def test_a_search_over_pairs_may_begin_with_a_genotype_of_one_cell() -> None:
    plain = PUBLISHED["liu2018"].genotype
    hierarchical = {"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 2, "nodes": 5}], "reduction_cell": True}
    config = experiment_config(
        {"space": hierarchical, "strategy": {"kind": "random", "start_from": [{"genotype": plain.text}]}}
    )
    begun = seed_genotype(plain.text, config.space)
    assert begun.levels[-1] == (plain.cell, plain.cell)
    assert build_phenotype(begun) == build_phenotype(plain)
    assert as_pair(begun) == begun
