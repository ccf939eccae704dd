"""Client object: one server's address and its collections."""

from types import TracebackType
from typing import Any, Self

from nasweb.client.evaluations import Evaluations
from nasweb.client.experiment import Experiment
from nasweb.client.experiments import Experiments
from nasweb.client.finals import Finals
from nasweb.client.genotypes import Genotypes, GivenGenotype, as_document
from nasweb.client.motifs import Motifs
from nasweb.client.records import Document, Inspection
from nasweb.client.shared_trainings import SharedTrainings
from nasweb.client.studies import Studies
from nasweb.client.transport import Transport
from nasweb.environment import client_token

DEFAULT_URL = "http://127.0.0.1:8000"


class Client:
    """`with Client("http://127.0.0.1:8000") as client: client.experiments.create(preset="quick").wait()`.

    A request that may be repeated is sent again up to `retries` times, with longer and longer pauses, when the server
    does not answer or says that it cannot now. `timeout` is in seconds, for one answer. `token` is for a server with
    accounts; left out, the environment's NASWEB_TOKEN is sent, if there is one.
    """

    def __init__(
        self, url: str = DEFAULT_URL, *, token: str | None = None, timeout: float = 60.0, retries: int = 6
    ) -> None:
        self._transport = Transport(url, token=token or client_token(), timeout=timeout, retries=retries)
        self.experiments = Experiments(self._transport)
        self.evaluations = Evaluations(self._transport)
        self.finals = Finals(self._transport)
        self.genotypes = Genotypes(self._transport)
        self.motifs = Motifs(self._transport)
        self.studies = Studies(self._transport)
        self.shared_trainings = SharedTrainings(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No request is sent from now on, by nothing that this client gave out."""
        self._transport.close()

    @property
    def url(self) -> str:
        return self._transport.url

    def inspect(
        self,
        genotype: GivenGenotype,
        *,
        experiment: Experiment | int | None = None,
        preset: str | None = None,
    ) -> Inspection:
        """What a genotype would build, in an experiment's or a preset's protocol; stores nothing."""
        body: dict[str, Any] = {"genotype": as_document(genotype)}
        if experiment is not None:
            body["experiment_id"] = experiment.id if isinstance(experiment, Experiment) else experiment
        if preset is not None:
            body["preset"] = preset
        return Inspection.read(self._transport.call("POST", "/genotypes/preview", body=body, stores=False))

    def presets(self) -> list[Document]:
        return self._list("/presets")

    def strategies(self) -> list[Document]:
        """What may propose the next genotype, with its settings."""
        return self._list("/strategies")

    def spaces(self) -> list[Document]:
        return self._list("/spaces")

    def primitives(self) -> list[Document]:
        return self._list("/primitives")

    def published(self) -> list[Document]:
        """Cells from the literature, to start from."""
        return self._list("/published")

    def datasets(self) -> list[Document]:
        """With their availability where the server runs."""
        return self._list("/datasets")

    def protocols(self) -> list[Document]:
        """Those in use, the latest first."""
        return self._list("/protocols")

    def problems(self) -> list[Document]:
        """What each `ApiError.kind` means."""
        return self._list("/problems")

    def workers(self) -> Document:
        """Who works, on what, and how much waits: `items`, `running`, `waiting`, `failed`, `oldest_waiting`."""
        document: Document = self._transport.call("GET", "/workers")
        return document

    def _list(self, path: str) -> list[Document]:
        return list(self._transport.call("GET", path)["items"])
