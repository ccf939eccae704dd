"""What a name, a number, a step or a key finds."""

import re

import pytest
from django.test import Client

from search.models import Experiment, Motif
from search.selectors.jump import find
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiments() -> tuple[Experiment, Experiment]:
    """Two searches of three networks each, the older one first."""
    made = []
    for name in ("Digits at night", "<b>Clothes</b>"):
        population = Population(name)
        for fitness in (0.5, 0.9, 0.7):
            population.add(fitness, network=f"{name}{fitness}", motifs={"m1": 1})
        made.append(population.experiment)
    return made[0], made[1]


def test_a_part_of_a_name_finds_the_experiment_and_its_best(experiments: tuple[Experiment, ...]) -> None:
    found = find("at NIGHT")
    assert [row.name for row in found.experiments] == ["Digits at night"]
    assert [row.step for row in found.individuals] == [1]


def test_a_step_is_looked_for_in_the_experiment_that_asks_first(experiments: tuple[Experiment, ...]) -> None:
    older, newer = experiments
    assert [row.experiment for row in find("#2").individuals] == [newer, older]
    assert [row.experiment for row in find("#2", inside=older.pk).individuals] == [older, newer]
    assert find("#2").experiments == []


def test_a_number_is_an_experiment_and_a_step(experiments: tuple[Experiment, ...]) -> None:
    older, _ = experiments
    assert find(str(older.pk)).experiments == [older]


def test_experiment_and_step_find_that_very_one(experiments: tuple[Experiment, ...]) -> None:
    older, _ = experiments
    [row] = find(f"{older.pk}/#2").individuals
    assert (row.experiment, row.step) == (older, 2)


def test_the_beginning_of_a_key_finds_a_motif(experiments: tuple[Experiment, ...]) -> None:
    motif = Motif.objects.get()
    Motif.objects.filter(pk=motif.pk).update(key="ab12" + "0" * 28)
    assert [row.pk for row in find("ab12").motifs] == [motif.pk]
    assert list(find("xy").motifs) == []


@pytest.mark.parametrize("text", ["9" * 10, f"{9**20}/1", "1/" + "9" * 10, "\x00", "%", "_", "'", "x" * 5000])
def test_nonsense_finds_nothing_and_breaks_nothing(experiments: tuple[Experiment, ...], text: str) -> None:
    found = find(text)
    assert not found.individuals or text == "\x00"


def test_the_page_and_its_part_say_the_same(client: Client, experiments: tuple[Experiment, ...]) -> None:
    whole = client.get("/jump/?q=clothes").content.decode()
    part = client.get("/jump/?q=clothes", headers={"HX-Request": "true"}).content.decode()
    assert "<h1>Jump to</h1>" in whole
    assert "<h1" not in part
    for text in (whole, part):
        hits = re.findall(r'class="hit" href="([^"]+)"', text)
        assert hits == [
            f"/experiments/{experiments[1].pk}/",
            f"/experiments/{experiments[1].pk}/individuals/1/",
        ]
        assert "&lt;b&gt;Clothes" in text


def test_pages_are_found_by_their_titles(client: Client) -> None:
    assert 'href="/help/"' in client.get("/jump/?q=glossary").content.decode()
    assert "Nothing has “zzz”" in client.get("/jump/?q=zzz").content.decode()


def test_a_side_of_a_diff_offers_individuals(client: Client, experiments: tuple[Experiment, ...]) -> None:
    text = client.get("/jump/individuals/?left=night").content.decode()
    assert re.findall(r'value="([^"]+)"', text) == [f"{experiments[0].pk}/1"]
