"""Who carries which motif, worked out by hand on six individuals."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.evolution.statistics.samples import Sample
from search.selectors.motifs.statistics import (
    bearings,
    builds_the_same,
    carried_at,
    motif_table,
    motifs_with_operation,
)
from tests.search.populations import Population, motif

pytestmark = pytest.mark.django_db


@pytest.fixture
def population() -> Population:
    """
    step  motifs used   network  fitness
    0     a, b          n0       0.50
    1     a (b unused)  n1       0.60
    2     a twice, c    n2       0.70
    3     c             n3       0.80
    4     a, c          n2       0.70    the network of step 2 again
    5     b             n5       waiting
    """
    made = Population()
    made.add(0.50, network="n0", motifs={"aa": 1, "bb": 2})
    made.add(0.60, network="n1", motifs={"aa": 3, "bb": 0})
    made.add(0.70, network="n2", motifs=[("aa", 1), ("aa", 2), ("cc", 1)])
    made.add(0.80, network="n3", motifs={"cc": 1})
    made.add(0.70, network="n2", motifs={"aa": 1, "cc": 1})
    made.add(None, network="n5", motifs={"bb": 1})
    return made


def test_carriers_first_step_and_networks_of_each_motif(population: Population) -> None:
    table = motif_table(population.experiment)
    found = {count.motif: (count.carriers, count.first, count.networks) for count in table.counts}
    a, b, c = (motif(name).pk for name in ("aa", "bb", "cc"))
    assert found.keys() == {a, b, c}
    assert found[a][:2] == (4, 0)
    assert found[b][:2] == (2, 0)
    assert found[c][:2] == (3, 2)
    assert_equal(found[a][2], Sample.of(0.5, 0.6, 0.7))  # step 4 repeats the network of step 2
    assert_equal(found[b][2], Sample.of(0.5))  # step 5 waits
    assert_equal(found[c][2], Sample.of(0.7, 0.8))
    assert (table.individuals, table.motifs) == (6, 3)
    assert_equal(table.networks, Sample.of(0.5, 0.6, 0.7, 0.8))


def test_a_network_counts_with_the_first_individual_that_has_it(population: Population) -> None:
    """A motif that came later to a network that was known is no evidence for or against it."""
    population.add(0.80, network="n3", motifs={"dd": 1})
    table = motif_table(population.experiment)
    (count,) = [count for count in table.counts if count.motif == motif("dd").pk]
    assert (count.carriers, count.networks.count) == (1, 0)


def test_only_motifs_with_enough_carriers_are_listed_but_all_are_counted(population: Population) -> None:
    table = motif_table(population.experiment, least=3)
    assert {count.motif for count in table.counts} == {motif("aa").pk, motif("cc").pk}
    assert table.motifs == 3


def test_one_carrier_with_a_motif_in_two_slots_is_one_carrier() -> None:
    made = Population()
    made.add(0.5, network="n0", motifs=[("aa", 1), ("aa", 1)])
    assert motif_table(made.experiment, least=2).counts == []
    (count,) = motif_table(made.experiment).counts
    assert count.carriers == 1
    assert_equal(count.networks, Sample.of(0.5))


def test_what_came_up_since_a_step(population: Population) -> None:
    table = motif_table(population.experiment)
    assert table.stretch == 1
    assert_equal(table.since(2), Sample.of(0.7, 0.8))
    assert table.since(5).count == 0
    assert table.since(99).count == 0


def test_other_experiments_do_not_count(population: Population) -> None:
    other = Population("another")
    other.add(0.1, network="n0", motifs={"aa": 1})
    table = motif_table(other.experiment)
    assert [(count.carriers, count.networks.count) for count in table.counts] == [(1, 1)]
    assert motif_table(population.experiment).networks.count == 4


def test_an_experiment_without_individuals_has_no_motifs() -> None:
    table = motif_table(Population().experiment)
    assert (table.counts, table.motifs, table.networks.count) == ([], 0, 0)


def test_what_the_individuals_of_some_steps_carry(population: Population) -> None:
    a, b, c = (motif(name).pk for name in ("aa", "bb", "cc"))
    found = carried_at(population.experiment.pk, [0, 2, 5])
    assert sorted(found) == sorted([(0, a), (0, b), (2, a), (2, c), (5, b)])


def test_the_experiments_of_a_motif_the_latest_first_with_the_fittest_carrier(population: Population) -> None:
    other = Population("another")
    other.add(None, network="n9", motifs={"cc": 1})
    found, total = bearings(motif("cc"), limit=5)
    assert total == 2
    assert [(row.experiment.name, row.carriers, row.first) for row in found] == [
        ("another", 1, 0),
        ("by hand", 3, 2),
    ]
    assert [row.fittest.step if row.fittest else None for row in found] == [None, 3]
    assert len(bearings(motif("cc"), limit=1)[0]) == 1


def test_motifs_with_an_operation_on_one_of_their_edges(population: Population) -> None:
    plain = motif("ee", structure=[["identity"], [None, "conv1x1"], [None, None, None]])
    above = motif("ff", level=3, structure=[[plain.key]])
    every = [motif("aa").pk, plain.pk, above.pk]
    assert motifs_with_operation("sep3x3", every) == {motif("aa").pk}
    assert motifs_with_operation("conv1x1", every) == {plain.pk}
    assert motifs_with_operation("dw3x3", every) == set()


def test_motifs_that_build_the_same_network_but_not_those_that_build_none() -> None:
    one, other = motif("aa", builds="x"), motif("bb", builds="x")
    nothing, neither = motif("cc", builds=""), motif("dd", builds="")
    assert builds_the_same(one, limit=5) == ([other], 1)
    assert builds_the_same(nothing, limit=5) == ([], 0)
    assert neither.phenotype_key == ""


def test_it_takes_a_handful_of_queries_however_many_individuals() -> None:
    made = Population()
    counted = []
    for _ in range(2):
        for number in range(12):
            made.add(0.5, network=f"n{made.experiment.proposed}", motifs={"aa": 1, f"b{number:x}": 1})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            motif_table(made.experiment)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 3


def assert_equal(found: Sample, wanted: Sample) -> None:
    assert found.count == wanted.count
    assert found.total == pytest.approx(wanted.total)
    assert found.squares == pytest.approx(wanted.squares)
