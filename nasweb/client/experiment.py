"""One experiment: its state when last fetched, and its actions."""

import os
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from nasweb.client.files import save
from nasweb.client.genotypes import GivenGenotype, as_document
from nasweb.client.notebooks import experiment_html
from nasweb.client.populations import Individuals
from nasweb.client.records import Document, ExperimentRecord, Individual
from nasweb.client.transport import Transport
from nasweb.client.waiting import wait_for_end

TABLES = ("csv", "jsonl", "parquet")
MORE = 40
"""Networks that a search is extended by where no number is given."""


class Experiment:
    """Its fields are those of the last answer about it; `refresh` asks again."""

    def __init__(self, transport: Transport, record: ExperimentRecord) -> None:
        self._transport = transport
        self.record = record
        """All fields, at the moment of the last answer."""
        self.imported: Document | None = None
        """Of one that was just imported: how its evaluations and the server's met."""

    def __repr__(self) -> str:
        row = self.record
        return f"<Experiment {row.id} {row.name!r}: {row.state}, {row.evaluated} of {row.individuals}>"

    def _repr_html_(self) -> str:
        """For a notebook: where it stood when last fetched, and the motifs of its best."""
        return experiment_html(self._transport, self.record, self.url)

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def state(self) -> str:
        return self.record.state

    @property
    def config(self) -> dict[str, Any]:
        if self.record.config is None:  # a list has left it out
            self.refresh()
        return dict(self.record.config or {})

    @property
    def url(self) -> str:
        """Of its page, for people."""
        return f"{self._transport.url}/experiments/{self.id}/"

    @property
    def best(self) -> Individual | None:
        """The fittest individual of this moment; None before the first one is done."""
        best = self.refresh().record.best
        return self.individual(best.step) if best else None

    def refresh(self) -> "Experiment":
        self.record = ExperimentRecord.read(self._transport.call("GET", self._path))
        return self

    def start(self) -> "Experiment":
        return self._do("start")

    def pause(self) -> "Experiment":
        """Nothing new is begun; what is being trained runs to its end."""
        return self._do("pause")

    def resume(self) -> "Experiment":
        return self._do("resume")

    def stop(self) -> "Experiment":
        """For good: what is being trained is cancelled."""
        return self._do("stop")

    def rescore(self, repeats: int = 5, *, step: int | None = None) -> "Experiment":
        """Train its best, or the individual at `step`, afresh, on the same images with new seeds: an experiment of its
        own, started and returned."""
        body = {"repeats": repeats} | ({} if step is None else {"step": step})
        answer = self._transport.call("POST", f"{self._path}/rescorings", body=body)
        return Experiment(self._transport, ExperimentRecord.read(answer))

    def rescorings(self, *, step: int | None = None) -> Document:
        """What the best, or the individual at `step`, reached when it was trained afresh, beside its fitness."""
        document: Document = self._transport.call("GET", f"{self._path}/rescorings", step=step)
        return document

    def gain(self) -> Document:
        """Fitness and test accuracy of the networks that were the best along the search, less the first network's."""
        document: Document = self._transport.call("GET", f"{self._path}/gain")
        return document

    def baselines(self) -> Sequence[Document]:
        """Known networks beside the search, reference cells and ResNet-18, with their test scores by final protocol."""
        rows: Sequence[Document] = self._transport.call("GET", f"{self._path}/baselines")["items"]
        return rows

    def delete(self) -> None:
        """For good, with its individuals; a search that is under way is to be stopped first."""
        self._transport.call("DELETE", self._path)

    def update(
        self,
        *,
        name: str | None = None,
        notes: str | None = None,
        tags: Sequence[str] | None = None,
        archived: bool | None = None,
        **changes: float | str | None,
    ) -> "Experiment":
        """What is left out stays as it is. `changes` are of individuals, in_flight, device_hours (0: none), budget (the
        same as text, in hours or money) and time_limit_seconds; a finished search goes on with more individuals, or
        with more device hours if these ended it."""
        wanted = {
            "name": name,
            "notes": notes,
            "tags": None if tags is None else list(tags),
            "archived": archived,
            **changes,
        }
        body = {field: value for field, value in wanted.items() if value is not None}
        self.record = ExperimentRecord.read(self._transport.call("PATCH", self._path, body=body))
        return self

    def extend(self, networks: int | None = None, *, budget: str | None = None) -> "Experiment":
        """A finished search goes on, with so many more networks to try; `budget` is device hours of training in all, or
        money ("30 EUR"), those that are spent included. Without a number it is 40, and none where a budget ended the
        search before it had tried all."""
        row = self.refresh().record.raw
        if networks is None:
            networks = 0 if row["proposed"] < row["individuals"] else MORE
        return self.update(individuals=row["individuals"] + networks, budget=budget)

    def wait(self, *, progress: bool = False, timeout: float | None = None) -> "Experiment":
        """Until the search is finished, stopped or failed; with `progress` a bar tells how far it is.

        Raises WaitTimeout after `timeout` seconds, and NaswebError for a draft, which never ends.
        """
        wait_for_end(self._transport, self._path, progress=progress, timeout=timeout)
        return self.refresh()

    def individuals(
        self,
        filter: str = "",
        *,
        sort: str = "step",
        state: Sequence[str] = (),
        origin: Sequence[str] = (),
        rows: str = "individuals",
        limit: int | None = None,
    ) -> Individuals:
        """Those that a filter such as `fitness>0.9 params<20k` lets through, in an order such as `-fitness`; with
        `rows="networks"` the earliest of those that share one evaluation."""
        query = {"query": filter, "order": sort, "state": list(state), "origin": list(origin), "rows": rows}
        return Individuals(self._transport, f"{self._path}/individuals", query, limit)

    def individual(self, step: int) -> Individual:
        return Individual.read(self._transport.call("GET", f"{self._path}/individuals/{step}"))

    def children(self, step: int) -> Individuals:
        return Individuals(self._transport, f"{self._path}/individuals/{step}/children", {})

    def lineage(self, step: int) -> list[Individual]:
        """The individual, its parent and so on back to an initial one."""
        answer = self._transport.call("GET", f"{self._path}/individuals/{step}/lineage", limit=1000)
        return [Individual.read(row) for row in answer["items"]]

    def evaluate(
        self,
        genotype: GivenGenotype,
        *,
        parent_step: int | None = None,
        eligible: bool = True,
        idempotency_key: str | None = None,
    ) -> Individual:
        """A genotype of your own joins the population, beside the budget; `eligible` lets it win tournaments.

        A finished search runs again until it is trained: `wait` for it, then ask for `individual(step)`.
        """
        body = {"genotype": as_document(genotype), "parent_step": parent_step, "eligible": eligible}
        key = idempotency_key or str(uuid4())
        return Individual.read(self._transport.call("POST", f"{self._path}/individuals", body=body, key=key))

    def describe(
        self, step: int, *, notes: str | None = None, tags: Sequence[str] | None = None
    ) -> Individual:
        """Write notes and tags on an individual; what is left out stays as it is."""
        wanted = {"notes": notes, "tags": None if tags is None else list(tags)}
        body = {field: value for field, value in wanted.items() if value is not None}
        return Individual.read(self._transport.call("PATCH", f"{self._path}/individuals/{step}", body=body))

    def curves(self, after: str = "") -> Document:
        """What has finished since `cursor` of the answer before; everything without one."""
        document: Document = self._transport.call("GET", f"{self._path}/curves", after=after)
        return document

    def motifs(
        self,
        *,
        level: int | None = None,
        carriers: int = 2,
        sort: str = "-carriers",
        limit: int | None = None,
    ) -> Iterator[Document]:
        """Who carries each, and how these networks fare against the rest; sorted by `-carriers`, `first_step` or
        `-fitness`, the surest first. Fetched as they are taken."""
        query = {"level": level, "carriers": carriers, "order": sort}
        yield from self._transport.items(f"{self._path}/motifs", limit=limit, **query)

    def mutations(self) -> list[Document]:
        """What mutations did to fitness, by level, old and new operation."""
        return list(self._transport.call("GET", f"{self._path}/mutations")["items"])

    def importance(self) -> Document:
        """What predicts fitness among its networks, as a worker worked it out last: by feature, and by edge of the
        cell. `waits` while one is at it."""
        document: Document = self._transport.call("GET", f"{self._path}/importance")
        return document

    def work_out_importance(self) -> Document:
        """Have a worker that learns do so; `importance` has it some seconds later."""
        document: Document = self._transport.call("POST", f"{self._path}/importance")
        return document

    def strategy(self) -> Document:
        """How its strategy chooses, and what it has learned."""
        document: Document = self._transport.call("GET", f"{self._path}/strategy")
        return document

    def front(self, cost: str = "parameters") -> list[Document]:
        """What nothing else beats in fitness and a cost: `parameters`, `multiply_adds` or `seconds`."""
        return list(self._transport.call("GET", f"{self._path}/front", cost=cost)["items"])

    def export(self, path: str | os.PathLike[str]) -> None:
        """Everything about it, into a file that `client.experiments.import_file` takes in on another server."""
        save(self._transport, f"{self._path}/export", path)

    def save_report(self, path: str | os.PathLike[str]) -> None:
        """Curves, best networks, lineage and configuration as one HTML file that opens without a server."""
        save(self._transport, f"{self._path}/report.html", path)

    def save_individuals(self, path: str | os.PathLike[str], filter: str = "") -> None:
        """A table of individuals, in the format that the file's name ends in: csv, jsonl or parquet."""
        ending = os.fspath(path).rpartition(".")[2]
        if ending not in TABLES:
            raise ValueError(f"{os.fspath(path)} must end in one of {', '.join(TABLES)}")
        save(self._transport, f"{self._path}/individuals.{ending}", path, query=filter)

    @property
    def _path(self) -> str:
        return f"/experiments/{self.record.id}"

    def _do(self, verb: str) -> "Experiment":
        self.record = ExperimentRecord.read(self._transport.call("POST", f"{self._path}/{verb}"))
        return self
