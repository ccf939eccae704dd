"""The phenotype key: equal whenever two genotypes build the same network, different whenever they do not."""

import itertools
import json
import random
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from search.evolution.genotypes.genotype import Genotype, parse_genotype, trivial_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from search.evolution.networks import canonical, phenotype
from search.evolution.networks.phenotype import Infeasible, Phenotype, TooWide, build_phenotype
from tests.evolution.genotype_generators import DEEP, TINY, genotypes, same_network, some_genotypes

HIERARCHICAL, FLAT = SPACES["hierarchical"], SPACES["flat"]


def key(genotype: Genotype) -> str:
    return build_phenotype(genotype).key


def renamed(genotype: Genotype, level: int, order: tuple[int, ...]) -> Genotype:
    """The same genotype with the motifs of a level in another order: new slot s holds old slot order[s-1]."""
    new_slot = {old: new for new, old in enumerate(order, start=1)} | {0: 0}
    motifs = tuple(genotype.levels[level - 2][old - 1] for old in order)
    above = tuple(
        tuple(tuple(new_slot[operation] for operation in row) for row in motif)
        for motif in genotype.levels[level - 1]
    )
    return Genotype(genotype.space, (*genotype.levels[: level - 2], motifs, above, *genotype.levels[level:]))


def reordered(genotype: Genotype, level: int, slot: int, order: tuple[int, ...]) -> Genotype | None:
    """The same motif with its inner nodes in another order, or None where an edge would point backwards."""
    motif = genotype.motif(level, slot)
    place = {old: new for new, old in enumerate(order, start=1)}
    rows = [[0] * row for row in range(1, len(motif) + 1)]
    for index, row in enumerate(motif):
        for column, operation in enumerate(row):
            successor, predecessor = place[index + 2], place[column + 1]
            if operation and predecessor > successor:
                return None
            if operation:
                rows[successor - 2][predecessor - 1] = operation
    motifs = list(genotype.levels[level - 2])
    motifs[slot - 1] = tuple(tuple(row) for row in rows)
    return Genotype(
        genotype.space, (*genotype.levels[: level - 2], tuple(motifs), *genotype.levels[level - 1 :])
    )


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The work of each network that is ordered."""
    found: list[int] = []
    order = canonical.CanonicalSearch.order

    def counted(search: canonical.CanonicalSearch) -> list[int]:
        ordered = order(search)
        found.append(search.graph.work.most - search.graph.work.left)
        return ordered

    monkeypatch.setattr(canonical.CanonicalSearch, "order", counted)
    phenotype.cached_phenotype.cache_clear()
    yield found
    phenotype.cached_phenotype.cache_clear()


@given(genotypes(HIERARCHICAL), st.permutations(range(1, 7)))
def test_renaming_motif_slots_keeps_the_key(genotype: Genotype, order: list[int]) -> None:
    assume(analyse(genotype).feasible)
    assert key(renamed(genotype, 2, tuple(order))) == key(genotype)


@given(genotypes(), st.randoms(use_true_random=False))
def test_edits_of_dead_edges_and_unused_motifs_keep_the_key(genotype: Genotype, rng: random.Random) -> None:
    alive = analyse(genotype)
    assume(alive.feasible)
    places = [
        place
        for place in itertools.product(range(2, genotype.space.top), range(1, 7))
        if alive.uses.get(place) == 0 and place not in alive.dead_motifs
    ]
    for level, slot in places[:1]:
        other = genotype.with_edge(level, slot, 2, 1, 0)
        assert key(other) == key(genotype)
    for level, slot, successor, predecessor in sorted(alive.dead_edges)[:3]:
        assert key(genotype.with_edge(level, slot, successor, predecessor, 0)) == key(genotype)


@given(st.integers(0, 2**32))
def test_reordering_inner_nodes_keeps_the_key(seed: int) -> None:
    rng = random.Random(seed)
    space = rng.choice([HIERARCHICAL, FLAT, DEEP, TINY])
    genotype = some_genotypes(space, 1, seed)[0]
    # Thin the graph so that other orders exist.
    for level, slot, successor, predecessor in sorted(analyse(genotype).live_edges):
        if rng.random() < 0.6:
            genotype = genotype.with_edge(level, slot, successor, predecessor, 0)
    assume(analyse(genotype).feasible)
    level = rng.randrange(2, space.top + 1)
    slot = rng.randrange(1, space.level(level).motifs + 1)
    nodes = space.level(level).nodes
    for _ in range(20):
        inner = rng.sample(range(2, nodes), nodes - 2)
        other = reordered(genotype, level, slot, (1, *inner, nodes))
        if other is not None:
            assert key(other) == key(genotype)


@pytest.mark.parametrize(
    "one,other",
    [
        (
            "flat:3.06.006.0006.00006.000006.0000006.00000006.000000006.0000000006",
            "flat:6.06.006.0006.00006.000006.0000006.00000006.000000006.0000000003",
        ),
        # a concatenation read through an identity, or its parts read one by one
        ("1x5:3.46.006.2006", "1x5:3.40.000.2660"),
    ],
)
def test_identities_are_contracted_wherever_they_stand(one: str, other: str) -> None:
    assert key(parse_genotype(one)) == key(parse_genotype(other))


def test_a_projection_is_a_convolution_like_any_other() -> None:
    through_motif = parse_genotype("2x3+1x3:3.01-6.06:1.02")  # sep, 1x1, project; then project
    written_out = parse_genotype("1x6:3.01.001.0001.00006")
    assert key(through_motif) == key(written_out)


def test_two_convolutions_are_not_one_read_twice() -> None:
    two = parse_genotype("1x4:3.30.066")
    one_twice = parse_genotype("1x4:3.06.066")
    assert key(two) != key(one_twice)


def test_how_often_a_value_is_concatenated_matters() -> None:
    once = parse_genotype("1x3:6.06")
    twice = parse_genotype("1x3:6.66")
    assert key(once) != key(twice)
    assert build_phenotype(twice).output == (0, 0)


@settings(max_examples=400)
@given(genotypes(TINY), genotypes(TINY))
def test_keys_of_small_flat_networks_agree_with_graph_isomorphism(one: Genotype, other: Genotype) -> None:
    assume(analyse(one).feasible and analyse(other).feasible)
    assert (key(one) == key(other)) == same_network(one, other)


def test_all_pairs_of_many_small_networks_agree_with_graph_isomorphism() -> None:
    for space in (TINY, DEEP):
        by_key: dict[str, list[Genotype]] = {}
        for genotype in some_genotypes(space, 400):
            if analyse(genotype).feasible:
                by_key.setdefault(key(genotype), []).append(genotype)
        for group in by_key.values():
            assert all(same_network(group[0], other) for other in group[1:5])
        leaders = [group[0] for group in by_key.values()]
        sizes: dict[int, list[Genotype]] = {}
        for leader in leaders:
            sizes.setdefault(len(build_phenotype(leader).operations), []).append(leader)
        for group in sizes.values():
            for one, other in itertools.combinations(group[:12], 2):
                assert not same_network(one, other)


@pytest.mark.parametrize("name", ["hierarchical", "flat"])
def test_one_mutation_changes_the_key_exactly_when_it_changes_the_network(name: str) -> None:
    rng = random.Random(11)
    for genotype in some_genotypes(SPACES[name], 60, seed=3):
        child = apply_mutation(genotype, draw_mutation(genotype, rng))
        if analyse(genotype).feasible and analyse(child).feasible:
            assert (key(genotype) == key(child)) == same_network(genotype, child)


def test_highly_symmetric_networks_are_keyed_exactly_and_soon() -> None:
    # Every edge of the cell carries a motif with two equal branches: 2^10 symmetries.
    motif = "3.30.022"
    symmetric = parse_genotype("1x4+1x5:" + motif + ":1.11.111.1111")
    crossed = parse_genotype("1x4+1x5:3.30.021:1.11.111.1111")
    assert key(symmetric) != key(crossed)
    chain = parse_genotype("1x11:3.30.300.3000.02000.002000.0002000.00002000.000000000.0000066660")
    assert len(build_phenotype(chain).operations) == 8


def test_many_copies_of_one_branch_are_not_each_walked_to_the_end(spent: list[int]) -> None:
    """Three seconds once: 30 equal branches took 436 complete orders, each through 30 refinements."""
    space = SearchSpace(levels=(LevelShape(motifs=1, nodes=2), LevelShape(motifs=1, nodes=32)))
    branches = [(1, *[0] * row) for row in range(30)]
    fan = Genotype(space, ((((3,),),), ((*branches, (0, *[1] * 30)),)))
    assert len(build_phenotype(fan).operations) == 120
    assert spent[-1] < 20_000

    def unequal(branch: int) -> Genotype:
        """One branch goes on into the next one."""
        rows = [list(row) for row in branches]
        rows[branch + 1][branch + 1] = 1
        return Genotype(space, ((((3,),),), ((*map(tuple, rows), (0, *[1] * 30)),)))

    assert key(unequal(3)) == key(unequal(17)) != key(fan)


def test_chains_of_identities_do_not_explode() -> None:
    def dense(nodes: int) -> Genotype:
        space = SearchSpace(levels=(LevelShape(motifs=1, nodes=nodes),))
        return Genotype(space, ((tuple((6,) * row for row in range(1, nodes)),),))

    assert build_phenotype(dense(18)).output_reads == ((0, 2**16),)
    with pytest.raises(TooWide, match="joins 1,073,741,824 times the cell's width"):
        build_phenotype(dense(32))


def test_an_unreachable_sink_is_infeasible() -> None:
    genotype = trivial_genotype(HIERARCHICAL).with_edge(3, 1, 5, 4, 0)
    with pytest.raises(Infeasible, match="no path"):
        build_phenotype(genotype)


def test_the_phenotype_is_topological_and_survives_json() -> None:
    for genotype in [
        *some_genotypes(HIERARCHICAL, 30),
        *some_genotypes(FLAT, 30),
        PUBLISHED["liu2018"].genotype,
    ]:
        if not analyse(genotype).feasible:
            continue
        network = build_phenotype(genotype)
        for index, operation in enumerate(network.operations, start=1):
            assert all(value < index for value, _ in operation.reads)
        assert Phenotype.from_json(json.loads(json.dumps(network.to_json()))) == network
