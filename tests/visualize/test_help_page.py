"""The page that teaches: its examples are made by the algorithm, from the address."""

import re
from pathlib import Path

import pytest
from django.test import Client

from search.selectors.query import FIELDS
from visualize import lessons
from visualize.glossary import TERMS

ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/help/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_try_is_assembled_and_explained(client: Client) -> None:
    text = page(client)
    assert "It builds 4 operations" in text
    assert "3×3 separable of the input" in text


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
    assert lessons.edit(3) == lessons.edit(3)
    assert len({lessons.edit(seed).mutation for seed in range(20)}) > 15
    assert any(lessons.edit(seed).silent for seed in range(60))


def test_the_fittest_of_those_drawn_wins_the_lesson() -> None:
    for seed in range(30):
        rows = lessons.tournament(seed).contestants
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
