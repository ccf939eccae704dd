"""The top of the ladder: a whole search on real images, through the pages' server, the broker and the workers.

`pytest tests/whole -rP` prints its figures.
"""

import sys
import time
from collections.abc import Iterator

import pytest

from tests.browser.system import System, running_system
from tests.processes import eventually

pytestmark = [pytest.mark.service, pytest.mark.slow]

NETWORKS, INITIAL = 60, 12
# The initial networks lie near the trivial one, so that there is much to climb.
OVERRIDES = {
    "strategy": {"initial_population": INITIAL, "initial_mutations": 20},
    "budget": {"individuals": NETWORKS},
    "seed": 2,
}


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("whole")) as system:
        yield system


def test_evolution_on_real_images_finds_better_networks_than_it_began_with(system: System) -> None:
    began = time.monotonic()
    order = {"name": "A whole search", "preset": "quick", "overrides": OVERRIDES, "start": True}
    number = system.api("experiments", order)["id"]
    eventually(
        lambda: system.api(f"experiments/{number}")["state"] != "running",
        "the search ends",
        seconds=900,
        every=1,
    )

    experiment = system.api(f"experiments/{number}")
    assert (experiment["state"], experiment["failed"]) == ("finished", 0)
    individuals = system.api(f"experiments/{number}/individuals?limit=200")["items"]
    assert sorted(row["step"] for row in individuals) == list(range(experiment["evaluated"]))
    proposed = [row for row in individuals if row["origin"] != "confirmation"]
    assert len(proposed) == NETWORKS  # and some that trained the leader again
    first = max(row["fitness"] for row in individuals if row["origin"] == "initial")
    best = max(row["fitness"] for row in individuals)
    assert experiment["best"]["fitness"] == best
    assert best > first, "evolution found nothing better than its initial population"
    assert best > 0.9, "ten classes: guessing gives 0.1"
    assert "ended with status" not in system.log  # no part had to be started again
    sys.stdout.write(
        f"{NETWORKS} networks in {time.monotonic() - began:.0f} s on two training processes, "
        f"{experiment['shared']} of them known before; best of the first {INITIAL}: {first:.2%}, "
        f"best of all: {best:.2%} with {experiment['best']['parameters']:,} parameters\n"
    )
