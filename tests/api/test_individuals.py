"""The individuals of an experiment: filtered, sorted, page by page, and one with its family."""

from typing import Any

import pytest

from search.api.routes.individuals import ORDERS
from search.models import Experiment, Individual
from tests.api.conftest import Api
from tests.search.searching import started, work_off

pytestmark = pytest.mark.django_db


def all_pages(api: Api, address: str, limit: int, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = api.get(address, limit=limit, cursor=cursor, **query)
        assert page.status == 200, page.document
        rows += page.items
        cursor = page["next_cursor"]
    return rows


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 5, 12, 50])
def test_cursors_walk_every_order_once(api: Api, search: Experiment, order: str, limit: int) -> None:
    rows = all_pages(api, f"/experiments/{search.pk}/individuals", limit, order=order)
    assert sorted(row["step"] for row in rows) == list(range(12))
    column = order.lstrip("-")
    values = [row[column] for row in rows if row[column] is not None]
    assert values == sorted(values, reverse=order.startswith("-"))
    if column == "fitness":
        assert [row["step"] for row in rows if row["fitness"] is None] == [rows[-1]["step"]]


def test_ties_go_by_step_across_pages(api: Api, search: Experiment) -> None:
    Individual.objects.filter(experiment=search, fitness__isnull=False).update(fitness=0.5)
    rows = all_pages(api, f"/experiments/{search.pk}/individuals", 2, order="-fitness")
    steps = [row["step"] for row in rows if row["fitness"] is not None]
    assert steps == sorted(steps)
    assert len(rows) == 12


def test_filters_hold_together(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/individuals"
    assert len(api.get(address, state="failed").items) == 1
    assert len(api.get(address, state=["failed", "done"]).items) == 12
    origins = {row["origin"] for row in api.get(address, origin="mutation").items}
    assert origins == {"mutation"}
    best = search.best
    assert best is not None
    fit = api.get(address, min_fitness=best.fitness).items
    assert {row["fitness"] for row in fit} == {best.fitness}
    assert api.get(address, max_fitness=0.01).items == []
    small = api.get(address, max_parameters=best.parameters, min_parameters=best.parameters, state="done")
    assert best.step in [row["step"] for row in small.items]


def test_the_language_of_the_table_filters_too(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/individuals"
    assert [row["step"] for row in api.get(address, query="state:failed").items] == [0]
    assert len(api.get(address, query="-state:failed step>=6").items) == 6


@pytest.mark.parametrize(
    "query,field,words",
    [
        ({"query": "colour:red"}, "query", "unknown field"),
        ({"order": "colour"}, "order", "'step'"),
        ({"state": "asleep"}, "state.0", "'waiting'"),
        ({"min_fitness": "nan"}, "min_fitness", "number"),
        ({"min_fitness": "2"}, "min_fitness", "less than or equal to 1"),
        ({"min_parameters": "99999999999999999999"}, "min_parameters", "9223372036854775807"),
        ({"limit": "0"}, "limit", "greater than or equal to 1"),
        ({"limit": "501"}, "limit", "less than or equal to 500"),
        ({"limit": "1_0"}, "limit", "digits"),
        ({"page": "2"}, "page", "unknown parameter; use"),
        ({"order": ["step", "fitness"]}, "order", "more than once"),
        ({"query": "reason:\0"}, "query", "NUL"),
    ],
)
def test_what_cannot_be_asked_is_named(
    api: Api, search: Experiment, query: dict[str, Any], field: str, words: str
) -> None:
    refused = api.get(f"/experiments/{search.pk}/individuals", **query)
    assert refused.status == 422
    assert refused.fields == [field]
    assert words in refused["errors"][0]["message"]
    assert refused["errors"][0]["in"] == "query"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!",
        "AAAA",
        "WyJzdGVwIiwxLDFd" + "A" * 200,
        "WyItZml0bmVzcyIsMSwxXQ",  # ["-fitness",1,1]
        "WyJzdGVwIixudWxsLDFd",  # ["step",null,1]
        "WyJzdGVwIiwxZTk5OSwxXQ",  # ["step",1e999,1]
        "WyJzdGVwIiwxLDEwMDAwMDAwMDAwMDAwMDAwMDAwMF0",  # ["step",1,100000000000000000000]
        "WyJzdGVwIiwxXQ",  # ["step",1]
        "WyJzdGVwIix0cnVlLDFd",  # ["step",true,1]
    ],
)
def test_a_cursor_of_another_list_is_refused(api: Api, search: Experiment, cursor: str) -> None:
    refused = api.get(f"/experiments/{search.pk}/individuals", cursor=cursor)
    assert refused.status == 422
    assert refused.fields == ["cursor"]


def test_an_individual_is_shown_with_its_genotype_and_mutation(api: Api, search: Experiment) -> None:
    child = Individual.objects.filter(experiment=search, origin="mutation").select_related("parent").first()
    assert child is not None
    assert child.parent is not None
    shown = api.get(f"/experiments/{search.pk}/individuals/{child.step}")
    assert shown["parent_step"] == child.parent.step
    assert shown["genotype_key"] == child.genotype.key
    assert shown["document"] == {"space": "hierarchical", "levels": child.genotype.levels}
    assert shown["mutation"]["kind"] in ("add", "alter", "remove")
    assert "→" in shown["mutation"]["text"]


def test_children_and_ancestors_are_listed(api: Api, search: Experiment) -> None:
    child = Individual.objects.filter(experiment=search, generation__gte=1).order_by("-generation").first()
    assert child is not None
    line = api.get(f"/experiments/{search.pk}/individuals/{child.step}/lineage").items
    assert [row["generation"] for row in line] == list(range(child.generation, -1, -1))
    assert line[-1]["origin"] == "initial"
    parent = line[1]["step"]
    children = all_pages(api, f"/experiments/{search.pk}/individuals/{parent}/children", 1)
    assert child.step in [row["step"] for row in children]
    assert api.get(f"/experiments/{search.pk}/individuals/{parent}")["children"] == len(children)


@pytest.mark.parametrize("address", ["", "/children", "/lineage"])
def test_an_unknown_individual_is_not_found(api: Api, search: Experiment, address: str) -> None:
    refused = api.get(f"/experiments/{search.pk}/individuals/999{address}")
    assert refused.status == 404
    assert "999" in refused["detail"]


def test_a_page_costs_the_same_number_of_queries_however_long(
    api: Api, search: Experiment, django_assert_max_num_queries: Any
) -> None:
    work_off(started())
    with django_assert_max_num_queries(3):
        api.get(f"/experiments/{search.pk}/individuals", limit=12)


def test_equal_networks_are_one_row_where_that_is_asked_for(api: Api, search: Experiment) -> None:
    first, second = search.individuals.filter(state="done").order_by("step")[:2]
    Individual.objects.filter(pk=second.pk).update(evaluation=first.evaluation_id, fitness=first.fitness)
    address = f"/experiments/{search.pk}/individuals"
    earliest: dict[int, int] = {}
    for row in search.individuals.order_by("-step"):
        earliest[row.evaluation_id] = row.step
    assert second.step not in earliest.values()
    for order in ("step", "-fitness"):
        networks = [row["step"] for row in all_pages(api, address, 5, rows="networks", order=order)]
        assert sorted(networks) == sorted(earliest.values())
