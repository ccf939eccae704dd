"""Fitness against cost: the cloud, its front and the selection, without a browser."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.statistics.pareto import pareto_front
from search.models import WorkState
from tests.search.populations import Population
from tests.visualize.prose import prose
from visualize.pages.pareto.scatter import ranges, scatter, thin

HOSTILE = '<i onclick="x">search</i> & more'

few = st.tuples(st.integers(0, 3000).map(float), st.integers(0, 100).map(lambda n: n / 100))


@pytest.fixture
def made() -> Population:
    """Steps 0, 2 and 4 are the front against parameters; step 3 stands at the very place of step 2."""
    population = Population(HOSTILE)
    for fitness, parameters, seconds in (
        (0.50, 100, 5.0),
        (0.40, 150, 1.0),
        (0.70, 200, 9.0),
        (0.70, 200, 9.0),
        (0.90, 900, 3.0),
        (0.80, 950, 4.0),
    ):
        step = population.experiment.proposed
        population.add(fitness, network=f"n{step}", parameters=parameters, seconds=seconds)
    population.add(None, network="failed", state=WorkState.FAILED)
    population.add(None, network="waiting")
    return population


def page(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    text = response.content.decode()
    assert not re.search(r"\sstyle=|<style|\sonclick=\"|<script(?![^>]*\ssrc=)", text.replace("&quot;", ""))
    return str(text)


def address(made: Population, query: str = "", what: str = "") -> str:
    return f"/experiments/{made.experiment.pk}/pareto{what or '/'}{query}"


def front(text: str) -> list[int]:
    return [int(step) for step in re.findall(r'<tr data-step="(\d+)"', text)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query, steps",
    [("", [0, 2, 4]), ("?x=multiply_adds", [0, 2, 4]), ("?x=seconds", [1, 4]), ("?x=no", [0, 2, 4])],
)
def test_the_front_is_listed_the_cheapest_first(
    client: Client, made: Population, query: str, steps: list[int]
) -> None:
    text = page(client, address(made, query))
    assert front(text) == steps
    assert text.count('class="chart scatter"') == 1
    assert "&lt;i onclick=" in text


@pytest.mark.django_db
def test_a_row_says_what_its_place_gains_for_how_much(client: Client, made: Population) -> None:
    text = page(client, address(made))
    row = re.search(r'<tr data-step="2".*?</tr>', text, re.DOTALL)
    assert row is not None
    assert "+20.00" in row[0]
    assert "+100" in row[0]
    assert "and 1 other network<" in row[0]  # two networks stand at this place


def listed(text: str) -> list[int]:
    """Steps in the table of what is selected."""
    _, _, after = text.partition("Table of what is selected")
    return [
        int(step)
        for step in re.findall(
            r'class="mono" href="[^"]*/individuals/(\d+)/"', after.partition("</table>")[0]
        )
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query, filter, matches",
    [
        ("?cost_from=150&cost_to=900", "params>=150 params<=900 state:done", 4),
        ("?fitness_from=70", "fitness>=0.7", 4),
        ("?x=multiply_adds&cost_to=2000&fitness_from=45.5", "madds<=2000 fitness>=0.455", 3),
        (
            "?x=seconds&cost_to=4.5",
            "seconds<=4.5 state:done",
            3,
        ),  # who is not trained stands nowhere in the cloud
        ("?fitness_from=100&fitness_to=0", "fitness>=1 fitness<=0", 0),
    ],
)
def test_a_rectangle_is_a_filter_of_the_population(
    client: Client, made: Population, query: str, filter: str, matches: int
) -> None:
    text = page(client, address(made, query))
    assert f'<span class="value">{matches}</span>' in text
    (link,) = re.findall(rf'href="(/experiments/{made.experiment.pk}/\?q=[^"]*)"', text)
    assert parse_qs(urlsplit(link).query) == {"q": [filter]}
    assert client.get(link).context["population"].page.total == matches
    assert page(client, address(made, query, "/selected/")).count(f">{matches}</span>") == 1
    assert 'class="selected"' in text  # the rectangle in the still picture
    assert listed(text) == listed(page(client, address(made, query, "/selected/")))
    assert listed(text) == [row.step for row in client.get(link).context["population"].page.items]


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["much", "nan", "inf", "1e400", "<script>"])
def test_bounds_that_are_no_numbers_are_answered(client: Client, made: Population, value: str) -> None:
    text = page(client, f"{address(made)}?cost_from={value}")
    assert "is no number" in text
    assert "<script>" not in text
    assert "Show in the population" not in text


@pytest.mark.django_db
def test_the_plot_gets_points_and_front_and_then_only_what_is_new(client: Client, made: Population) -> None:
    answer = json.loads(page(client, address(made, what=".json")))
    assert answer["total"] == 6
    assert [point[0] for point in answer["front"]] == [0, 2, 4]
    assert answer["points"][0] == [0, 100, 0.5]
    assert answer["open"] is False
    again = json.loads(page(client, address(made, f"?seen={answer['version']}", ".json")))
    assert again == {"version": answer["version"], "open": False, "same": True}
    made.add(0.95, network="n9", parameters=950)
    new = json.loads(page(client, address(made, f"?seen={answer['version']}", ".json")))
    assert [point[0] for point in new["front"]] == [0, 2, 4, 8]


@pytest.mark.django_db
def test_a_script_gets_the_table_alone(client: Client, made: Population) -> None:
    text = page(client, address(made), **{"HX-Request": "true"})
    assert "<html" not in text
    assert front(text) == [0, 2, 4]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "running", "failed", "stopped", "finished"])
def test_a_search_without_results_says_so(client: Client, state: str) -> None:
    empty = Population(state=state)
    assert "Nothing to compare yet" in page(client, address(empty))
    empty.add(None, network="n0", state=WorkState.FAILED)
    text = page(client, address(empty))
    assert ("Its one evaluation failed" in prose(text)) == (state not in ("draft", "running"))
    assert json.loads(page(client, address(empty, what=".json")))["points"] == []


@pytest.mark.django_db
def test_an_unknown_experiment_is_not_found(client: Client) -> None:
    for what in ("/", ".json", "/selected/"):
        assert client.get(f"/experiments/999/pareto{what}").status_code == 404


@pytest.mark.django_db
def test_it_asks_as_many_questions_for_a_long_front(client: Client) -> None:
    counted = []
    for size in (3, 40):
        made = Population(f"of {size}")
        for step in range(size):
            made.add(0.5 + step / 100, network=f"{size}-{step}", parameters=100 + step)
        with CaptureQueriesContext(connection) as queries:
            assert len(front(page(client, address(made)))) == size
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 6


@given(st.lists(few, min_size=1, max_size=60), st.integers(5, 30))
def test_thinning_never_loses_what_is_to_be_kept(places: list[tuple[float, float]], limit: int) -> None:
    keep = pareto_front(places)
    kept = thin(places, keep, limit)
    assert set(keep) <= set(kept)
    assert kept == sorted(set(kept))
    assert len(places) > limit or kept == list(range(len(places)))


def test_thinning_holds_to_its_limit_and_keeps_lonely_points() -> None:
    cloud = [(float(i % 500), 0.5 + (i * 7 % 100) / 1000) for i in range(20_000)]
    lonely = (5000.0, 0.01)
    kept = thin([*cloud, lonely], [], 500)
    assert 100 < len(kept) <= 500
    assert kept[-1] == 20_000


@pytest.mark.django_db
def test_the_fronts_of_before_are_drawn_behind_that_of_now(client: Client) -> None:
    population = Population()
    for fitness, parameters in ((0.5, 900), (0.6, 800), (0.7, 950), (0.55, 300)):
        population.add(fitness, network=f"p{parameters}", parameters=parameters)
    text = page(client, address(population))
    assert text.count('<path class="earlier"') == 3
    heights = [
        re.findall(r"[V ](\d+\.\d)", path) for path in re.findall(r'class="earlier" d="([^"]+)"', text)
    ]
    # After one network one level; after two the second alone, fitter and smaller; after three a step up.
    assert [len(levels) for levels in heights] == [1, 1, 2]
    assert float(heights[0][0]) > float(heights[1][0]) == float(heights[2][0]) > float(heights[2][1])


def test_axes_hold_everything_and_a_few_hopeless_points_stand_at_the_edge() -> None:
    places = [(float(100 + i), 0.8 + i / 1000) for i in range(100)] + [(50.0, 0.1)]
    most, low, high = ranges(places)
    assert most > 199
    assert 0.7 < low < 0.8
    assert high > 0.899
    picture = scatter(places, [places[i] for i in pareto_front(places)], str, None)
    assert picture.dots.count("h0") == 101
    assert all(0 <= y <= picture.frame.height for y in map(float, re.findall(r" (\d+\.\d)h0", picture.dots)))


def test_axes_of_nothing_and_of_one_point() -> None:
    assert ranges([]) == (1.04, 0.0, 1.0)
    picture: Any = scatter([(0.0, 0.5)], [(0.0, 0.5)], str, (None, None, 0.4, None))
    assert picture.selected[3] > 0


def test_a_stretch_of_costs_is_drawn_by_itself() -> None:
    places = [(float(cost), cost / 1000) for cost in range(100)]
    inside = places[20:41]
    picture = scatter(inside, places, str, (10, 30, None, None), (), (20.0, 40.0))
    frame = picture.frame
    assert (frame.x_min, frame.x_max) == (20, 40)
    assert picture.dots.count("M") == picture.corners.count("M") == 21
    assert picture.front.startswith(f"M{frame.left:.1f} ")
    assert picture.front.endswith(f"H{frame.x_end:.1f}")
    assert picture.front.count("V") <= 21
    assert picture.selected is not None
    assert picture.selected[0] == frame.left
    assert picture.selected[2] == pytest.approx((frame.x_end - frame.left) / 2, abs=0.1)


def test_the_front_comes_into_a_stretch_from_the_left() -> None:
    picture = scatter([], [(1.0, 0.5), (90.0, 0.9)], str, None, (), (20.0, 40.0))
    assert picture.front.count("H") == 1
    assert picture.front.startswith(f"M{picture.frame.left:.1f}")
    assert picture.corners == ""
