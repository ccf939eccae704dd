"""Findings of the doctor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "fails"]


@dataclass(frozen=True)
class Finding:
    part: str
    state: State
    """`note`: works, but a person should know."""
    said: str
    remedy: str = ""


Examination = Callable[[], Iterator[Finding]]


def examined(part: str, examination: Examination) -> list[Finding]:
    """All that one examination finds; an error that it did not think of is a finding too."""
    try:
        return list(examination())
    except Exception as error:
        said = f"could not be examined: {type(error).__name__}: {error}"
        return [Finding(part, "fails", " ".join(said.split())[:300], "Report this as a fault of nasweb.")]
