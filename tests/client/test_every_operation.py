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
from nasweb.client.finals import Finals
from nasweb.client.genotypes import Genotypes
from nasweb.client.motifs import Motifs
from nasweb.client.shared_trainings import SharedTrainings
from nasweb.client.studies import Studies
from nasweb.client.transport import Transport
from search import services
from search.api.application import api
from search.artifacts.checkpoints import repeat_checkpoint
from search.artifacts.finals import keep_package
from search.artifacts.stored import keep_artifact
from search.artifacts.weights import keep_weights
from search.models import Experiment as ExperimentRow
from search.models import Motif
from tests.processes import ROOT
from tests.search.final_scores import made_up_final
from tests.search.searching import claim_next, small_config, started
from tests.search.shared_training_results import DOCUMENT, made_up_shared_training

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
    send = Transport.send

    def noted(transport: Transport, request: Request, *rest: Any) -> bytes:
        asked.add(operation_of(request))
        return send(transport, request, *rest)

    monkeypatch.setattr(Transport, "send", noted)
    visits = (_look_around, _look_at_genotypes, _look_at_an_experiment, _change, _train, _score)
    for visit in (*visits, _study, _share):
        visit(server, search, tmp_path)
    assert sorted(set(OPERATIONS.values()) - asked) == []


def _look_around(server: Client, search: ExperimentRow, _: Path) -> None:
    lists: tuple[Callable[[], list[Any]], ...] = (
        server.presets, server.strategies, server.spaces, server.primitives, server.published, server.datasets,
        server.protocols, server.problems,
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
    assert experiment.strategy()["kind"] == "evolution"
    assert experiment.work_out_importance()["waits"]
    assert experiment.importance()["features"] is None
    assert experiment.front("seconds")[-1]["fitness"] == best.fitness
    assert experiment.describe(best.step, tags=["good one"]).tags == ["good one"]
    for ending in ("csv", "jsonl", "parquet"):
        experiment.save_individuals(folder / f"table.{ending}", "fitness>0")
        assert (folder / f"table.{ending}").stat().st_size > 100
    with pytest.raises(ValueError, match="must end in one of csv, jsonl, parquet"):
        experiment.save_individuals(folder / "table.xls")
    afresh = experiment.rescore(3)
    assert experiment.rescorings()["experiments"] == [afresh.id]
    experiment.save_report(folder / "report.html")
    assert "</html>" in (folder / "report.html").read_text(encoding="utf-8")
    experiment.export(folder / "whole.gz")
    server.experiments.import_file(folder / "whole.gz").delete()


def _change(server: Client, _: ExperimentRow, __: Path) -> None:
    draft = server.experiments.create(preset="quick", start=False)
    assert draft.start().pause().update(name="Changed").resume().stop().wait().name == "Changed"
    experiment = server.experiments.get(started().pk)
    step = experiment.evaluate(server.published()[0]["text"]).step
    assert experiment.individual(step).origin == "human"
    with pytest.raises(TimeoutError):
        experiment.wait(timeout=3)


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


def _score(server: Client, search: ExperimentRow, folder: Path) -> None:
    assert server.finals.cost(search.pk, along=2)["known"] == 0
    assert server.experiments.get(search.pk).gain()["lines"] == []
    assert server.experiments.get(search.pk).baselines()[-1]["name"] == "resnet18"
    [row] = server.finals.create(search.pk, best=1, overrides={"repeats": 1})
    assert server.finals.stop(row["id"])["state"] == "cancelled"
    assert server.finals.retry(row["id"])["state"] == "waiting"
    assert server.finals.get(row["id"])["records"] == []
    done = made_up_final(search)
    assert server.finals.make_package(done.pk)["state"] == "none"
    keep_package(
        phenotype_key=done.phenotype_key,
        protocol_key=done.protocol_key,
        runs=done.runs,
        content=b"zip",
        left_out={},
    )
    assert server.finals.package(done.pk)["state"] == "ready"
    server.finals.save_package(done.pk, folder / "network.zip")
    assert (folder / "network.zip").read_bytes() == b"zip"
    assert {one["id"] for one in server.finals.list()} == {done.pk, row["id"]}


def _study(server: Client, _: ExperimentRow, __: Path) -> None:
    assert next(row["name"] for row in server.studies.kinds()) == "paper-table-1"
    told = {"scale": 0.001, "final": "none", "seeds": 2}
    assert server.studies.cost("paper-table-1", told)["cells"] == 24
    number = server.studies.create("paper-table-1", told, title="Small")["id"]
    assert server.studies.get(number)["title"] == "Small"
    assert [row["id"] for row in server.studies.list()] == [number]
    for act, state in ((server.studies.pause, "paused"), (server.studies.resume, "running")):
        assert act(number)["state"] == state
    assert server.studies.stop(number)["state"] == "stopped"


def _share(server: Client, _: ExperimentRow, folder: Path) -> None:
    trainings = server.shared_trainings
    assert trainings.estimate(DOCUMENT)["fits"]
    row = trainings.create(DOCUMENT | {"seed": 7}, name="Seven")
    assert trainings.pause(row["id"])["paused"]
    assert not trainings.resume(row["id"])["paused"]
    assert trainings.stop(row["id"])["state"] == "cancelled"
    assert trainings.retry(row["id"])["state"] == "waiting"
    done = made_up_shared_training()
    keep_artifact(done.key, b"shared")
    trainings.save_weights(done.pk, folder / "shared.pt")
    assert (folder / "shared.pt").read_bytes() == b"shared"
    retrained, found = trainings.retrain(done.pk, best=2), trainings.search(done.pk, individuals=3)
    shown = trainings.get(done.pk)
    assert (shown["retrained_experiment_id"], shown["search_ids"]) == (retrained["id"], [found["id"]])
    assert [one["name"] for one in trainings.list()] == ["Gates on digits", "Seven"]


PARTS = [Client, Experiment, Experiments, Evaluations, Finals, Genotypes, Motifs, SharedTrainings, Studies]


@pytest.mark.parametrize("part", PARTS)
def test_every_method_is_in_the_manual(part: type) -> None:
    manual = (ROOT / "docs/client.md").read_text()
    public = [name for name, _ in inspect.getmembers(part) if not name.startswith("_")]
    missing = [name for name in public if f".{name}(" not in manual and f".{name}`" not in manual]
    assert [name for name in missing if name not in ("close", "url", "id", "name", "state", "config")] == []
