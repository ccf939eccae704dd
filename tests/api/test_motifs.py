"""Motifs of a genotype, and how those fare who use one."""

import pytest

from search.models import Experiment
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
UNKNOWN = "0" * 32


def test_the_motifs_of_a_genotype_stand_by_level_and_slot(api: Api, search: Experiment) -> None:
    assert search.best is not None
    rows = api.get(f"/genotypes/{search.best.genotype.key}/motifs").items
    assert [(row["level"], row["slot"]) for row in rows] == [(2, slot) for slot in range(1, 7)] + [(3, 1)]
    below = {row["key"] for row in rows if row["level"] == 2}
    cell = rows[-1]
    assert cell["uses"] == 1
    assert {operation for row in cell["structure"] for operation in row if operation} <= below


def test_a_motif_tells_how_its_users_fare(api: Api, search: Experiment) -> None:
    assert search.best is not None
    used = next(row for row in api.get(f"/genotypes/{search.best.genotype.key}/motifs").items if row["uses"])
    shown = api.get(f"/motifs/{used['key']}")
    assert shown["structure"] == used["structure"]
    assert shown["best_fitness"] == search.best.fitness
    assert 1 <= shown["evaluated"] <= shown["individuals"]
    users = api.get(f"/motifs/{used['key']}/users").items
    assert len(users) == shown["individuals"]
    assert search.best.step in [row["step"] for row in users]


@pytest.mark.parametrize(
    "address", [f"/motifs/{UNKNOWN}", f"/motifs/{UNKNOWN}/users", f"/genotypes/{UNKNOWN}/motifs"]
)
def test_what_is_unknown_is_not_found(api: Api, address: str) -> None:
    assert api.get(address).status == 404
