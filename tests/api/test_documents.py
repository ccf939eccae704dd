"""The OpenAPI document and its page: every operation described, with examples that hold."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pytest_django.fixtures import Settings

from search import services
from search.api import documentation
from search.api.application import api as the_api
from search.api.schemas.base import Document
from search.artifacts.checkpoints import repeat_checkpoint
from search.artifacts.finals import keep_package
from search.artifacts.stored import keep_artifact
from search.artifacts.weights import keep_weights
from search.models import Experiment
from search.selectors import motifs_of
from search.selectors.finals import best_individuals
from search.services.artifacts import asking
from search.services.finals.asking import stop_final
from search.services.finals.of_searches import ask_for_finals
from search.services.studies.controls import pause_study
from tests.api.conftest import ROOT, Api
from tests.build.tree import ROOT as ROOT_FOLDER
from tests.search.final_scores import made_up_final
from tests.search.searching import claim_next, created, started, work_off
from tests.search.shared_training_results import made_up_shared_training, shared_training_asked_for
from tests.search.studies.running import launched

METHODS = ("get", "post", "patch", "put", "delete")


@cache
def document() -> dict[str, Any]:
    """As it is sent; half a megabyte."""
    text: dict[str, Any] = json.loads(json.dumps(the_api.get_openapi_schema()))
    return text


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield path, method, operation


OPERATIONS = {operation["operationId"]: (path, method, operation) for path, method, operation in operations()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_described_and_says_what_it_refuses(name: str) -> None:
    path, method, operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["tags"]
    assert "422" in operation["responses"]
    assert ("404" in operation["responses"]) == ("{" in path)
    assert ("403" in operation["responses"]) == (method != "get")
    for parameter in operation["parameters"]:
        assert "anyOf" not in parameter["schema"]


def test_requests_are_looked_up_in_what_the_document_says() -> None:
    """The outline of it, which is made in a fifth of the time."""
    for path, method, operation in operations():
        route = re.sub(r"{(\w+)}", r"<\1>", path).lstrip("/")
        assert the_api.operation_at(route, method) == operation["operationId"]
        of_query = {
            row["name"]: row["schema"].get("type") == "array"
            for row in operation["parameters"]
            if row["in"] == "query"
        }
        assert documentation.query_parameters(the_api.outline, route, method) == of_query


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_has_an_example_that_keeps_to_its_schema(name: str) -> None:
    schemas = {"components": document()["components"]}
    for status, response in OPERATIONS[name][2]["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type != "application/json":
                continue
            assert status.startswith("2")
            jsonschema_rs.validate({**content["schema"], **schemas}, content["example"])


def test_no_two_schemas_have_one_name() -> None:
    """The document has room for one of them, and answers of the other do not keep to it."""
    found = Counter(
        kind.__name__
        for kind in Document.__subclasses__()
        if kind.__module__.startswith("search.api") and not kind.__subclasses__()
    )
    assert [name for name, count in found.items() if count > 1] == []


BODIES = [
    (path, method, media_type, title, example["value"])
    for path, method, operation in OPERATIONS.values()
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    for title, example in content.get("examples", {}).items()
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path,method,media_type,title,body", BODIES, ids=[f"{row[0]} {row[3]}" for row in BODIES]
)
def test_every_example_of_a_body_is_accepted(
    api: Api, path: str, method: str, media_type: str, title: str, body: dict[str, Any] | str
) -> None:
    experiment = started()
    if path.endswith("/rescorings") or (isinstance(body, dict) and "along" in body):
        work_off(experiment)
    services.advance_experiment(experiment_id=experiment.pk)
    if isinstance(body, dict) and "time_limit_seconds" in body:
        services.pause_experiment(experiment_id=experiment.pk)
    training = made_up_shared_training().pk if "training_id" in path else 0
    address = path.removeprefix(ROOT).format(experiment_id=experiment.pk, step=0, training_id=training)
    if isinstance(body, dict) and "experiment_id" in body:
        body = body | {"experiment_id": experiment.pk}
    content = body if isinstance(body, str) else json.dumps(body)
    answer = api.send(address, content.encode(), method=method.upper(), content_type=media_type)
    assert answer.status in (200, 201), answer.document


def test_every_operation_with_a_body_has_examples() -> None:
    with_body = {path for path, _, operation in OPERATIONS.values() if "requestBody" in operation}
    assert with_body == {path for path, *_ in BODIES}


@pytest.mark.parametrize("name", [name for name, (_, method, _) in OPERATIONS.items() if method == "get"])
def test_every_read_answers_as_its_schema_says(
    api: Api, search: Experiment, name: str, settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_DIR = tmp_path
    path, _, operation = OPERATIONS[name]
    best = Experiment.objects.select_related("best__genotype", "best__evaluation").get().best
    assert best is not None
    motif = motifs_of(best.genotype)[0].motif
    known: dict[str, Any] = {
        "experiment_id": search.pk,
        "step": best.step,
        "evaluation_id": best.evaluation_id,
    }
    known |= {"key": best.genotype.key, "other": best.genotype.key, "motif_key": motif.key}
    final = made_up_final(search)
    known |= {"name": "L3-M1", "ending": "svg", "repeat": 0, "final_id": final.pk, "study_id": launched().pk}
    shared = made_up_shared_training()
    known |= {"training_id": shared.pk}
    keep_artifact(shared.key, b"the weights")
    keep_package(
        phenotype_key=final.phenotype_key,
        protocol_key=final.protocol_key,
        runs=final.runs,
        content=b"a zip",
        left_out={},
    )
    keys = {"phenotype_key": best.evaluation.phenotype_key, "protocol_key": best.evaluation.protocol_key}
    repeat_checkpoint(**keys, repeat=0).save(b"a state")
    keep_weights(**keys, repeat=0, weights=b"the weights")
    answer = api.get(path.removeprefix(ROOT).format(**known))
    assert answer.status == 200, answer.document
    content = operation["responses"]["200"]["content"].get("application/json")
    if content is None:
        assert answer.headers["Content-Type"].partition(";")[0] in operation["responses"]["200"]["content"]
        return
    jsonschema_rs.validate({**content["schema"], "components": document()["components"]}, answer.document)


def failed() -> int:
    claim = claim_next(started())
    services.fail_evaluation(claim=claim, code="error", reason="broken")
    return claim.evaluation_id


def paused() -> int:
    return services.pause_experiment(experiment_id=started().pk).pk


def final_asked_for() -> int:
    [row] = ask_for_finals(best_individuals(work_off(started()), 1), preset="short")
    return row.pk


def final_stopped() -> int:
    return stop_final(final_id=final_asked_for()).pk


def shared_training_paused() -> int:
    return asking.pause_artifact(artifact_id=shared_training_asked_for().pk).pk


def shared_training_stopped() -> int:
    row = shared_training_asked_for()
    asking.stop_artifact(artifact_id=row.pk)
    return row.pk


PREPARED: dict[str, Callable[[], int]] = {
    "start_experiment": lambda: created().pk,
    "pause_experiment": lambda: started().pk,
    "resume_experiment": paused,
    "stop_experiment": lambda: started().pk,
    "delete_experiment": lambda: created().pk,
    "retry_evaluation": failed,
    "cancel_evaluation": lambda: claim_next(started()).evaluation_id,
    "stop_final_evaluation": final_asked_for,
    "retry_final_evaluation": final_stopped,
    "pause_study_and_searches": lambda: launched().pk,
    "resume_study_and_searches": lambda: pause_study(study_id=launched().pk).pk,
    "stop_study_and_searches": lambda: launched().pk,
    "pause_shared_training": lambda: shared_training_asked_for().pk,
    "resume_shared_training": shared_training_paused,
    "stop_shared_training": lambda: shared_training_asked_for().pk,
    "retry_shared_training": shared_training_stopped,
    "work_out_importance": lambda: created().pk,
    "make_package": lambda: made_up_final(work_off(started())).pk,
}
"""The number of something that the operation may be done to."""
WITHOUT_BODY = [
    name
    for name, (_, method, operation) in OPERATIONS.items()
    if method != "get" and "requestBody" not in operation
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", WITHOUT_BODY)
def test_every_write_without_a_body_does_what_its_schema_says(api: Api, name: str) -> None:
    path, method, operation = OPERATIONS[name]
    number = PREPARED[name]()
    address = path.removeprefix(ROOT).format(
        experiment_id=number,
        evaluation_id=number,
        final_id=number,
        study_id=number,
        training_id=number,
    )
    answer = api.send(address, b"", method=method.upper())
    assert str(answer.status) in operation["responses"], answer.document
    assert answer.status < 300
    if answer.document is not None:
        content = operation["responses"][str(answer.status)]["content"]["application/json"]
        jsonschema_rs.validate({**content["schema"], "components": document()["components"]}, answer.document)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_refusal_has_an_example_of_its_kind(name: str) -> None:
    schemas = {"components": document()["components"]}
    refusals = {
        status: response
        for status, response in OPERATIONS[name][2]["responses"].items()
        if status.startswith(("4", "5"))
    }
    assert "422" in refusals
    for status, response in refusals.items():
        content = response["content"]["application/problem+json"]
        jsonschema_rs.validate({**content["schema"], **schemas}, content["example"])
        assert content["example"]["status"] == int(status)
        assert ("errors" in content["example"]) == (status == "422")
        assert ("state" in content["example"]) == (status == "409")


@pytest.mark.django_db
def test_the_document_is_served(api: Api) -> None:
    served = api.get("/openapi.json")
    assert served["openapi"].startswith("3.1")
    assert len(served["paths"]) == len(document()["paths"])


def test_every_schema_that_is_referred_to_is_there() -> None:
    text = json.dumps(document())
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document()["components"]["schemas"])
    assert "x-schema" not in text


@pytest.mark.django_db
def test_the_page_holds_no_inline_script_and_names_no_other_host(api: Api) -> None:
    page = api.client.get(f"{ROOT}/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "https://" not in text
    assert all("src=" in tag.partition(">")[0] for tag in text.split("<script")[1:])
    assert "style=" not in text


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_in_the_documentation(name: str) -> None:
    """As its whole address or, in the row of the address above it, as the … of its last part."""
    path = OPERATIONS[name][0].removeprefix(ROOT)
    above, _, last = path.rpartition("/")
    rows = [row for row in (ROOT_FOLDER / "docs/api.md").read_text().splitlines() if row.startswith("| `")]
    shortened = re.sub(r"^.*\.", "….", last) if "." in last else f"…/{last}"
    assert any(f"{path}`" in row or (above in row and shortened in row) for row in rows), path
