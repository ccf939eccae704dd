"""A client that a generator makes of the OpenAPI document: nothing is lost on it, and it works against the server."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

import nasweb.urls  # noqa: F401 - mounts all of the API
from search.api.application import api
from search.evolution.genotypes.published import PUBLISHED
from search.models import Experiment

BINARY = ("application/zip", "application/gzip", "application/jsonl", "application/vnd.apache.parquet")
"""Files, as the generator is told (docs/api.md)."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The package's name; it can be imported while the tests of this module run."""
    folder = tmp_path_factory.mktemp("generated")
    document, config = folder / "openapi.json", folder / "config.json"
    document.write_text(json.dumps(api.get_openapi_schema(), default=str))
    overrides = dict.fromkeys(BINARY, "application/octet-stream")
    config.write_text(json.dumps({"content_type_overrides": overrides, "post_hooks": []}))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(document), "--config", str(config)]
    command += ["--output-path", str(folder / "nasweb_generated"), "--fail-on-warning"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield "nasweb_generated"
    sys.path.remove(str(folder))


def operation(package: str, address: str) -> Any:
    return importlib.import_module(f"{package}.api.{address}").sync


def model(package: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{package}.models"), name)


def test_every_operation_has_a_function(generated: str) -> None:
    folder = Path(importlib.import_module(generated).__path__[0])
    made = {path.stem for path in folder.glob("api/*/*.py")}
    asked = {
        operation["operationId"]
        for methods in api.get_openapi_schema()["paths"].values()
        for operation in methods.values()
    }
    assert asked <= made


@pytest.mark.django_db(transaction=True)
def test_it_looks_at_a_genotype_and_stores_it(generated: str, live_server: LiveServer) -> None:
    client = importlib.import_module(generated).Client(base_url=live_server.url)
    text, key = PUBLISHED["liu2018"].genotype.text, PUBLISHED["liu2018"].genotype.key
    asked = model(generated, "GenotypePreview")(genotype=text)
    looked = operation(generated, "genotypes.preview_genotype")(client=client, body=asked)
    assert (looked.valid, looked.inspection.key) == (True, key)
    body = model(generated, "GenotypeCreate")(genotype=text)
    stored = operation(generated, "genotypes.create_genotype")(client=client, body=body)
    assert isinstance(stored, model(generated, "GenotypeDocument"))
    assert (stored.key, stored.text) == (key, text)


@pytest.mark.django_db(transaction=True)
def test_it_takes_an_experiment_away_and_brings_it_back(
    generated: str, live_server: LiveServer, search: Experiment
) -> None:
    client = importlib.import_module(generated).Client(base_url=live_server.url)
    file = operation(generated, "experiments.export_experiment")(search.pk, client=client)
    brought = operation(generated, "experiments.import_experiment")(client=client, body=file)
    assert brought.individuals == 12
    shown = operation(generated, "experiments.show_experiment")(brought.experiment.id, client=client)
    assert (shown.name, shown.state) == (search.name, "finished")
