"""What an experiment teaches, and who works: the figures of the pages, for scripts."""

from typing import Any

import pytest

from search.models import Experiment, Individual, MotifUse
from search.services.workers import report_worker
from tests.api.conftest import Api
from tests.search.searching import claim_next, started

pytestmark = pytest.mark.django_db


def everything(api: Api, address: str, **query: Any) -> list[Any]:
    rows, cursor = [], ""
    while cursor is not None:
        page = api.get(address, **query, cursor=cursor)
        assert page.status == 200, page.document
        rows += page.items
        cursor = page["next_cursor"]
    return rows


@pytest.mark.parametrize("order", ["-carriers", "first_step", "-fitness"])
def test_motifs_come_page_by_page_in_order_each_once(api: Api, search: Experiment, order: str) -> None:
    address = f"/experiments/{search.pk}/motifs"
    rows = everything(api, address, order=order, limit=7, carriers=1)
    used = MotifUse.objects.filter(uses__gt=0, genotype__individuals__experiment=search)
    assert sorted(row["key"] for row in rows) == sorted(set(used.values_list("motif__key", flat=True)))
    worth = {
        "-carriers": [-row["carriers"] for row in rows],
        "first_step": [row["first_step"] for row in rows],
        "-fitness": [-_low(row["against_the_rest"]) for row in rows],
    }
    assert worth[order] == sorted(worth[order])


def _low(difference: dict[str, float] | None) -> float:
    return difference["low"] if difference and difference["low"] is not None else -2.0


def test_a_motif_is_counted_over_individuals_and_compared_over_networks(api: Api, search: Experiment) -> None:
    row = everything(api, f"/experiments/{search.pk}/motifs", limit=1)[0]
    users = Individual.objects.filter(
        experiment=search, genotype__motifs__motif__key=row["key"], genotype__motifs__uses__gt=0
    ).distinct()
    assert row["carriers"] == users.count()
    assert row["first_step"] == min(user.step for user in users)
    fitness = {user.evaluation_id: user.fitness for user in users if user.fitness is not None}
    assert row["networks"] == len(fitness)
    assert row["mean_fitness"] == pytest.approx(sum(fitness.values()) / len(fitness))


def test_motifs_are_chosen_by_level_and_number_of_carriers(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/motifs"
    assert {row["level"] for row in everything(api, address, level=3, carriers=1)} == {3}
    assert all(row["carriers"] >= 3 for row in everything(api, address, carriers=3))
    assert api.get(address, cursor="WyJzdGVwIiwxLDFd").status == 422
    assert api.get("/experiments/4711/motifs").status == 404


def test_mutations_add_up_to_the_children(api: Api, search: Experiment) -> None:
    rows = api.get(f"/experiments/{search.pk}/mutations").items
    assert sum(row["count"] for row in rows) == search.individuals.filter(mutation__isnull=False).count()
    for row in rows:
        assert row["better"] + row["worse"] <= row["compared"] <= row["count"]


@pytest.mark.parametrize("cost", ["parameters", "multiply_adds", "seconds"])
def test_the_front_is_what_nothing_beats(api: Api, search: Experiment, cost: str) -> None:
    front = api.get(f"/experiments/{search.pk}/front", cost=cost)
    places = [(row["cost"], row["fitness"]) for row in front.items]
    assert places == sorted(places)
    assert [fitness for _, fitness in places] == sorted({fitness for _, fitness in places})
    assert front["evaluated"] == search.evaluated
    best = max(row.fitness or 0 for row in search.individuals.all())
    assert places[-1][1] == best


def test_workers_are_listed_with_what_they_do(api: Api) -> None:
    assert api.get("/workers").document == {
        "items": [], "running": 0, "waiting": 0, "failed": 0, "oldest_waiting": None
    }  # fmt: skip
    report_worker(name="worker@here", device="cpu", version="1", processes=2, starting=True)
    claim = claim_next(started(), worker="worker@here")
    found = api.get("/workers")
    assert (found["running"], found["waiting"]) == (1, 1)
    (row,) = found.items
    assert (row["name"], row["alive"], row["evaluations"]) == ("worker@here", True, [claim.evaluation_id])


def test_notes_and_tags_of_an_individual_are_changed_and_shown(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/individuals/3"
    body = b'{"notes": "Look", "tags": ["good one", "second"]}'
    changed = api.send(address, body, method="PATCH")
    assert (changed["notes"], changed["tags"]) == ("Look", ["good one", "second"])
    assert api.send(address, b'{"tags": []}', method="PATCH")["notes"] == "Look"
    refused = api.send(address, b'{"fitness": 1}', method="PATCH")
    assert (refused.status, refused.fields) == (422, ["fitness"])
    assert api.send(f"/experiments/{search.pk}/individuals/99", b"{}", method="PATCH").status == 404
