"""Genotypes: stored ones, and previews of new ones."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nasweb.client.files import save
from nasweb.client.notebooks import MotifDrawings, motif_drawings
from nasweb.client.records import Document
from nasweb.client.transport import Transport
from search.evolution.genotypes.genotype import Genotype

GivenGenotype = Genotype | str | Mapping[str, Any]
"""The object of search.evolution, its canonical text, or its JSON."""


def as_document(genotype: GivenGenotype) -> str | Mapping[str, Any]:
    return genotype.to_json() if isinstance(genotype, Genotype) else genotype


class Genotypes:
    """Stored genotypes, found by their keys."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, key: str) -> Genotype:
        return Genotype.from_json(self.describe(key)["document"])

    def describe(self, key: str) -> Document:
        """The genotype with what it builds, who carries it and how fit its network is."""
        document: Document = self._transport.call("GET", f"/genotypes/{key}")
        return document

    def create(self, genotype: GivenGenotype) -> Document:
        """Stored under its key, which is the answer's `key`; one that is stored already stays."""
        body = {"genotype": as_document(genotype)}
        document: Document = self._transport.call("POST", "/genotypes", body=body, stores=False)
        return document

    def carriers(self, key: str, *, limit: int | None = None) -> Iterator[Document]:
        """The individuals of all experiments that are this genotype, fetched as they are taken."""
        yield from self._transport.items(f"/genotypes/{key}/carriers", limit=limit)

    def equal(self, key: str, *, limit: int | None = None) -> Iterator[Document]:
        """Other genotypes that build the same network."""
        yield from self._transport.items(f"/genotypes/{key}/equal", limit=limit)

    def motifs(self, key: str) -> list[Document]:
        """By level and slot, with how often its network uses each."""
        return list(self._transport.call("GET", f"/genotypes/{key}/motifs")["items"])

    def show(self, key: str) -> MotifDrawings:
        """The motifs that its network uses, drawn: the last line of a notebook's cell shows them."""
        return motif_drawings(self._transport, key)

    def diff(self, key: str, other: str) -> Document:
        """What differs between two, motif by motif."""
        document: Document = self._transport.call("GET", f"/genotypes/{key}/diff/{other}")
        return document

    def save_network(self, key: str, path: str | os.PathLike[str], **host: Any) -> None:
        """The network as one PyTorch file, in a host such as `host="small", channels=16, classes=10`."""
        save(self._transport, f"/genotypes/{key}/network.py", path, **host)

    def drawing(self, key: str, name: str = "flattened", *, ending: str = "svg", theme: str = "") -> bytes:
        """A motif such as L2-M3, or `flattened`; as svg, png, pdf or dot."""
        return self._transport.fetch("GET", f"/genotypes/{key}/drawings/{name}.{ending}", theme=theme)
