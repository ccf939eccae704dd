"""Final evaluations: ask for scores on the test set, list, show, stop, try again."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasweb.client.files import save
from nasweb.client.records import Document
from nasweb.client.transport import Transport


class Finals:
    """Networks trained on all training images and scored on the test set, which no search reads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        experiment_id: int,
        *,
        preset: str = "short",
        overrides: Mapping[str, Any] | None = None,
        **networks: int | str | None,
    ) -> Sequence[Document]:
        """Of one individual (`step=7`), of the `best=3` networks, of those that were the best at moments `along=5` the
        search, or of a `baseline` ("residual", "inception", "liu2018", "random") under the experiment's protocol;
        `overrides` are fields of the protocol, of which `repeats` are the runs."""
        body = _body(experiment_id, preset, overrides, networks)
        rows: Sequence[Document] = self._transport.call("POST", "/finals", body=body)["items"]
        return rows

    def cost(
        self,
        experiment_id: int,
        *,
        preset: str = "short",
        overrides: Mapping[str, Any] | None = None,
        **networks: int | str | None,
    ) -> Document:
        """What `create` would take with the same arguments; nothing is asked for."""
        body = _body(experiment_id, preset, overrides, networks)
        document: Document = self._transport.call("POST", "/finals/cost", body=body)
        return document

    def list(self, *, phenotype_key: str | None = None, limit: int | None = None) -> Iterator[Document]:
        """Newest first, fetched as they are taken."""
        yield from self._transport.items("/finals", limit=limit, phenotype_key=phenotype_key)

    def get(self, final_id: int) -> Document:
        """With its runs, their confusion and curves, and the mean and deviation over them."""
        document: Document = self._transport.call("GET", f"/finals/{final_id}")
        return document

    def stop(self, final_id: int) -> Document:
        """Finished runs stay."""
        document: Document = self._transport.call("POST", f"/finals/{final_id}/stop")
        return document

    def make_package(self, final_id: int) -> Document:
        """Have code, weights and model card packed and run by themselves; `package` says what came of it."""
        document: Document = self._transport.call("POST", f"/finals/{final_id}/package")
        return document

    def package(self, final_id: int) -> Document:
        """`state`: none, ready, or refused with its `problem`."""
        document: Document = self._transport.call("GET", f"/finals/{final_id}/package")
        return document

    def save_package(self, final_id: int, path: str | os.PathLike[str]) -> None:
        """The zip, in which `python network.py --evaluate` prints the scores again."""
        save(self._transport, f"/finals/{final_id}/package.zip", path)

    def retry(self, final_id: int) -> Document:
        """A failed or stopped one waits again; finished runs stay."""
        document: Document = self._transport.call("POST", f"/finals/{final_id}/retry")
        return document


def _body(
    experiment_id: int,
    preset: str,
    overrides: Mapping[str, Any] | None,
    networks: Mapping[str, int | str | None],
) -> Document:
    named = {name: value for name, value in networks.items() if value is not None}
    return {"experiment_id": experiment_id, "preset": preset, "overrides": dict(overrides or {}), **named}
