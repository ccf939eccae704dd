"""OpenAPI document and documentation page."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from search.api.problems import BY_STATUS, MEDIA_TYPE, TYPES, Fault, Kind
from search.api.schema_words import tidy
from search.api.schemas import reference
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.space import SPACES

SCHEMAS = "#/components/schemas/"
LISTS = (
    reference.preset_list,
    reference.space_list,
    reference.primitive_list,
    reference.published_list,
    lambda: reference.problem_list(TYPES),
    lambda: reference.DatasetList(
        items=[reference.dataset_document("digits", available=True, availability="ships with scikit-learn")]
    ),
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error as RFC 9457 has it; /problems tells what each type means.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "examples": [TYPES + "invalid"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "state": {"type": "string", "description": "Of a conflict: the state that does not allow it"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "field", "message", "value"],
                "properties": {
                    "in": {"enum": ["body", "query", "path", "header"]},
                    "field": {"type": "string", "examples": ["config.protocol.steps"]},
                    "message": {"type": "string"},
                    "value": {"description": "What was sent, shortened"},
                },
            },
        },
    },
}


class Outline(OpenAPISchema):
    """The operations with their parameters, without bodies and answers: what every request is looked up in. The whole
    document takes five times as long to make, a second, for which only whoever reads it has to wait."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        for operations in self["paths"].values():
            for operation in operations.values():
                for parameter in operation["parameters"]:
                    _drop_null(parameter["schema"])

    def request_body(self, operation: Operation) -> dict[str, Any]:
        return {}

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        return {}


class Needs(NamedTuple):
    """What an operation asks of its caller."""

    who: str
    """In words."""
    scope: str
    """The least scope of a token."""


class DocsPage(DocsBase):
    """Swagger UI from our own files: the content security policy allows no other host and no inline script."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        get_token(request)  # sets the cookie that the page's requests take their token from
        return render(request, "api/docs.html", {"source": self.get_openapi_url(api, kwargs)})


SECURITY: dict[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token, made in the browser under Account or by `manage.py tokens create`; its scope is read, "
        "run or admin and never goes beyond its owner's role.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "Who is logged in in a browser; each change needs the header X-CSRFToken too.",
    },
}


def complete(document: dict[str, Any], needs: Mapping[str, Needs]) -> None:
    """Add what ninja does not know: the configuration's schema, the errors, examples of answers, and who may ask."""
    schemas = document["components"]["schemas"]
    _refer(schemas)
    schemas.update(_config_schemas())
    schemas["Problem"] = PROBLEM
    if settings.ACCOUNTS:
        document["components"]["securitySchemes"] = SECURITY
    examples = {type(row).__name__: _first_item(row) for row in (make() for make in LISTS)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation["parameters"]:
                _drop_null(parameter["schema"])
            _add_errors(path, method, operation)
            if settings.ACCOUNTS and operation["operationId"] in needs:
                _add_security(path, operation, needs[operation["operationId"]])
            _add_examples(operation["responses"], schemas, examples)
    tidy(document["paths"])
    tidy(schemas)


def _add_security(path: str, operation: dict[str, Any], needs: Needs) -> None:
    operation["security"] = [{"token": [needs.scope]}, {"session": []}]
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds {needs.who}.".strip()
    for status in (401, 403):
        operation["responses"].setdefault(status, _problem(BY_STATUS[status], path))


def _refer(node: Any) -> None:
    if isinstance(node, dict):
        if "x-schema" in node:
            node["$ref"] = SCHEMAS + node.pop("x-schema")
        for value in node.values():
            _refer(value)
    elif isinstance(node, list):
        for value in node:
            _refer(value)


def _drop_null(schema: dict[str, Any]) -> None:
    """A parameter is left out, never null: in an address that would be a word of four letters."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        schema.update(choices[0])


def _config_schemas() -> dict[str, Any]:
    schema = ExperimentConfig.model_json_schema(ref_template=SCHEMAS + "{model}")
    space = schema["properties"]["space"]
    schema["properties"]["space"] = {
        "title": "Space",
        "anyOf": [{"enum": list(SPACES)}, {"$ref": space.get("$ref", SCHEMAS + "SearchSpace")}],
        "default": "hierarchical",
    }
    return {**schema.pop("$defs"), "ExperimentConfig": schema}


def _first_item(row: Any) -> dict[str, Any]:
    return {"items": row.model_dump(mode="json")["items"][:1]}


def _add_errors(path: str, method: str, operation: dict[str, Any]) -> None:
    statuses = [422]
    if "{" in path:
        statuses.append(404)
    if method != "get":
        statuses += [403, 413, 415]
    if "requestBody" in operation:
        statuses.append(400)
    statuses += operation.pop("x-errors", [])
    for status in sorted(statuses):
        operation["responses"][status] = _problem(BY_STATUS[status], path)
    if method == "get":
        operation["responses"][304] = {"description": "Not modified: the ETag in If-None-Match still holds"}


def _problem(kind: Kind, path: str) -> dict[str, Any]:
    """An error of a kind, as it looks."""
    example: dict[str, Any] = {
        "type": TYPES + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "instance": re.sub(r"{\w+}", "7", path),
    }
    if kind.status == 409:
        example["state"] = "finished"
    if kind.status == 422:
        fault = Fault("query", "limit", "Input should be a valid integer", "many")
        example |= {"detail": f"query limit: {fault.message}", "errors": [fault.to_json()]}
    return {
        "description": kind.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS + "Problem"}, "example": example}},
    }


def _add_examples(responses: dict[int, Any], schemas: dict[str, Any], lists: dict[str, Any]) -> None:
    for response in responses.values():
        for content in response.get("content", {}).values():
            name = content.get("schema", {}).get("$ref", "").removeprefix(SCHEMAS)
            given = schemas.get(name, {}).get("examples", [])
            if name and (name in lists or given):
                content["example"] = lists.get(name) or given[0]


def operation_id(document: dict[str, Any], route: str, method: str) -> str | None:
    operation = _operation(document, route, method)
    return None if operation is None else str(operation["operationId"])


def query_parameters(document: dict[str, Any], route: str, method: str) -> dict[str, bool] | None:
    """The query parameters of the operation at a route such as `api/v1/experiments/<experiment_id>`, and whether
    each may stand more than once; None where there is no such operation."""
    operation = _operation(document, route, method)
    if operation is None:
        return None
    return {
        parameter["name"]: parameter["schema"].get("type") == "array"
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }


def _operation(document: dict[str, Any], route: str, method: str) -> dict[str, Any] | None:
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    found: dict[str, Any] | None = document["paths"].get(path, {}).get(method)
    return found
