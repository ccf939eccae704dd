"""A new strategy is one module and one row: form, REST, help, summary, command and search find it by themselves."""

import os
import subprocess
import sys
from pathlib import Path

from tests.build.tree import ROOT

ADDED = '''
import json, random
from io import StringIO
from typing import Literal
from pydantic import Field
from search.evolution.strategies import STRATEGIES, StrategyRow
from search.evolution.strategies.base import Proposal, Strategy
from search.evolution.strategies.settings import StrategyConfig

class LazyConfig(StrategyConfig):
    kind: Literal["lazy"] = "lazy"
    laziness: float = Field(default=0.25, ge=0, le=1, title="Laziness", description="How little it does.")

class Lazy(Strategy[LazyConfig]):
    """Proposes the best again and again."""
    def propose(self, population, rng: random.Random, step: int) -> Proposal:
        if len(population) == 0:
            return self.initial(rng)
        best = population.placed(0)
        return Proposal(population.genotype(best), "copy", best, why="the best once more")

STRATEGIES["lazy"] = StrategyRow("Lazy search", "Nobody 2026", "does nothing new.", LazyConfig, Lazy)

import nasweb.wsgi
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
browser = Client(headers={"host": "localhost"})
form = browser.get("/experiments/new/").content.decode()
assert '<option value="lazy">Lazy search</option>' in form
assert 'name="laziness"' in form and 'data-for="lazy"' in form and "How little it does." in form
assert "Nobody 2026" in browser.get("/help/").content.decode()
explained = browser.get("/help/strategies/lazy/").content.decode()
assert "How little it does." in explained and "the best once more" in explained
rows = {row["kind"]: row for row in browser.get("/api/v1/strategies").json()["items"]}
[setting] = [row for row in rows["lazy"]["settings"] if row["name"] == "laziness"]
assert (setting["default"], setting["range"]) == (0.25, "≥ 0, ≤ 1")
out = StringIO()
call_command("strategies", stdout=out)
assert "lazy: Lazy search (Nobody 2026; runs in the step)" in out.getvalue()
body = {"preset": "quick", "overrides": {"strategy": {"kind": "lazy", "laziness": 2}}}
answer = browser.post("/api/v1/experiments", json.dumps(body), content_type="application/json")
assert answer.status_code == 422 and "strategy.laziness" in answer.content.decode(), answer.content
body["overrides"] = {"strategy": {"kind": "lazy", "laziness": 0.5}, "budget": {"individuals": 3, "in_flight": 1}}
body["overrides"]["decisions"] = {"first_repeats": 0}
answer = browser.post("/api/v1/experiments", json.dumps(body | {"start": True}), content_type="application/json")
assert answer.status_code == 201, answer.content
from search.models import Experiment, Individual
from tests.search.searching import work_off
experiment = work_off(Experiment.objects.get())
assert experiment.state == "finished", experiment.reason
assert [row.why for row in Individual.objects.all()] == ["", "the best once more", "the best once more"]
assert "Lazy search, laziness 0.5" in browser.get(f"/experiments/{experiment.pk}/").content.decode()
assert "the best once more" in browser.get(f"/experiments/{experiment.pk}/individuals/2/").content.decode()
'''


def test_a_row_is_all_that_a_new_strategy_needs(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    done = subprocess.run(
        [sys.executable, "-c", ADDED],
        cwd=ROOT,
        env={
            **environment,
            "NASWEB_VAR_DIR": str(tmp_path),
            "NASWEB_TRAINER": "search.evolution.evaluation.instant_trainer",
            "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
