"""Problem documents (RFC 9457) for errors.

`KINDS` is the one table of them: the document at /problems, the OpenAPI document and the tests read it.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems#"
"""Before a kind's name this is its type, an address at which its meaning can be read."""
MOST_FAULTS = 50
"""Of more an answer names the first; `detail` says how many there are."""
LONGEST_ECHO = 200
"""Characters of a refused value that an answer repeats."""


@dataclass(frozen=True)
class Kind:
    """One sort of error."""

    name: str
    status: int
    title: str
    meaning: str


_ROWS = (
    Kind("malformed", 400, "The body is no JSON", "The body of a request is one JSON object in UTF-8."),
    Kind(
        "unauthenticated",
        401,
        "Nobody is known by this request",
        "With accounts every request needs a token, Authorization: Bearer …, or a session. Tokens are made in the "
        "browser or by `manage.py tokens create`.",
    ),
    Kind(
        "foreign-origin",
        403,
        "The request comes from another site's page",
        "A page in a browser may change things only on the server that it came from. Scripts send no Origin.",
    ),
    Kind(
        "csrf-token",
        403,
        "The CSRF token is missing",
        "Who is logged in in a browser sends the header X-CSRFToken with each change; a script sends a token instead.",
    ),
    Kind(
        "forbidden",
        403,
        "Not allowed",
        "`detail` says what is missing: another role, a token with a larger scope, or owning the experiment.",
    ),
    Kind("not-found", 404, "Not found", "Nothing is stored under this address."),
    Kind(
        "method-not-allowed", 405, "Method not allowed", "The Allow header names what this address answers."
    ),
    Kind(
        "conflict",
        409,
        "The present state does not allow this",
        "Nothing was changed; `state` says what the state is now.",
    ),
    Kind("too-large", 413, "The body is too large", "A body has at most 1 MiB."),
    Kind("media-type", 415, "The body must be JSON", "Send the header Content-Type: application/json."),
    Kind(
        "invalid",
        422,
        "Something in the request is not right",
        "`errors` names each field with its value and what would be right. Unknown fields are refused.",
    ),
    Kind(
        "busy",
        429,
        "Too many requests wait already",
        "Ask again after the seconds in the Retry-After header.",
    ),
    Kind(
        "failed",
        500,
        "The server failed",
        "The server's log holds the cause. Nothing that was finished is lost.",
    ),
    Kind(
        "disk-full",
        503,
        "The disk of the database is full",
        "Free some room on the server, then ask again. Nothing was changed, nothing is lost.",
    ),
    Kind("unavailable", 503, "The database does not answer", "Ask again in a moment; nothing was changed."),
)

KINDS: dict[str, Kind] = {row.name: row for row in _ROWS}
BY_STATUS: dict[int, Kind] = {row.status: row for row in _ROWS}


@dataclass(frozen=True)
class Fault:
    """One thing that is not right in a request."""

    place: str
    """body, query, path or header."""
    field: str
    """Path with dots, as in config.protocol.steps; empty: the whole."""
    message: str
    value: Any = None

    def to_json(self) -> dict[str, Any]:
        return {
            "in": self.place,
            "field": _shortened(self.field),
            "message": _shortened(self.message, 5 * LONGEST_ECHO),
            "value": _echo(self.value),
        }


class Problem(Exception):
    """Ends a request with an answer of one kind."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        errors: tuple[Fault, ...] = (),
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.kind = KINDS[kind]
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.members = members

    def answer(self, request: HttpRequest) -> HttpResponse:
        document: dict[str, Any] = {
            "type": TYPES + self.kind.name,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": _shortened(self.detail, 10 * LONGEST_ECHO),
            "instance": _shortened(request.path, 5 * LONGEST_ECHO),
        }
        if self.errors:
            document["errors"] = [fault.to_json() for fault in self.errors[:MOST_FAULTS]]
        response = JsonResponse(document | self.members, status=self.kind.status, content_type=MEDIA_TYPE)
        for name, value in self.headers.items():
            response.headers[name] = value
        return response


def invalid(place: str, field: str, message: str, value: Any = None) -> Problem:
    """The commonest case: one field is not right."""
    return all_invalid([Fault(place, field, message, value)])


def all_invalid(faults: list[Fault]) -> Problem:
    first = faults[0]
    where = f"{first.place} {first.field}".strip()
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Problem("invalid", f"{where}: {first.message}{more}", errors=tuple(faults))


def not_found(what: str, key: object) -> Problem:
    return Problem("not-found", f"There is no {what} {key}.")


def _echo(value: Any) -> Any:
    """A refused value, short and printable: what cannot be written to JSON or is long is shown as text."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return _shortened(text)


def _shortened(text: str, most: int = LONGEST_ECHO) -> str:
    return text if len(text) <= most else text[:most] + "…"
