"""The tab of the whole network: what is open, what is chosen, what is found, without a browser."""

import re
from typing import Any

import pytest
from django.test import Client

from search.models import Experiment
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db


@pytest.fixture
def searched(settings: Any) -> Experiment:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    return work_off(started(small_config(individuals=3, strategy={"initial_population": 3})))


def tab(client: Client, experiment: Experiment, query: str = "") -> str:
    response = client.get(f"/experiments/{experiment.pk}/individuals/0/?tab=network{query}")
    assert response.status_code == 200
    text = response.content.decode()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)", text)
    return str(text)


def boxes(text: str) -> int:
    return len(re.findall(r'<g data-box="[^"]*" class="box', text))


def test_levels_open_one_after_the_other(client: Client, searched: Experiment) -> None:
    layers, motifs, operations = (boxes(tab(client, searched, f"&depth={depth}")) for depth in range(3))
    assert layers == 7
    assert layers < motifs < operations
    assert layers < boxes(tab(client, searched)) < motifs  # at first one cell is open


def test_a_chosen_layer_shows_shapes_costs_and_where_it_is_edited(
    client: Client, searched: Experiment
) -> None:
    text = tab(client, searched)
    motif = re.search(r'href="[^"]*layer=(2/\d-\d)"', text)
    assert motif is not None
    panel = prose(tab(client, searched, f"&layer={motif[1]}")).partition('id="network-layer"')[2]
    assert re.search(r"<dt>In</dt><dd>4 × 8 × 8</dd>", panel)
    assert "edit/?motif=L3-M1" in panel
    assert "an image" in panel


def test_a_search_counts_what_is_not_open_too(client: Client, searched: Experiment) -> None:
    text = prose(tab(client, searched, "&depth=0&find=3x3"))
    found = re.search(r"(\d+) operations? “3x3” in the network, (\d+) in the picture", text)
    assert found is not None
    assert int(found[1]) > int(found[2])
    assert " found" in text


def test_a_script_gets_the_part_alone_and_nonsense_is_answered(client: Client, searched: Experiment) -> None:
    assert "<html" not in tab(client, searched, "&part=1")
    tab(client, searched, "&depth=x&toggle=9/9,,&layer=nowhere")
    key = searched.individuals.first().genotype.key  # type: ignore[union-attr]
    assert client.get(f"/genotypes/{key}/?tab=network").status_code == 200
