"""The population table: paged, sorted and filtered by the address."""

import re

import pytest
from django.test import Client

from search.models import Experiment
from tests.search.populations import Population
from tests.visualize.searches import made_search

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    return made_search(60, failing=4, name="<b>bold</b>")


def part(client: Client, experiment: Experiment, query: str = "") -> str:
    response = client.get(f"/experiments/{experiment.pk}/{query}", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Request" in response.headers["Vary"]
    return str(response.content.decode())


def steps(text: str) -> list[int]:
    return [int(step) for step in re.findall(r'aria-label="Pick #(\d+) to compare"', text)]


def test_the_fittest_come_first_and_those_without_fitness_last(
    client: Client, experiment: Experiment
) -> None:
    assert steps(part(client, experiment))[:3] == [59, 58, 57]
    assert set(steps(part(client, experiment, "?page=3"))[-4:]) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    "sort,first", [("step", 0), ("-step", 59), ("fitness", 4), ("parameters", 0), ("-multiply_adds", 59)]
)
def test_every_sortable_column_sorts_both_ways(
    client: Client, experiment: Experiment, sort: str, first: int
) -> None:
    text = part(client, experiment, f"?sort={sort}")
    assert steps(text)[0] == first
    assert f'aria-sort="{"descending" if sort.startswith("-") else "ascending"}"' in text


def test_a_heading_turns_the_order_round_and_keeps_the_filter(client: Client, experiment: Experiment) -> None:
    text = part(client, experiment, "?q=step>10&sort=-fitness&page=2")
    assert 'href="?q=step%3E10&amp;sort=fitness#population"' in text
    assert 'href="?q=step%3E10&amp;sort=parameters#population"' in text


def test_pages_keep_order_and_filter(client: Client, experiment: Experiment) -> None:
    text = part(client, experiment, "?q=step>3&sort=step")
    assert "1–25 of 56" in text
    assert 'href="?q=step%3E3&amp;sort=step&amp;page=2#population"' in text
    assert steps(part(client, experiment, "?sort=step&page=2"))[0] == 25
    assert steps(part(client, experiment, "?sort=step&page=99"))[-1] == 59


def test_filters_hold_together(client: Client, experiment: Experiment) -> None:
    text = part(client, experiment, "?q=fitness>0.8 params<10055&state=done")
    assert steps(text) == [54, 53, 52, 51, 50, 49, 48, 47, 46]
    assert "9 networks match" in text


def test_a_filter_that_cannot_be_read_names_the_term(client: Client, experiment: Experiment) -> None:
    text = part(client, experiment, "?q=fitnes>0.8")
    assert "&#x27;fitnes&gt;0.8&#x27;: unknown field" in text
    assert 'aria-invalid="true"' in text
    assert "Clear the filter" in text


def test_a_filter_that_nothing_matches_offers_the_way_back(client: Client, experiment: Experiment) -> None:
    text = part(client, experiment, "?q=fitness>0.99")
    assert "Of 60 individuals none is like that." in text


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-3", "?page=%00", "?sort=nonsense", "?state=x", "?page=9" * 3]
)
def test_nonsense_in_the_address_is_answered(client: Client, experiment: Experiment, query: str) -> None:
    assert steps(part(client, experiment, query))


def test_names_and_filters_are_escaped(client: Client, experiment: Experiment) -> None:
    text = client.get(f'/experiments/{experiment.pk}/?q="><script>').content.decode()
    assert "<b>bold" not in text
    assert '"><script>' not in text


def test_the_whole_page_shows_the_same_table_without_scripts(client: Client, experiment: Experiment) -> None:
    text = client.get(f"/experiments/{experiment.pk}/?sort=step&page=2").content.decode()
    assert "<html" in text
    assert steps(text)[0] == 25


def test_columns_are_chosen_by_the_address(client: Client, experiment: Experiment) -> None:
    few = client.get(f"/experiments/{experiment.pk}/?columns=fitness,origin").content.decode()
    assert "Multiply-adds</a>" not in few
    assert '<th scope="col" class="">Origin</th>' in few  # what somebody chose a phone shows too
    assert "Generation" in client.get(f"/experiments/{experiment.pk}/?columns=nonsense").content.decode()


def test_exports_carry_exactly_the_filter(client: Client, experiment: Experiment) -> None:
    page = client.get(f"/experiments/{experiment.pk}/?q=fitness%3E0.5+op:sep3x3&state=done").content.decode()
    exports = f"/api/v1/experiments/{experiment.pk}/individuals"
    address = f"{exports}.csv?spreadsheet=true&amp;query=fitness%3E0.5+op%3Asep3x3&amp;state=done"
    assert f"{exports}.jsonl?query=fitness%3E0.5+op%3Asep3x3&amp;state=done" in page
    assert address in page
    exported = client.get(address.replace("&amp;", "&"))
    assert exported.status_code == 200


def test_tags_are_filtered_by_whole_words(client: Client, experiment: Experiment) -> None:
    row = experiment.individuals.order_by("step")[0]
    row.tags = ['o"dd', "höhe"]
    row.save(update_fields=["tags"])
    for query, found in (
        ("tag:höhe", True),
        ('tag:o"dd', True),
        ("tag:öhe", False),
        ("-tag:höhe step=0", False),
    ):
        page = client.get(f"/experiments/{experiment.pk}/", {"q": query}).content.decode()
        assert (f'href="/experiments/{experiment.pk}/individuals/{row.step}/">#{row.step}<' in page) is found


def twins_of_one(individuals: int) -> Experiment:
    population = Population()
    for _ in range(individuals):
        population.add(0.9, network="aa")
    population.add(0.8, network="bb")
    return population.experiment


def test_equal_networks_are_one_row_that_unfolds_by_its_link(client: Client) -> None:
    experiment = twins_of_one(4)
    text = part(client, experiment)
    assert steps(text) == [0, 4]
    assert "2 networks" in text
    [link] = re.findall(r'aria-expanded="false" href="([^"#]*)#population"[^>]*>and 3 twins<', text)
    unfolded = part(client, experiment, link)
    assert steps(unfolded) == [0, 1, 2, 3, 4]
    [back] = re.findall(r'aria-expanded="true" href="([^"#]*)#population"', unfolded)
    assert steps(part(client, experiment, back)) == [0, 4]


def test_twins_have_rows_of_their_own_where_the_address_says_individuals(client: Client) -> None:
    text = part(client, twins_of_one(4), "?rows=individuals&sort=step")
    assert steps(text) == [0, 1, 2, 3, 4]
    assert "twin" not in text.replace('title="Twins have rows', "")


def test_more_twins_than_can_be_listed_are_a_link_to_all_of_them(client: Client) -> None:
    experiment = twins_of_one(60)
    text = part(client, experiment, "?unfold=0")
    assert len(steps(text)) == 1 + 50 + 1
    [link] = re.findall(r'href="([^"#]*)#population"[^>]*>9 further twins of #0: all as rows<', text)
    assert "60 match" in part(client, experiment, link.replace("&amp;", "&"))


@pytest.mark.parametrize("unfold", ["x", "1,,2", "-1", "9" * 40, ","])
def test_nonsense_to_unfold_unfolds_nothing(client: Client, unfold: str) -> None:
    assert steps(part(client, twins_of_one(3), f"?unfold={unfold}")) == [0, 3]
