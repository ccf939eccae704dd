"""Files: a search is taken from one server and into another, by script and by command."""

import json
from pathlib import Path
from typing import Any

import pytest

from nasweb.client import ApiError, Client, transport
from search.models import Experiment
from tests.client.conftest import Nas
from tests.client.test_refusals import BAD_GATEWAY, SILENT, Script
from tests.search.importing.files import contents, empty_the_database

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exported_search_is_imported_with_nothing_lost(
    server: Client, search: Experiment, tmp_path: Path
) -> None:
    file = tmp_path / "search.nasweb.jsonl.gz"
    server.experiments.get(search.pk).export(file)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    before = contents()
    empty_the_database()
    experiment = server.experiments.import_file(file, idempotency_key="once")
    assert contents() == before
    assert (experiment.name, experiment.state) == ("Finished search", "finished")
    assert experiment.imported is not None
    assert experiment.imported["differing"] == 0
    assert server.experiments.import_file(file, idempotency_key="once").id == experiment.id


def test_the_command_line_exports_and_imports(nas: Nas, search: Experiment, tmp_path: Path) -> None:
    file = tmp_path / "search.gz"
    assert nas("experiments", "export", search.pk, file).out == f"Experiment {search.pk} is in {file}.\n"
    said = nas("experiments", "import", file)
    assert said.status == 0
    assert "differing:      0 evaluations" in said.out
    document = json.loads(nas("experiments", "import", file, "--json").out)
    assert (document["state"], Experiment.objects.count()) == ("finished", 3)


def test_a_file_that_cannot_be_read_or_written_is_named(nas: Nas, search: Experiment, tmp_path: Path) -> None:
    missing = nas("experiments", "import", tmp_path / "none.gz")
    assert (missing.status, "none.gz cannot be read: No such file" in missing.err) == (2, True)
    nowhere = nas("experiments", "export", search.pk, tmp_path / "no" / "where.gz")
    assert (nowhere.status, "where.gz cannot be written" in nowhere.err) == (2, True)
    torn = tmp_path / "torn.gz"
    torn.write_bytes(b'{"nasweb": "experiment", "version": 7}\n')
    refused = nas("experiments", "import", torn)
    assert (refused.status, "this installation reads version 1" in refused.err) == (1, True)


def test_what_is_not_whole_does_not_stand_under_the_name(
    server: Client, search: Experiment, tmp_path: Path
) -> None:
    file = tmp_path / "search.gz"
    experiment = server.experiments.get(search.pk)
    Experiment.objects.update(best=None)
    search.individuals.all().delete()
    search.delete()
    with pytest.raises(ApiError, match="There is no experiment"):
        experiment.export(file)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_sent_again_from_its_beginning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.001)
    file = tmp_path / "search.jsonl"
    file.write_bytes(b"x" * 100_000)
    good: Any = (422, {}, {"title": "no"})
    script = Script(SILENT, BAD_GATEWAY, good)
    with script.running() as client, pytest.raises(ApiError):
        client.experiments.import_file(file)
    assert [headers["Content-Length"] for _, _, headers in script.asked] == ["100000"] * 3
    assert {headers["Content-Type"] for _, _, headers in script.asked} == {"application/jsonl"}
    assert len({headers["Idempotency-Key"] for _, _, headers in script.asked}) == 1
