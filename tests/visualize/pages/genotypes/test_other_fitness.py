"""A network that has two fitnesses says why they differ, and leads to the page that judges it."""

from typing import Any

import pytest
from django.test import Client

from search.models import Experiment, Individual
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


def searched(name: str, **protocol: Any) -> Experiment:
    """Three networks, the same in every search of that space and seed."""
    return work_off(started(small_config(individuals=3, protocol=protocol), name=name))


def page(client: Client, address: str) -> str:
    return prose(client.get(address).content.decode()).replace("\u00a0", " ")


def twin(experiment: Experiment, other: Experiment) -> tuple[Individual, Individual]:
    one, same = (row.individuals.select_related("genotype").get(step=1) for row in (experiment, other))
    assert one.genotype.phenotype_key == same.genotype.phenotype_key
    return one, same


def test_an_individual_tells_of_its_networks_other_fitness_and_why_it_differs(client: Client) -> None:
    first, second = searched("First"), searched("Second", steps=20)
    one, same = twin(first, second)
    text = page(client, f"/experiments/{first.pk}/individuals/1/")
    told = text.partition('id="other-fitnesses"')[2]
    assert f"{100 * (same.fitness or 0):.2f} %" in told
    assert "measured differently: steps 10 against 20." in told
    address = f"/diff/?left={first.pk}/1&amp;right={second.pk}/1"
    assert f'href="{address}"' in told
    assert "Measured differently" in client.get(address.replace("&amp;", "&")).content.decode()
    genotype = page(client, f"/genotypes/{one.genotype.key}/")
    assert "measured differently: steps 20 against 10." in genotype


def test_repeats_and_seeds_are_told_from_other_protocols(client: Client) -> None:
    first, repeated, seeded = searched("First"), searched("Thrice", repeats=3), searched("Seeded", seed=5)
    told = page(client, f"/experiments/{first.pk}/individuals/1/").partition('id="other-fitnesses"')[2]
    assert f"/experiments/{repeated.pk}/individuals/1/" in told
    assert "the mean of 3 against 1 trainings under the same protocol" in told
    assert f"/experiments/{seeded.pk}/individuals/1/" in told
    assert "another seed or split: what differs is noise of training" in told


def test_a_shared_fitness_is_no_other_one(client: Client) -> None:
    first, _ = searched("First"), searched("Again")
    assert "other-fitnesses" not in page(client, f"/experiments/{first.pk}/individuals/1/")


def test_a_motif_says_that_its_searches_measured_differently(client: Client) -> None:
    first, second = searched("First"), searched("Second", steps=20)
    one, _ = twin(first, second)
    key = one.genotype.motifs.filter(level=2, uses__gt=0).first().motif.key  # type: ignore[union-attr]
    text = page(client, f"/motifs/{key}/")
    assert "measured" in text.partition('id="protocols-differ"')[2][:300]
    assert f"/compare/?experiments={second.pk},{first.pk}" in text
    Experiment.objects.filter(pk=second.pk).delete()
    assert "protocols-differ" not in page(client, f"/motifs/{key}/")
