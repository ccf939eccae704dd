"""A real search on digits of every strategy, through web, broker and workers, and pictures of what each has learned:
`python -m tests.browser.every_strategy FOLDER`.

The searches share seed, space and protocol, so that they also share their initial networks. Ends with status 1 where
one did not finish, proposed nothing of its own, or has nothing to show on its page.
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser

from search.evolution.strategies import STRATEGIES
from tests.browser.chromium import running_chromium
from tests.browser.pictures import LOOKS, say, take
from tests.browser.system import System, running_system

PROTOCOL = {"dataset": "digits", "channels": 4, "steps": 40, "batch_size": 32, "repeats": 1}
INITIAL, DRAFTS = 6, 3
TOLD: dict[str, dict[str, Any]] = {
    "evolution": {"tournament_fraction": 0.25},
    "aging": {"tournament_fraction": 0.25},
    "progressive": {"beam": 3, "epochs": 20},
    "embedding": {"epochs": 20},
}
"""So that something is chosen among so few networks; models are trained for less long than published."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--networks", type=int, default=14)
    parser.add_argument("--only", nargs="*", default=list(STRATEGIES), choices=STRATEGIES)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(prefix="nasweb-strategies-") as name,
        running_system(Path(name), workers=1) as system,
    ):
        began = time.monotonic()
        started = {kind: _start(system, kind, options.networks) for kind in options.only}
        ended = {kind: _end(system, number) for kind, number in started.items()}
        say(f"{len(ended)} searches in {time.monotonic() - began:.0f} s")
        with running_chromium() as browser:
            faults = [
                fault
                for kind, experiment in ended.items()
                for fault in _look(browser, system, kind, experiment, options.folder)
            ]
    for fault in faults:
        say(f"FAULT {fault}")
    return bool(faults)


def _start(system: System, kind: str, networks: int) -> int:
    strategy = {"kind": kind, "initial_population": INITIAL, "initial_mutations": 100} | TOLD.get(kind, {})
    if STRATEGIES[kind].runs == "worker":
        strategy["drafts"] = DRAFTS
    overrides = {
        "strategy": strategy,
        "protocol": PROTOCOL,
        "decisions": {"first_repeats": 0},
        "budget": {"individuals": networks, "in_flight": 1},
    }
    order = {"name": STRATEGIES[kind].title, "preset": "quick", "overrides": overrides, "start": True}
    number: int = system.api("experiments", order)["id"]
    return number


def _end(system: System, number: int) -> dict[str, Any]:
    experiment: dict[str, Any] = system.api(f"experiments/{number}")
    while experiment["state"] == "running":
        time.sleep(1)
        experiment = system.api(f"experiments/{number}")
    return experiment


def _look(browser: Browser, system: System, kind: str, experiment: dict[str, Any], folder: Path) -> list[str]:
    """Pictures of its strategy's page, one line about the search, and what was wrong with it."""
    number = experiment["id"]
    learned = system.api(f"experiments/{number}/strategy")
    rows = system.api(f"experiments/{number}/individuals?limit=100")["items"]
    own = [row for row in rows if row["origin"] != "initial"]
    best = experiment["best"]["fitness"] if experiment["best"] else 0.0
    say(
        f"{kind}: {experiment['state']}, {experiment['evaluated']} evaluated, {experiment['failed']} failed, "
        f"{len(own)} of its own, version {learned['version'] or '-'}, {len(learned['tables'])} tables, best {best:.2%}"
    )
    for look in LOOKS:
        take(browser, f"{system.address}/experiments/{number}/strategy/", look, folder / f"{kind}-{look}.png")
    draws_only = kind in ("random", "halving")
    wrong = {
        f"ended as {experiment['state']}: {experiment.get('reason', '')}": experiment["state"] != "finished",
        "proposed nothing of its own": not own and not draws_only,
        "does not say why it drafted": any(row["origin"] == "draft" and not row["why"] for row in rows),
        "has nothing to show": not learned["tables"] and not learned["facts"] and not draws_only,
    }
    return [f"{kind}: {words}" for words, is_wrong in wrong.items() if is_wrong]


if __name__ == "__main__":
    sys.exit(main())
