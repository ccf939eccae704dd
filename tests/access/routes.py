"""Every address there is, filled in with what the tests' search holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from nasweb.access.rules import OPERATIONS, OWN_CHOSEN, OWN_PICKED, PAGES, WATCH, Rule
from search.api.application import api
from search.models import Experiment, Motif
from search.services.studies.launching import create_study

VALUES: dict[str, Any] = {
    "step": 3,
    "extension": "json",
    "name": "L2-M1",
    "ending": "dot",
    "repeat": 0,
    "token_id": 1,
    "user_id": 987_654,
    "final_id": 987_654,
    "training_id": 987_654,
    "number": 1,
    "kind": "evolution",
}


@dataclass(frozen=True)
class Route:
    """One page, or one operation of the REST API."""

    name: str
    rule: Rule
    method: str
    """Of an operation. Pages are asked with GET, and with POST."""
    path: str
    """Of an operation, with its parameters in braces."""
    parameters: tuple[str, ...]
    """Of a page."""

    @property
    def methods(self) -> tuple[str, ...]:
        if self.method:
            return (self.method,)
        if self.rule is WATCH:
            return ("GET",)
        return ("POST",) if self.rule in (OWN_CHOSEN, OWN_PICKED) else ("GET", "POST")  # in the form

    def address(self, search: Experiment) -> str:
        row = search.individuals.select_related("genotype").get(step=3)
        motif = Motif.objects.order_by("pk")[0].key
        values = VALUES | {
            "experiment_id": search.pk,
            "evaluation_id": search.individuals.get(state="failed").evaluation_id,
            "key": motif if self.name == "motif" else row.genotype.key,
            "other": row.genotype.key,
            "motif_key": motif,
            "study_id": self._study(search),
        }
        if self.path:
            return self.path.format_map(values)
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})

    def _study(self, search: Experiment) -> int:
        """One of the search's owner, where the address wants one."""
        if "study_id" not in (*self.parameters, *self.path.replace("}", "{").split("{")):
            return 0
        return create_study(kind="paper-table-1", settings={}, owner_id=search.owner_id).pk


def page_patterns() -> Iterator[URLPattern]:
    def walk(patterns: list[Any]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "api":
                    yield from walk(pattern.url_patterns)
            else:
                yield pattern

    return walk(get_resolver().url_patterns)


def pages() -> list[Route]:
    return [
        Route(str(one.name), PAGES[str(one.name)], "", "", tuple(one.pattern.converters))
        for one in page_patterns()
        if one.name in PAGES
    ]


def operations() -> list[Route]:
    get_resolver().url_patterns  # noqa: B018 - mounts what the other app adds to the API
    return [
        Route(found["operationId"], OPERATIONS[found["operationId"]], method.upper(), path, ())
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, found in methods.items()
        if found["operationId"] in OPERATIONS
    ]


ROUTES = [*pages(), *operations()]
