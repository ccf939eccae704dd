"""The map of quality and diversity: each cell shows its best network, and leads to all of them."""

import re

import pytest
from django.test import Client

from search.models import Genotype, WorkState
from search.selectors.diversity import elite_map
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Population:
    """Two shallow small networks, one deep large one, one that failed."""
    population = Population()
    for fitness, parameters, depth in ((0.6, 1000, 3), (0.7, 1010, 3), (0.9, 13_000, 5), (None, 5000, 4)):
        state = WorkState.FAILED if fitness is None else None
        name = f"n{population.experiment.proposed}"
        row = population.add(fitness, network=name, parameters=parameters, state=state)
        Genotype.objects.filter(pk=row.genotype_id).update(depth=depth)
    population.add(0.6, network="n0", parameters=1000)
    return population


def test_each_cell_has_its_fittest_network_and_counts_twins_once(made: Population) -> None:
    found = elite_map(made.experiment)
    assert found is not None
    assert (found.columns, found.rows, found.height) == (12, 3, 1)
    places = {(elite.column, elite.row): (elite.step, elite.networks) for elite in found.elites}
    assert places == {(0, 0): (1, 2), (11, 2): (2, 1)}


def test_a_click_opens_the_network_and_the_number_all_of_the_cell(client: Client, made: Population) -> None:
    text = client.get(f"/experiments/{made.experiment.pk}/map/").content.decode()
    table = text.partition('class="elites"')[2]
    assert re.findall(r'<a href="/experiments/\d+/individuals/(\d+)/"', table) == ["2", "1"]
    addresses = re.findall(r'class="of" href="([^"]+)"', table)
    rows = client.get(addresses[1].replace("&amp;", "&")).content.decode()
    assert "2 networks match" in re.sub(r"<[^>]+>", "", rows)


def test_without_a_result_the_map_says_when_it_begins(client: Client) -> None:
    text = client.get(f"/experiments/{Population().experiment.pk}/map/").content.decode()
    assert "It begins with the first evaluated network" in text
