"""What the launch form says of a custom space while it is being built."""

import json
from typing import Any

import pytest
from django.test import Client

from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from tests.visualize.pages.launch.test_experiment_launch import values
from visualize.pages.shared.space_summary import genotype_count

pytestmark = pytest.mark.django_db
SMALL = {
    "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}],
    "primitives": ["conv1x1", "identity"],
}


def figures(client: Client, document: Any, **changes: Any) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    response = client.post("/experiments/new/space/", values(space="custom", space_document=text, **changes))
    assert response.status_code == 200
    return str(response.content.decode()).replace("\u00a0", " ")


def test_genotypes_are_counted_edge_by_edge() -> None:
    one = SearchSpace(levels=(LevelShape(motifs=1, nodes=3),), primitives=("conv1x1",))
    assert genotype_count(one) == "8"  # three edges, each there or not
    two = SearchSpace(
        levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=2)), primitives=("conv1x1",)
    )
    assert genotype_count(two) == "192"  # two motifs of eight, and an edge with one of two or none
    # 6 motifs of 6 edges with 7 choices, a cell of 10 edges with 7 choices: 7^46
    assert genotype_count(SPACES["hierarchical"]) == f"{7**46 / 10**38:.1f} × 10^38"


def test_size_parameters_and_a_skeleton_of_each_level_are_shown(client: Client) -> None:
    text = figures(client, SMALL)
    assert "19,683" in text  # 3^6 * 3^3
    assert "random networks have" in text
    assert text.count("<figure>") == 2
    assert "2 motifs of 3 nodes, 3 possible edges each" in text
    assert "skeleton-" in text


@pytest.mark.parametrize("steps", ["10", "no number"], ids=["valid", "wrong elsewhere"])
def test_the_box_for_a_pair_of_cells_counts_both(client: Client, steps: str) -> None:
    text = figures(client, SMALL, reduction_cell="on", steps=steps)
    assert "531,441" in text  # 3^6 * 3^3 * 3^3
    assert "The normal and the reduction cell" in text


def test_a_large_space_is_counted_and_neither_sampled_nor_drawn_too_wide(client: Client) -> None:
    text = figures(client, {"levels": [{"motifs": 1, "nodes": 32}]})
    assert "× 10^" in text
    assert "random networks have" not in text
    assert "Too many nodes" in text


@pytest.mark.parametrize(
    "document, message",
    [
        ("{", "not JSON"),
        (
            {"levels": [{"motifs": 2, "nodes": 1}, {"motifs": 1, "nodes": 3}]},
            "Level 2, nodes: at least 2, not 1.",
        ),
        ({"levels": [{"motifs": 2, "nodes": 3}], "primitives": []}, "the cell and has 1 motif, not 2"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_form(client: Client, document: Any, message: str) -> None:
    assert message in figures(client, document)


def test_a_form_that_is_wrong_elsewhere_still_shows_its_space(client: Client) -> None:
    assert "19,683" in figures(client, SMALL, batch_size="none")


def test_the_form_carries_the_builder_and_without_scripts_the_json_alone(client: Client) -> None:
    page = client.get("/experiments/new/").content.decode()
    assert '<space-builder class="needs-script"' in page
    assert 'id="id_space_document"' in page
    assert '"hierarchical": {"levels"' in page
