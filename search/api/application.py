"""API application: the NinjaAPI object. Another app adds routes with `api.add_router` before `api.urls` is read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from search.api import documentation, error_answers
from search.api.bodies import StrictParser
from search.api.documentation import Needs
from search.api.problems import not_found
from search.api.request_checks import guarded
from search.api.routes import (
    analysis,
    baselines,
    checkpoints,
    curves,
    evaluations,
    experiments,
    exports,
    finals,
    genotypes,
    importance,
    individuals,
    motifs,
    pytorch,
    reference,
    rescorings,
    shared_trainings,
    studies,
    transfers,
)

DESCRIPTION = """Evolve neural networks and see what evolves: all that the pages can do.

Errors are problem documents (RFC 9457, `application/problem+json`); unknown fields and parameters are refused.
Lists come in pages: hand `next_cursor` back as `cursor` for the next one. A body has at most 1 MiB, a page at most
500 rows. Answers to GET carry an ETag; with `If-None-Match` what has not changed is answered with 304."""
PAGES = ("openapi-json", "openapi-view", "api-root")
"""Addresses of ninja's own, which would answer any method."""


class Api(NinjaAPI):
    """Ninja with strict requests, problem documents and a schema that says so."""

    needs: Mapping[str, Needs] = MappingProxyType({})
    """Operation -> who may ask, for the document; whoever guards the API says it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[bool, OpenAPISchema] = {}
        self._outline: OpenAPISchema | None = None

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        return error_answers.refusal(error_contexts)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Made once, with and without accounts: nothing else in it changes while the process runs."""
        if settings.ACCOUNTS not in self._documents:
            document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            documentation.complete(document, self.needs)
            self._documents[settings.ACCOUNTS] = document
        return self._documents[settings.ACCOUNTS]

    @property
    def outline(self) -> OpenAPISchema:
        """Of the document, its operations and their parameters; made once."""
        if self._outline is None:
            self._outline = documentation.Outline(self, self.get_root_path({}))
        return self._outline

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """With the checks of the door before every address, and a problem document for those that do not exist."""
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                view = require_safe(pattern.callback) if pattern.name in PAGES else pattern.callback
                pattern.callback = guarded(view, self._parameters)
        nowhere = path("<path:address>", guarded(_unknown_address, self._parameters))
        return [*patterns, nowhere], app, namespace

    def operation_at(self, route: str, method: str) -> str | None:
        """The name of the operation that answers a method at a route such as `api/v1/experiments/<experiment_id>`."""
        return documentation.operation_id(self.outline, route, method)

    def _parameters(self, request: HttpRequest) -> dict[str, bool] | None:
        match = request.resolver_match
        assert match is not None  # the resolver has called us
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        return documentation.query_parameters(self.outline, match.route, method)


def _unknown_address(request: HttpRequest, address: str) -> HttpResponseBase:
    raise not_found("address", request.path)


api = Api(
    title="nasweb",
    version="1",
    description=DESCRIPTION,
    docs=documentation.DocsPage(),
    urls_namespace="api",
    parser=StrictParser(),
)
error_answers.install(api)
api.add_router("/experiments", transfers.router)  # first: `import` is no number of an experiment
api.add_router("/experiments", experiments.router)
api.add_router("/experiments", rescorings.router)
api.add_router("/experiments", curves.router)
api.add_router("/experiments", exports.router)
api.add_router("/experiments", analysis.router)
api.add_router("/experiments", baselines.router)
api.add_router("/experiments", importance.router)
api.add_router("/experiments/{experiment_id}/individuals", individuals.router)
api.add_router("/genotypes", genotypes.router)
api.add_router("/evaluations", evaluations.router)
api.add_router("/evaluations", checkpoints.router)
api.add_router("/finals", finals.router)
api.add_router("/studies", studies.router)
api.add_router("/shared-trainings", shared_trainings.router)
api.add_router("/workers", analysis.workers_router)
api.add_router("", pytorch.router)
api.add_router("", motifs.router)
api.add_router("", reference.router)
