"""The client reaches every operation of the REST API, and says in its manual how."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from pytest_django.fixtures import Settings

from nasweb.client import Client, Experiment
from nasweb.client.evaluations import Evaluations
from nasweb.client.experiments import Experiments
from nasweb.client.genotypes import Genotypes
from nasweb.client.motifs import Motifs
from nasweb.client.transport import Transport
from search import services
from search.api.application import api
from search.checkpoints import repeat_checkpoint
from search.kept_weights import keep_weights
from search.models import Experiment as ExperimentRow
from search.models import Motif
from tests.processes import ROOT
from tests.search.searching import claim_next, small_config, started

pytestmark = pytest.mark.django_db(transaction=True)
OPERATIONS: dict[tuple[str, re.Pattern[str]], str] = {
    (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path))): operation["operationId"]
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, operation in methods.items()
}


def operation_of(request: Request) -> str:
    """The one whose address fits and has the fewest variable parts."""
    path = request.full_url.partition("/api/v1")[2].partition("?")[0]
    fitting = [
        (pattern.pattern.count("[^/]+"), name)
        for (method, pattern), name in OPERATIONS.items()
        if method == request.get_method() and pattern.fullmatch(f"/api/v1{path}")
    ]
    return min(fitting)[1]


def test_every_operation_has_a_method(
    server: Client, search: ExperimentRow, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    asked: set[str] = set()
    send = Transport._send

    def noted(transport: Transport, request: Request, *rest: Any) -> bytes:
        asked.add(operation_of(request))
        return send(transport, request, *rest)

    monkeypatch.setattr(Transport, "_send", noted)
    for visit in (_look_around, _look_at_genotypes, _look_at_an_experiment, _change, _train):
        visit(server, search, tmp_path)
    assert sorted(set(OPERATIONS.values()) - asked) == []


def _look_around(server: Client, search: ExperimentRow, _: Path) -> None:
    lists: tuple[Callable[[], list[Any]], ...] = (
        server.presets, server.spaces, server.primitives, server.published, server.datasets, server.protocols,
        server.problems,
    )  # fmt: skip
    assert all(read() for read in lists)
    assert server.workers()["items"] == []
    assert [row.id for row in server.experiments.list()] == [search.pk]


def _look_at_genotypes(server: Client, search: ExperimentRow, _: Path) -> None:
    first, second = (row.genotype for row in server.experiments.get(search.pk).individuals(limit=2))
    key = server.genotypes.create(first)["key"]
    assert server.genotypes.get(key) == first
    assert server.genotypes.diff(key, second.key)["left"] == key
    assert {row["genotype_key"] for row in server.genotypes.carriers(key)} == {key}
    assert all(row["key"] != key for row in server.genotypes.equal(key))
    assert b"<svg" in server.genotypes.drawing(key, "L3-M1")
    motif = server.genotypes.motifs(key)[0]["key"]
    assert server.motifs.get(motif)["level"] == Motif.objects.get(key=motif).level
    assert list(server.motifs.users(motif, limit=1))
    assert server.inspect(first).key == key


def _look_at_an_experiment(server: Client, search: ExperimentRow, folder: Path) -> None:
    experiment = server.experiments.get(search.pk)
    best = experiment.best
    assert best is not None
    trained = server.evaluations.get(best.evaluation_id)
    keep_weights(
        phenotype_key=trained.phenotype_key, protocol_key=trained.protocol_key, repeat=0, weights=b"w"
    )
    server.evaluations.save_weights(trained.id, 0, folder / "weights.pt")
    server.evaluations.save_network(trained.id, folder / "network.py")
    server.genotypes.save_network(best.genotype_key, folder / "large.py", host="large", classes=100)
    assert (folder / "weights.pt").read_bytes() == b"w"
    assert "classes: int = 10" in (folder / "network.py").read_text()
    assert "classes: int = 100" in (folder / "large.py").read_text()
    assert experiment.lineage(best.step)[0].step == best.step
    assert all(child.parent_step == best.step for child in experiment.children(best.step))
    assert len(experiment.curves()["points"]) == 12
    assert len(list(experiment.motifs(limit=3, sort="-fitness"))) == 3
    assert sum(row["count"] for row in experiment.mutations()) == 7
    assert experiment.front("seconds")[-1]["fitness"] == best.fitness
    assert experiment.describe(best.step, tags=["good one"]).tags == ["good one"]
    for ending in ("csv", "jsonl", "parquet"):
        experiment.save_individuals(folder / f"table.{ending}", "fitness>0")
        assert (folder / f"table.{ending}").stat().st_size > 100
    with pytest.raises(ValueError, match="must end in one of csv, jsonl, parquet"):
        experiment.save_individuals(folder / "table.xls")
    experiment.export(folder / "whole.gz")
    server.experiments.import_file(folder / "whole.gz").delete()


def _change(server: Client, _: ExperimentRow, __: Path) -> None:
    draft = server.experiments.create(preset="quick", start=False)
    assert draft.start().pause().update(name="Changed").resume().stop().wait().name == "Changed"
    experiment = server.experiments.get(started().pk)
    step = experiment.evaluate(server.published()[0]["text"]).step
    assert experiment.individual(step).origin == "human"
    with pytest.raises(TimeoutError):
        experiment.wait(timeout=1.1)


def _train(server: Client, _: ExperimentRow, folder: Path) -> None:
    claim = claim_next(started(small_config(seed=99)))
    keys = {"phenotype_key": claim.phenotype_key, "protocol_key": claim.protocol_key}
    repeat_checkpoint(**keys, repeat=0).save(b"a state")
    number = claim.evaluation_id
    assert server.evaluations.checkpoints(number)[0]["repeat"] == 0
    server.evaluations.save_checkpoint(number, 0, folder / "state")
    assert (folder / "state").read_bytes() == b"a state"
    services.fail_evaluation(claim=claim, code="error", reason="broken", log="Traceback")
    assert server.evaluations.log(number) == "Traceback"
    assert server.evaluations.curves(number)["state"] == "failed"
    assert server.evaluations.retry(number).state == "waiting"
    assert server.evaluations.cancel(number).state == "cancelled"
    assert server.evaluations.get(number).id == number
    assert list(server.evaluations.list(state=["cancelled"]))


@pytest.mark.parametrize("part", [Client, Experiment, Experiments, Evaluations, Genotypes, Motifs])
def test_every_method_is_in_the_manual(part: type) -> None:
    manual = (ROOT / "docs/client.md").read_text()
    public = [name for name, _ in inspect.getmembers(part) if not name.startswith("_")]
    missing = [name for name in public if f".{name}(" not in manual and f".{name}`" not in manual]
    assert [name for name in missing if name not in ("close", "url", "id", "name", "state", "config")] == []
