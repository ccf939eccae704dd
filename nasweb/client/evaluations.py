"""Evaluations: list, show, retry, cancel."""

import os
from collections.abc import Iterator, Sequence

from nasweb.client.files import save
from nasweb.client.records import Document, Evaluation
from nasweb.client.transport import Transport


class Evaluations:
    """One network under one protocol each, shared by all experiments."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        experiment_id: int | None = None,
        state: Sequence[str] = (),
        phenotype_key: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Evaluation]:
        """Newest first, fetched as they are taken."""
        query = {"experiment_id": experiment_id, "state": [*state], "phenotype_key": phenotype_key}
        for row in self._transport.items("/evaluations", limit=limit, **query):
            yield Evaluation.read(row)

    def get(self, evaluation_id: int) -> Evaluation:
        return Evaluation.read(self._transport.call("GET", f"/evaluations/{evaluation_id}"))

    def retry(self, evaluation_id: int) -> Evaluation:
        """A failed or cancelled one waits again; finished repeats stay."""
        return Evaluation.read(self._transport.call("POST", f"/evaluations/{evaluation_id}/retry"))

    def cancel(self, evaluation_id: int) -> Evaluation:
        return Evaluation.read(self._transport.call("POST", f"/evaluations/{evaluation_id}/cancel"))

    def curves(self, evaluation_id: int) -> Document:
        """The learning curve of each repeat, and of the one under way."""
        document: Document = self._transport.call("GET", f"/evaluations/{evaluation_id}/curves")
        return document

    def checkpoints(self, evaluation_id: int) -> Sequence[Document]:
        """The states that its repeats have saved so far: `repeat`, `bytes`, `saved_at`."""
        answer = self._transport.call("GET", f"/evaluations/{evaluation_id}/checkpoints")
        rows: Sequence[Document] = answer["items"]
        return rows

    def save_checkpoint(self, evaluation_id: int, repeat: int, path: str | os.PathLike[str]) -> None:
        """One of them as a file that `torch.load` reads."""
        save(self._transport, f"/evaluations/{evaluation_id}/checkpoints/{repeat}", path)

    def save_network(self, evaluation_id: int, path: str | os.PathLike[str]) -> None:
        """The network as one PyTorch file, as its protocol has it."""
        save(self._transport, f"/evaluations/{evaluation_id}/network.py", path)

    def save_weights(self, evaluation_id: int, repeat: int, path: str | os.PathLike[str]) -> None:
        """What a finished repeat learned, for `load` in the file of `save_network`."""
        save(self._transport, f"/evaluations/{evaluation_id}/repeats/{repeat}/weights.pt", path)

    def log(self, evaluation_id: int) -> str:
        """What the last failed attempt wrote."""
        return str(self._transport.call("GET", f"/evaluations/{evaluation_id}/log")["log"])
