"""Genotypes: looked at without storing, shown by key, with their carriers and equals, compared."""

from typing import Any

import pytest

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.models import Experiment, Genotype, Individual
from tests.api.conftest import ROOT, Api

pytestmark = pytest.mark.django_db
CELL = PUBLISHED["liu2018"].genotype
UNKNOWN = "0" * 32
DEAD_END = "hierarchical:" + "-".join(["6.06.006"] * 6) + ":1.00.000.0000"


def preview(api: Api, **body: Any) -> Any:
    answer = api.post("/genotypes/preview", body)
    assert answer.status == 200, answer.document
    return answer


@pytest.mark.parametrize("given", [CELL.to_json(), CELL.text], ids=["document", "text"])
def test_a_preview_tells_what_a_genotype_builds(api: Api, given: object) -> None:
    shown = preview(api, genotype=given, host={"channels": 64})
    assert shown["valid"] is True
    assert shown["inspection"]["key"] == CELL.key
    assert shown["inspection"]["host"]["channels"] == 64
    assert shown["inspection"]["parameters"] > 1_000_000
    assert any("do not reach the network" in warning for warning in shown["warnings"])
    assert shown["known"]["genotype"] is False


def test_a_preview_stores_nothing(api: Api) -> None:
    preview(api, genotype=CELL.text)
    assert not Genotype.objects.exists()


@pytest.mark.parametrize(
    "given,field,words",
    [
        ("hierarchical:4", "levels", "has 1 lists of motifs"),
        ("nonsense", "", "looks like"),
        ({"space": "flat", "levels": [[[[1]]]]}, "levels[0][0]", "needs 10 rows"),
        ({"space": "cubic", "levels": []}, "space", "presets are"),
        ({"levels": []}, "", "space is missing"),
        (
            {"space": "hierarchical", "levels": CELL.to_json()["levels"], "name": "x"},
            "",
            "unknown fields name",
        ),
    ],
)
def test_a_preview_says_what_is_not_right(api: Api, given: object, field: str, words: str) -> None:
    shown = preview(api, genotype=given)
    assert shown["valid"] is False
    assert shown["errors"][0]["field"] == field
    assert words in shown["errors"][0]["message"]
    assert shown["inspection"] is None


def test_an_infeasible_genotype_is_valid_and_builds_nothing(api: Api) -> None:
    broken = trivial_genotype(SPACES["flat"]).with_edge(2, 1, 11, 10, 0)
    shown = preview(api, genotype=broken.text)
    assert shown["valid"] is True
    assert shown["inspection"]["feasible"] is False
    assert "builds no network" in shown["warnings"][0]
    assert shown["known"] is None


def test_a_preview_tells_how_fit_a_known_network_is(api: Api, search: Experiment) -> None:
    best = search.best
    assert best is not None
    known = preview(api, genotype=best.genotype.text)["known"]
    assert known["genotype"] is True
    assert known["individuals"] >= 1
    assert known["evaluations"][0]["fitness"] == best.fitness


@pytest.mark.parametrize(
    "body,field",
    [
        ({}, "genotype"),
        ({"genotype": 5}, "genotype"),
        ({"genotype": "x", "host": {"channels": 0}}, "host.channels"),
        ({"genotype": "x", "host": {"channels": "16"}}, "host.channels"),
        ({"genotype": "x", "colour": 1}, "colour"),
        ({"genotype": "\0"}, "genotype"),
        ({"genotype": {"space": "flat", "levels": [[[[10**30]]]]}}, "genotype.levels.0.0.0.0"),
    ],
)
def test_a_preview_refuses_bodies_that_are_none(api: Api, body: dict[str, Any], field: str) -> None:
    refused = api.post("/genotypes/preview", body)
    assert refused.status == 422
    assert any(name.startswith(field) for name in refused.fields)


def test_a_genotype_is_shown_with_carriers_and_fitness(api: Api, search: Experiment) -> None:
    best = search.best
    assert best is not None
    shown = api.get(f"/genotypes/{best.genotype.key}", channels=4, image_size=8, image_channels=1)
    assert shown["text"] == best.genotype.text
    assert shown["inspection"]["parameters"] == best.parameters
    assert best.step in [row["step"] for row in shown["carriers"]]
    assert shown["carriers_total"] == len(shown["carriers"])
    assert [row["fitness"] for row in shown["evaluations"]] == [best.fitness]


def test_equal_networks_are_listed(api: Api, search: Experiment) -> None:
    one, other = Genotype.objects.order_by("pk")[:2]
    Genotype.objects.filter(pk=other.pk).update(phenotype_key=one.phenotype_key)
    shown = api.get(f"/genotypes/{one.key}")
    assert [row["key"] for row in shown["equal"]] == [other.key]
    assert [row["key"] for row in api.get(f"/genotypes/{one.key}/equal").items] == [other.key]


def test_carriers_are_listed_page_by_page(api: Api, search: Experiment) -> None:
    genotype = Genotype.objects.first()
    assert genotype is not None
    Individual.objects.filter(experiment=search, step__lt=3).update(genotype=genotype)
    first = api.get(f"/genotypes/{genotype.key}/carriers", limit=2)
    rest = api.get(f"/genotypes/{genotype.key}/carriers", limit=500, cursor=first["next_cursor"])
    assert [row["step"] for row in first.items + rest.items][:3] == [0, 1, 2]


def test_two_genotypes_are_compared(api: Api, search: Experiment) -> None:
    child = Individual.objects.filter(experiment=search, origin="mutation").select_related("parent").first()
    assert child is not None
    assert child.parent is not None
    shown = api.get(f"/genotypes/{child.parent.genotype.key}/diff/{child.genotype.key}")
    assert shown["distance"] == 1
    change = shown["motifs"][0]["changes"][0]
    mutation = child.mutation or {}
    assert [change[name] for name in ("successor", "predecessor")] == [
        mutation[name] for name in ("successor", "predecessor")
    ]
    same = api.get(f"/genotypes/{child.genotype.key}/diff/{child.genotype.key}")
    assert (same["distance"], same["same_network"], same["motifs"]) == (0, True, [])


@pytest.mark.parametrize("address", ["", "/carriers", "/equal", f"/diff/{UNKNOWN}"])
def test_an_unknown_genotype_is_not_found(api: Api, address: str) -> None:
    assert api.get(f"/genotypes/{UNKNOWN}{address}").status == 404


@pytest.mark.parametrize("key", ["xyz", "A" * 32, "0" * 31, "0" * 33, "%00"])
def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    refused = api.get(f"/genotypes/{key}")
    assert refused.status == 422
    assert refused.fields == ["key"]


def test_a_genotype_is_stored_once(api: Api) -> None:
    made = api.post("/genotypes", {"genotype": CELL.text})
    assert (made.status, made["key"]) == (201, CELL.key)
    assert made.headers["Location"] == f"{ROOT}/genotypes/{CELL.key}"
    again = api.post("/genotypes", {"genotype": CELL.to_json()})
    assert (again.status, again["key"]) == (200, CELL.key)
    assert Genotype.objects.count() == 1
    assert api.get(f"/genotypes/{CELL.key}/motifs").status == 200


@pytest.mark.parametrize(
    "genotype,message", [("flat:1", "flat:1"), (DEAD_END, "builds no network")], ids=["none", "dead end"]
)
def test_what_is_no_genotype_or_builds_nothing_is_not_stored(api: Api, genotype: str, message: str) -> None:
    refused = api.post("/genotypes", {"genotype": genotype})
    assert (refused.status, refused.fields) == (422, ["genotype"])
    assert message in refused["errors"][0]["message"] or message in refused["errors"][0]["value"]
    assert not Genotype.objects.exists()
