"""Exact parameter counts of the published cell and the trivial genotypes; shares by edge and by motif."""

import pytest
from hypothesis import assume, given

from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import edge_costs, host_places, motif_costs, network_cost
from search.evolution.networks.host import Host, host_layers
from search.evolution.networks.phenotype import build_phenotype
from tests.evolution.genotype_generators import genotypes, some_genotypes

LIU = PUBLISHED["liu2018"].genotype
HOSTS = {
    "small": Host(),
    "large-64": Host(kind="large", channels=64, cells=2),
    "large-128": Host(kind="large", channels=128, cells=2),
    "imagenet": Host(kind="imagenet", channels=64, image_size=299, classes=1000),
}


@pytest.mark.parametrize(
    "host,counts",
    [
        ("small", (525_242, 542_138, 559_290)),
        ("large-64", (15_463_114, 15_727_306, 15_992_522)),
        ("large-128", (60_843_402, 61_896_074, 62_950_794)),
        ("imagenet", (63_300_488, 62_832_520, 64_394_120)),
    ],
)
def test_the_published_cell_has_exactly_its_parameters(host: str, counts: tuple[int, ...]) -> None:
    phenotype = build_phenotype(LIU)
    for final, expected in zip(("none", "s1_c", "s2_2c"), counts, strict=True):
        placed = Host.model_validate(HOSTS[host].model_dump() | {"final_separable": final})
        assert network_cost(phenotype, placed).parameters == expected


def test_the_unclear_edge_read_as_a_convolution_gives_its_counts() -> None:
    phenotype = build_phenotype(LIU.with_edge(2, 5, 2, 1, 3))
    counts = [network_cost(phenotype, host).parameters for host in HOSTS.values()]
    assert counts == [535_546, 15_674_570, 61_610_378, 64_074_376]


@pytest.mark.parametrize("space,expected", [("hierarchical", 26_698), ("flat", 4_298)])
def test_the_trivial_genotypes_have_exactly_their_parameters(space: str, expected: int) -> None:
    assert network_cost(build_phenotype(trivial_genotype(SPACES[space])), Host()).parameters == expected


@pytest.mark.parametrize(
    "space,parameters,multiply_adds",
    [("hierarchical", (0.085, 0.26, 0.41), (12, 39, 60)), ("flat", (0.39, 0.86, 1.48), (50, 114, 207))],
)
def test_random_genotypes_are_as_large_as_measured(
    space: str, parameters: tuple[float, ...], multiply_adds: tuple[float, ...]
) -> None:
    costs = [
        network_cost(build_phenotype(genotype), Host())
        for genotype in some_genotypes(SPACES[space], 400)
        if analyse(genotype).feasible
    ]
    for values, expected in (
        (sorted(cost.parameters / 1e6 for cost in costs), parameters),
        (sorted(cost.multiply_adds / 1e6 for cost in costs), multiply_adds),
    ):
        found = [values[int(len(values) * share)] for share in (0.05, 0.5, 0.95)]
        assert found == pytest.approx(expected, rel=0.15)


@given(genotypes())
def test_shares_of_the_cells_edges_add_up_to_all_cells(genotype: Genotype) -> None:
    assume(analyse(genotype).feasible)
    phenotype, host = build_phenotype(genotype), Host()
    # Wide concatenations beyond any machine are counted too; the sum must still be exact.
    shares = edge_costs(genotype, host)
    assert set(shares) == analyse(genotype).live_edges
    top = sum(cost.parameters for edge, cost in shares.items() if edge[0] == genotype.space.top)
    outside = sum(
        _host_parameters(place.layer.kind, place.input_width, place.output_width)
        for place in host_places(phenotype, host)
    )
    assert top + outside == network_cost(phenotype, host).parameters


def _host_parameters(kind: str, before: int, after: int) -> int:
    return {
        "cell": 0,
        "conv3x3": 9 * before * after + 2 * after,
        "sep3x3": 9 * before + before * after + 2 * after,
        "pool_linear": before * after + after,
    }[kind]


def test_each_motifs_share_goes_through_all_its_uses() -> None:
    costs = motif_costs(LIU, Host())
    assert {slot for _, slot in costs} == {1, 3, 4, 5}
    assert sum(cost.parameters for cost in costs.values()) == 510_048


def test_hosts_have_the_papers_layers() -> None:
    def kinds(host: Host) -> str:
        short = {"conv3x3": "c", "cell": "C", "sep3x3": "s", "pool_linear": "L"}
        return " ".join(f"{short[layer.kind]}{layer.width}/{layer.stride}" for layer in host_layers(host))

    assert kinds(Host()) == "c16/1 C16/1 s32/2 C32/1 s64/2 C64/1 L10/1"
    assert kinds(Host(kind="large", channels=64, cells=2)).startswith("c64/1 C64/1 s64/1 C64/1 s128/2")
    assert kinds(HOSTS["imagenet"]).startswith("c32/2 c64/2 C64/1 s128/2 C128/1 s128/1 C128/1 s256/2")
