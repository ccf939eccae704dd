"""Shared trainings: one supernet's weights score any network of a space."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nasweb.client.files import save
from nasweb.client.records import Document
from nasweb.client.transport import Transport


class SharedTrainings:
    """Random sampling with shared weights, ENAS, DARTS, GDAS, fabrics, SMASH."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, document: Mapping[str, Any] | None = None, *, name: str = "", retrain_best: int = 0
    ) -> Document:
        """`document`: method, space, protocol, epochs and the method's own settings; what is left out is the default.
        The same document again is the same shared training."""
        body = {"name": name, "document": dict(document or {}), "retrain_best": retrain_best}
        found: Document = self._transport.call("POST", "/shared-trainings", body=body)
        return found

    def estimate(self, document: Mapping[str, Any] | None = None) -> Document:
        """Weights and memory, counted before it starts; `fits` and the `reason` why not."""
        found: Document = self._transport.call(
            "POST", "/shared-trainings/estimate", body={"document": dict(document or {})}, stores=False
        )
        return found

    def list(self, *, limit: int | None = None) -> Iterator[Document]:
        """Newest first, fetched as they are taken."""
        yield from self._transport.items("/shared-trainings", limit=limit)

    def get(self, training_id: int) -> Document:
        """With every epoch, the networks that it scored, and their agreement with training from scratch."""
        found: Document = self._transport.call("GET", f"/shared-trainings/{training_id}")
        return found

    def pause(self, training_id: int) -> Document:
        """Whoever trains it saves its state and lets go."""
        return self._post(training_id, "pause")

    def resume(self, training_id: int) -> Document:
        """It goes on where it was."""
        return self._post(training_id, "resume")

    def stop(self, training_id: int) -> Document:
        """Given up; networks that wait for its weights fail."""
        return self._post(training_id, "stop")

    def retry(self, training_id: int) -> Document:
        """A failed or stopped one goes on from its last saved state."""
        return self._post(training_id, "retry")

    def save_weights(self, training_id: int, path: str | os.PathLike[str]) -> None:
        """The file that `torch.load` reads."""
        save(self._transport, f"/shared-trainings/{training_id}/weights.pt", path)

    def retrain(self, training_id: int, *, best: int = 5) -> Document:
        """The experiment that trains its best networks from scratch."""
        return self._post(training_id, "retrain", {"best": best})

    def search(self, training_id: int, *, individuals: int = 50, strategy: str = "random") -> Document:
        """A new experiment whose networks are scored with the shared weights."""
        return self._post(training_id, "searches", {"individuals": individuals, "strategy": strategy})

    def _post(self, training_id: int, verb: str, body: Mapping[str, Any] | None = None) -> Document:
        found: Document = self._transport.call("POST", f"/shared-trainings/{training_id}/{verb}", body=body)
        return found
