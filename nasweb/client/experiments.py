"""Experiments: create, list, find."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from nasweb.client.experiment import Experiment
from nasweb.client.records import ExperimentRecord
from nasweb.client.transport import Transport

GZIP_MAGIC = b"\x1f\x8b"


class Experiments:
    """All searches that the server holds."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        name: str | None = None,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        clone: Experiment | int | None = None,
        overrides: Mapping[str, Any] | None = None,
        notes: str = "",
        budget: str | None = None,
        start: bool = True,
        idempotency_key: str | None = None,
    ) -> Experiment:
        """From exactly one of `preset`, `config` and `clone`, with `overrides` laid over it; started at once.
        `budget`: device hours or money that end it, such as "2.5" or "30 EUR".

        It is sent with an Idempotency-Key, so that a repetition creates nothing twice. A key of your own makes that
        hold for a script that is run again (within a day).
        """
        body: dict[str, Any] = {
            "name": name,
            "preset": preset,
            "config": None if config is None else dict(config),
            "clone_of": clone.id if isinstance(clone, Experiment) else clone,
            "overrides": None if overrides is None else dict(overrides),
            "notes": notes,
            "budget": budget,
            "start": start,
        }
        given = {field: value for field, value in body.items() if value is not None}
        key = idempotency_key or str(uuid4())
        return self._made(self._transport.call("POST", "/experiments", body=given, key=key))

    def list(
        self, *, state: str | None = None, query: str = "", archived: bool = False, limit: int | None = None
    ) -> Iterator[Experiment]:
        """Newest first, fetched as they are taken; `query` is part of the name."""
        filters = {"state": state, "query": query, "archived": "true" if archived else None}
        for row in self._transport.items("/experiments", limit=limit, **filters):
            yield self._made(row)

    def get(self, experiment_id: int) -> Experiment:
        return self._made(self._transport.call("GET", f"/experiments/{experiment_id}"))

    def import_file(self, path: str | os.PathLike[str], *, idempotency_key: str | None = None) -> Experiment:
        """The experiment that a file holds, which `Experiment.export` wrote here or on another server.

        One that was running is paused. Fitness that the server has already stays as it is; `imported` tells how much
        that was. It is sent with an Idempotency-Key, as a creation is.
        """
        with open(path, "rb") as file:
            packed = file.read(2) == GZIP_MAGIC
            document = self._transport.upload(
                "/experiments/import",
                file,
                media_type="application/gzip" if packed else "application/jsonl",
                key=idempotency_key or str(uuid4()),
            )
        experiment = self._made(document["experiment"])
        experiment.imported = document["evaluations"]
        return experiment

    def _made(self, document: Mapping[str, Any]) -> Experiment:
        return Experiment(self._transport, ExperimentRecord.read(document))
