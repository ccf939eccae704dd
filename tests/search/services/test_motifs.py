import pytest

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.networks.phenotype import build_phenotype
from search.models import Genotype, Motif, MotifUse
from search.selectors import individuals_with_motif, motifs_of
from search.services.proposing.genotypes import store_genotype
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db

ONE = "hierarchical:4.12.314-6.06.006-6.06.006-6.06.006-6.06.006-6.06.006:1.01.001.0002"
SLOTS_SWAPPED = "hierarchical:6.06.006-4.12.314-6.06.006-6.06.006-6.06.006-6.06.006:2.02.002.0001"


def stored(text: str) -> Genotype:
    genotype = parse_genotype(text)
    return store_genotype(genotype, build_phenotype(genotype))


def test_a_genotype_is_stored_once() -> None:
    assert stored(ONE).pk == stored(ONE).pk
    assert Genotype.objects.count() == 1


def test_equal_motifs_in_any_slot_of_any_genotype_are_one_row() -> None:
    one, other = stored(ONE), stored(SLOTS_SWAPPED)
    assert Motif.objects.filter(level=2).count() == 2
    assert [use.motif_id for use in motifs_of(one)][:2] == [use.motif_id for use in motifs_of(other)][1::-1]


def test_cells_that_use_equal_motifs_alike_are_equal_whatever_the_slots_are_called() -> None:
    one, other = stored(ONE), stored(SLOTS_SWAPPED)
    assert one.key != other.key
    assert motifs_of(one)[-1].motif == motifs_of(other)[-1].motif


def test_a_motif_names_its_operations_and_not_their_numbers() -> None:
    row = motifs_of(stored(ONE))[0].motif
    assert row.structure == [["max3x3"], ["conv1x1", "dw3x3"], ["sep3x3", "conv1x1", "max3x3"]]


def test_uses_count_the_copies_in_the_network() -> None:
    row = stored(ONE)
    uses = analyse(parse_genotype(ONE)).uses
    assert {(use.level, use.slot): use.uses for use in motifs_of(row)} == uses
    assert sum(use.uses > 0 for use in motifs_of(row)) == 3


def test_motifs_that_build_the_same_network_share_a_phenotype_key_and_unreachable_ones_have_none() -> None:
    dead = "hierarchical:4.12.314-0.00.000-6.06.006-6.06.006-6.06.006-6.06.006:1.01.001.0001"
    rows = motifs_of(stored(dead))
    assert rows[1].motif.phenotype_key == ""
    assert rows[0].motif.phenotype_key != rows[2].motif.phenotype_key != ""


def test_who_carries_a_motif_is_one_query(django_assert_num_queries: object) -> None:
    experiment = work_off(started(small_config(individuals=20)))
    assert experiment.best is not None
    motif = next(use.motif for use in motifs_of(experiment.best.genotype) if use.uses and use.level == 2)
    with django_assert_num_queries(1):  # type: ignore[operator]
        carriers = list(individuals_with_motif(motif))
    assert experiment.best in carriers


def test_every_genotype_of_a_search_has_all_its_motifs_stored() -> None:
    work_off(started(small_config(individuals=20)))
    assert MotifUse.objects.count() == 7 * Genotype.objects.count()
    for row in Genotype.objects.all():
        assert sum(row.operation_counts.values()) == len(build_phenotype(parse_genotype(row.text)).operations)
