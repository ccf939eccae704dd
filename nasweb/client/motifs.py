"""Motifs and their carriers."""

from collections.abc import Iterator

from nasweb.client.records import Document
from nasweb.client.transport import Transport


class Motifs:
    """Found by their keys, which `experiment.motifs()` and `client.genotypes.motifs(key)` tell."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, key: str) -> Document:
        """What it is, and how the individuals of all experiments fare whose network uses it."""
        document: Document = self._transport.call("GET", f"/motifs/{key}")
        return document

    def users(self, key: str, *, limit: int | None = None) -> Iterator[Document]:
        """The individuals of all experiments whose network uses it, fetched as they are taken."""
        yield from self._transport.items(f"/motifs/{key}/users", limit=limit)
