"""Exceptions of the client; all are NaswebError."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class NaswebError(Exception):
    """The text says what was wrong and what would be right."""


@dataclass(frozen=True)
class FieldFault:
    """One thing that the server found wrong with a request."""

    place: str
    """body, query, path or header."""
    field: str
    """Path with dots, as in config.protocol.steps; empty: the whole."""
    message: str
    value: Any


class ApiError(NaswebError):
    """The server's refusal: a problem document (RFC 9457) as an exception."""

    def __init__(self, status: int, problem: Mapping[str, Any], *, retry_after: float | None = None) -> None:
        self.status = status
        self.problem = problem
        self.title = str(problem.get("title", f"status {status}"))
        self.detail = str(problem.get("detail", ""))
        self.kind = str(problem.get("type", "")).rpartition("#")[2]
        """Such as not-found, conflict or invalid; `GET /api/v1/problems` lists them."""
        self.state: str | None = problem.get("state")
        """Of a conflict: the state that does not allow what was asked."""
        self.errors = tuple(
            FieldFault(row["in"], row["field"], row["message"], row.get("value"))
            for row in problem.get("errors", ())
        )
        self.retry_after = retry_after
        """Seconds that the server asks for before the next try."""
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"{self.title} ({self.status})"]
        if len(self.errors) > 1:
            lines += [f"  {fault.field or fault.place}: {fault.message}" for fault in self.errors]
        elif self.detail:
            lines[0] += f": {self.detail}"
        return "\n".join(lines)


class ServerUnreachable(NaswebError):
    """No answer came. Whether the request arrived is unknown, unless it was `refused`."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused
        """Nobody listens there, so nothing was sent."""


class WaitTimeout(NaswebError, TimeoutError):
    """An experiment had not ended within the time that `wait` was given."""
