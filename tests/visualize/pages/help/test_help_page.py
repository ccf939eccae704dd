"""The page that teaches: its examples are made by the algorithm, from the address."""

import re

import pytest
from django.test import Client

from search.selectors.query import FIELDS
from tests.processes import ROOT
from visualize.pages.help import examples, learning_example
from visualize.style.glossary import TERMS

ARCHITECTURE = ROOT / "ARCHITECTURE.md"


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/help/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_try_is_assembled_and_explained(client: Client) -> None:
    text = page(client)
    assert "It builds 4 operations" in text
    assert "sep 3×3 of the input" in text


def test_a_motif_put_together_by_hand_is_the_one_that_is_drawn(client: Client) -> None:
    text = page(client, "?e1-2=6&e1-3=0&e2-3=6&e1-4=0&e2-4=0&e3-4=6")
    assert "It builds 0 operations" in text
    assert "Out: the input" in text


def test_a_motif_without_a_way_to_its_sink_is_told_with_the_remedy(client: Client) -> None:
    text = page(client, "?e1-4=0&e2-4=0&e3-4=0")
    assert "this motif builds nothing" in text
    assert "Give an edge into" in text


@pytest.mark.parametrize(
    "query", ["?e1-2=99", "?e1-2=<script>", "?mutate=-1", "?mutate=1e9", "?draw=½", "?draw=" + "9" * 5000]
)
def test_nonsense_in_the_address_gives_the_page_as_it_starts(client: Client, query: str) -> None:
    text = page(client, query)
    assert "It builds 4 operations" in text
    assert "<script>" not in text.replace('<script src="', "")


def test_no_id_stands_twice(client: Client) -> None:
    for query in ("", "?mutate=0", "?mutate=5", "?mutate=9"):
        ids = re.findall(r'\sid="([^"]+)"', page(client, query))
        assert sorted(ids) == sorted(set(ids))


def test_another_draw_is_another_mutation_and_the_same_draw_the_same() -> None:
    assert examples.edit(3) == examples.edit(3)
    assert len({examples.edit(seed).mutation for seed in range(20)}) > 15
    assert any(examples.edit(seed).silent for seed in range(60))


def test_the_fittest_of_those_drawn_wins_the_lesson() -> None:
    for seed in range(30):
        rows = examples.tournament(seed).contestants
        (winner,) = [row for row in rows if row.wins]
        assert winner.fitness == max(row.fitness for row in rows if row.drawn)


def test_every_word_of_the_architecture_and_every_filter_is_explained(client: Client) -> None:
    text = page(client)
    words = re.search(r"## (?:The w|W)ords\n(.*?)\n## ", ARCHITECTURE.read_text(), re.DOTALL)
    assert words is not None
    explained = {term.name for term in TERMS}
    for word in re.findall(r"^\| ([a-z ]+) \|", words[1], re.MULTILINE):
        if word not in ("word", "fitness record"):
            assert word in explained
    for term in TERMS:
        assert f'id="{term.anchor}"' in text
    for field in FIELDS:
        assert field.example.replace(">", "&gt;").replace("<", "&lt;") in text


def test_models_learn_from_the_networks_that_the_address_says(client: Client) -> None:
    begin, end = page(client, "?learned=0"), page(client, "?learned=60")
    assert begin.count('<td class="num">untried</td>') == 4
    assert "draw 100\u00a0% of its choices at random" in begin
    assert "draw 10\u00a0% of its choices at random" in end
    assert "after 60 networks" in end
    assert "Five more networks" in begin
    assert "Start again" in end
    choices = learning_example.learned(60).choices
    assert sum(row.tried for row in choices) == 60
    best = max(choices, key=lambda row: row.tried)
    assert best.name == "sep3x3"  # the best of the made-up ones, and the Q-values say so too
    assert best.q_value == max(row.q_value for row in choices)


def test_a_mutation_shows_how_alike_a_predictor_sees_parent_and_child(client: Client) -> None:
    text = page(client, "?mutate=3")
    assert "motifs of level 2" in text
    # The whole network of a child that differs by a live edge is not all alike.
    shares = [float(part) for part in re.findall(r"network (\d+\.\d)", text)]
    assert all(0 < share <= 100 for share in shares)
    assert shares
