"""The web process never loads torch: it takes seconds and hundreds of megabytes, and pages do not train."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.tree import ROOT

SERVE_A_PAGE = """
import sys
from nasweb.{module} import application
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

def resolve(patterns):
    for pattern in patterns:
        resolve(pattern.url_patterns) if hasattr(pattern, "url_patterns") else pattern.callback

call_command("migrate", verbosity=0)
resolve(get_resolver().url_patterns)
pages = ("/experiments/", "/experiments/new/", "/help/strategies/mcts/", "/help/strategies/bayesian/")
for address in (*pages, "/api/v1/openapi.json"):
    status = Client(headers={{"host": "localhost"}}).get(address).status_code
    assert status == 200, (address, status)
heavy = {{"torch", "torchvision", "sklearn", "scipy", "numpy", "search.training.trainer", "search.learning.reinforce"}}
print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_serving_pages_loads_no_torch(module: str, tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    done = subprocess.run(
        [sys.executable, "-c", SERVE_A_PAGE.format(module=module)],
        cwd=ROOT,
        env={**environment, "NASWEB_VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "nasweb.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr[-2000:]
