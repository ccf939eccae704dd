"""Studies: kinds, cost, start, list, show, pause, resume, stop."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasweb.client.records import Document
from nasweb.client.transport import Transport


class Studies:
    """Several searches that answer one question together."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def kinds(self) -> Sequence[Document]:
        """Each with its question and the schema of its settings."""
        rows: Sequence[Document] = self._transport.call("GET", "/studies/kinds")["items"]
        return rows

    def cost(self, kind: str, settings: Mapping[str, Any] | None = None) -> Document:
        """What it would take, at most; nothing is started."""
        return self._told("/studies/cost", kind, settings)

    def create(
        self,
        kind: str,
        settings: Mapping[str, Any] | None = None,
        *,
        title: str = "",
        budget: str | None = None,
    ) -> Document:
        """Start all its cells; `settings` say what differs from the kind's defaults, `budget` after how many device
        hours or how much money it pauses, such as "2.5" or "30 EUR"."""
        return self._told("/studies", kind, settings, title=title, budget=budget)

    def list(self, *, limit: int | None = None) -> Iterator[Document]:
        """Newest first, fetched as they are taken."""
        yield from self._transport.items("/studies", limit=limit)

    def get(self, study_id: int) -> Document:
        """With its cells, the mean and deviation of each configuration, and the p-value of each difference."""
        document: Document = self._transport.call("GET", f"/studies/{study_id}")
        return document

    def pause(self, study_id: int) -> Document:
        """With its running searches."""
        return self._changed(study_id, "pause")

    def resume(self, study_id: int) -> Document:
        """With the searches that paused with it."""
        return self._changed(study_id, "resume")

    def stop(self, study_id: int) -> Document:
        """For good; what was measured stays."""
        return self._changed(study_id, "stop")

    def _told(
        self, address: str, kind: str, settings: Mapping[str, Any] | None, **more: str | None
    ) -> Document:
        given = {name: value for name, value in more.items() if value is not None}
        body = {"kind": kind, "settings": dict(settings or {})} | given
        document: Document = self._transport.call("POST", address, body=body)
        return document

    def _changed(self, study_id: int, act: str) -> Document:
        document: Document = self._transport.call("POST", f"/studies/{study_id}/{act}")
        return document


def space_findings(spaces: Mapping[str, Any]) -> Sequence[Document]:
    """What a comparison of spaces says of each two of them, as rows: figure, first, second, value, chance and where it
    has one the 95 % interval (low, high). Values are fractions, first less second. What is not measured is left out."""
    rows = []
    for pair in spaces["pairs"]:
        sides = {"first": pair["first"], "second": pair["second"]}
        for name, figure in _PAIRED.items():
            if (found := pair[name]) is not None:
                rows.append({"figure": figure} | sides | found)
        for name, figure in _SPREADS.items():
            if (found := pair[name]) is not None:
                value = found["first"] - found["second"]
                rows.append({"figure": figure} | sides | {"value": value, "chance": found["chance"]})
        if (found := pair["runs_spread"]) is not None:
            rows.append({"figure": "deviation between runs"} | sides | found)
    return rows


def quality_findings(quality: Sequence[Mapping[str, Any]]) -> Sequence[Document]:
    """When each configuration reached each fitness, as rows: title, fitness, hours (None: at least half of its seeds
    did not), seeds that did, of how many."""
    return [
        {"title": row["title"], "of": len(row["seeds"])} | found
        for row in quality
        for found in row["reached"]
    ]


_PAIRED = {"fitness": "fitness", "test": "test accuracy", "change": "change of the difference"}
_SPREADS = {"fitness_spread": "deviation of fitness", "test_spread": "deviation of test accuracy"}
