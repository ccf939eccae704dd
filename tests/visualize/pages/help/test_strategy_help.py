"""The help page of each strategy, with a small search by its real code."""

import math
import re

import pytest
from django.test import Client
from django.utils.html import escape

from search.evolution.strategies import STRATEGIES
from search.learning import scenes


def page(client: Client, kind: str, query: str = "") -> str:
    answer = client.get(f"/help/strategies/{kind}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("kind", STRATEGIES)
def test_each_strategy_is_explained_with_its_settings_and_a_search_to_watch(
    client: Client, kind: str
) -> None:
    text = page(client, kind)
    row = STRATEGIES[kind]
    assert escape(row.title) in text
    assert escape(row.paper) in text
    assert all(
        f'<span class="mono small">{name}</span>' in text
        for name in row.settings.model_fields
        if name != "kind"
    )
    shown = scenes.scene(kind, 20)
    assert f"#{shown.networks - 1}</td>" in text
    assert all(escape(each.why) in text for each in shown.latest)
    assert text.count('class="drawing') == 3
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert f'href="/help/strategies/{kind}/"' in client.get("/help/").content.decode()


@pytest.mark.parametrize("kind", STRATEGIES)
def test_the_buttons_lead_from_the_first_scene_to_the_last(client: Client, kind: str) -> None:
    query, seen = f"?networks={scenes.INITIAL}", 0
    while True:
        text = page(client, kind, query)
        seen += 1
        ways = re.findall(r'href="(\?networks=(\d+))#watch"[^>]*>(?:\d+) networks more', text)
        if not ways:
            break
        query = ways[0][0]
    assert scenes.has_scenes(kind)
    assert "Start again" in text
    assert f"After {scenes.MOST} networks" in text
    assert 5 < seen < 20


@pytest.mark.parametrize(
    "query", ["?networks=-1", "?networks=½", "?networks=99999999", "?with=7", "?with=<b>"]
)
def test_nonsense_in_the_address_is_passed_over(client: Client, query: str) -> None:
    text = page(client, "evolution", query)
    assert "Watch it search" in text
    assert "<b>" not in text


def test_a_setting_that_is_switched_changes_what_is_shown(client: Client) -> None:
    always = page(client, "evolution", "?networks=20&with=0")
    half = page(client, "evolution", "?networks=20&with=1")
    chance = re.compile(r"<td>rank 1</td><td>([\d.]+)")
    # 5 of 20 are drawn: the fittest of all takes part in a quarter of the tournaments, and wins half of those,
    # and those that nobody won.
    assert chance.findall(always) == ["25.00"]
    assert chance.findall(half) == [f"{100 * 0.25 * (0.5 + 0.5**5):.2f}"]


def test_a_strategy_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/help/strategies/magic/").status_code == 404


def test_what_was_recorded_is_what_the_code_does_now() -> None:
    """`manage.py record_scenes` writes it anew."""
    for kind in scenes.RECORDED:
        kept, now = scenes.recorded()[kind], scenes.record(kind)
        assert [row.networks for row in kept] == [row.networks for row in now]
        for one, other in zip(kept, now, strict=True):
            assert [row.genotype for row in one.latest] == [row.genotype for row in other.latest]
            assert all(math.isclose(a, b, abs_tol=1e-3) for a, b in zip(one.best, other.best, strict=True))
            assert [label for label, _ in one.report["facts"]] == [
                label for label, _ in other.report["facts"]
            ]
            titles = [[table["title"] for table in row.report["tables"]] for row in (one, other)]
            assert titles[0] == titles[1]


@pytest.mark.parametrize("kind", [kind for kind in STRATEGIES if kind not in ("random", "halving")])
def test_no_example_shows_a_strategy_that_finds_less_than_random_search(kind: str) -> None:
    last = scenes.scene(kind, scenes.MOST)
    assert last.best[-1] >= last.random_best[-1]


def test_the_ladder_of_halving_lets_at_most_one_in_three_train_on() -> None:
    told = scenes.scene("halving", scenes.MOST).report
    (first, second) = told["tables"][0]["rows"]
    assert first[1] == scenes.MOST
    assert first[2] == scenes.MOST // 3 == second[1]
    assert second[2] == second[1] // 3
    assert told["facts"][0][1] == f"{second[2]} of {scenes.MOST}"
