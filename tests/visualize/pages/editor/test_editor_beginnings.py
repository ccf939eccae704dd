"""Where an edit can begin: published cells, spaces, presets, pasted text."""

import re

import pytest
from django.test import Client

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import parse_genotype, trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SearchSpace
from tests.search.searching import small_config, started
from tests.visualize.editor_forms import field, page
from tests.visualize.pictures import PAPER

pytestmark = pytest.mark.django_db


def test_the_beginnings_are_listed_each_with_its_picture(client: Client) -> None:
    text = page(client, "/editor/")
    for title in (PUBLISHED["liu2018"].title, PRESETS["paper-flat"].title, "Hierarchical space"):
        assert title in text
    for there in set(re.findall(r'class="card offer" href="([^"]+)"', text)):
        assert "Evaluate" in page(client, there.replace("&amp;", "&"))


def test_spaces_of_ones_own_experiments_are_offered(client: Client) -> None:
    space = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
    started(small_config(space=space))
    text = page(client, "/editor/")
    assert "2 motifs of 3 nodes, a cell of 3 nodes" in text
    [there] = re.findall(r'href="(/editor/\?start=[^"]+)"', text)
    assert "the pasted genotype" in page(client, there)


@pytest.mark.parametrize("given", [PAPER.text, str(PAPER.to_json()).replace("'", '"'), f"  {PAPER.text}\n"])
def test_pasted_text_and_json_are_opened(client: Client, given: str) -> None:
    response = client.post("/editor/", {"start": given}, follow=True)
    assert response.status_code == 200
    assert field(response.content.decode(), "genotype") == PAPER.text


def test_a_cell_of_nas_bench_201_is_opened_in_a_flat_space_with_what_differs(client: Client) -> None:
    given = "|nor_conv_1x1~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|avg_pool_3x3~2|"
    text = client.post("/editor/", {"start": given}, follow=True).content.decode()
    assert field(text, "genotype").startswith("flat:1.65.")
    assert "A cell of another space, said in this one." in text
    assert "here it is concatenated" in text


@pytest.mark.parametrize(
    "given,said",
    [
        ("|nor_conv_3x3~0|", "nor_conv_3x3 cannot be said in this space"),
        ("", "the text is empty"),
        ("lorem ipsum", "is neither JSON nor"),
        ('{"space": "hierarchical"}', "levels is missing"),
        ('{"space": "hierarchical",', "not readable as JSON"),
        ("cubic:1", "unknown search space"),
        ("hierarchical:4.12.314:5", "level 2 has 6 motifs, got 1"),
        ("<script>alert(1)</script>:1", "unknown search space"),
    ],
)
def test_pasted_nonsense_is_answered_with_what_is_wrong_and_what_would_be_right(
    client: Client, given: str, said: str
) -> None:
    response = client.post("/editor/", {"start": given})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text.replace("&#x27;", "'").replace("&quot;", '"')
    assert PAPER.text in text
    assert "<script>alert" not in text


def test_a_genotype_too_long_for_an_address_travels_in_the_form(client: Client) -> None:
    shape = {"levels": [{"motifs": 61, "nodes": 12}, {"motifs": 1, "nodes": 3}]}
    long = trivial_genotype(SearchSpace.model_validate(shape))
    assert len(long.text) > 3000
    response = client.post("/editor/", {"start": long.text})
    assert response.status_code == 200
    text = response.content.decode()
    fields = {"start": field(text, "start"), "genotype": field(text, "genotype"), "motif": "L2-M7"}
    response = client.post("/editor/", {**fields, "edge-1-2": "3", "go": "L2-M8"})
    assert response.status_code == 200
    text = response.content.decode()
    assert parse_genotype(field(text, "genotype")).edge(2, 7, 2, 1) == 3
    assert field(text, "motif") == "L2-M8"
    assert "1 change from the pasted genotype" in text
