"""People before their browsers, for `python -m tests.benchmarks load`: real requests over HTTP, each timed by its page.

They are logged in as one admin. Nine of ten requests look at something, the tenth changes it: a note, an edit that
the editor counts, a genotype of one's own that joins the running population.
"""

import http.client
import json
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from tests.benchmarks.addresses import Address, Subjects

CSRF = "only-for-benchmarks-0123456789ab"  # 32 characters; any such cookie is valid beside the header that repeats it
CHANGE_SHARE = 0.1
TIMEOUT_SECONDS = 60
NO_ANSWER = 599
"""In the place of a status."""


@dataclass(frozen=True)
class Request:
    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass
class Visits:
    """What all visitors met. Milliseconds by the name of what was asked for."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By name and status: what did not succeed."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, milliseconds: float, status: int) -> None:
        with self.lock:
            self.milliseconds[name].append(milliseconds)
            if status >= 400:
                self.refused[f"{name}: {status}"] += 1


def admin_cookie() -> str:
    """Of a session in the database of the benchmark."""
    user, _ = get_user_model().objects.get_or_create(
        username="benchmark", defaults={"is_superuser": True, "is_active": True}
    )
    client = Client()
    client.force_login(user)
    session = settings.SESSION_COOKIE_NAME
    return f"{session}={client.cookies[session].value}; {settings.CSRF_COOKIE_NAME}={CSRF}"


class Visitor:
    """One browser with one connection, which looks, waits and looks again until it is told to stop."""

    def __init__(
        self, number: int, port: int, cookie: str, watched: Sequence[Address], about: Subjects, visits: Visits
    ) -> None:
        self._rng = Random(number)
        self._port, self._cookie, self._watched, self._about, self._visits = (
            port,
            cookie,
            watched,
            about,
            visits,
        )
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)

    def visit(self, stop: threading.Event, pause_seconds: float) -> None:
        try:
            while not stop.wait(self._rng.expovariate(1 / pause_seconds)):
                self._ask(self._change() if self._rng.random() < CHANGE_SHARE else self._look())
        finally:
            self._connection.close()
            connection.close()

    def _ask(self, request: Request) -> None:
        began = time.perf_counter()
        status = self._status(request)
        if status == NO_ANSWER:  # the server has closed an idle connection: a browser asks again on a new one
            began = time.perf_counter()
            status = self._status(request)
        self._visits.note(request.name, 1000 * (time.perf_counter() - began), status)

    def _status(self, request: Request) -> int:
        headers = {"Host": "localhost", "Cookie": self._cookie, **request.headers}
        try:
            self._connection.request(request.method, request.path, request.body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
            return NO_ANSWER
        return answer.status

    def _look(self) -> Request:
        address = self._rng.choice(self._watched)
        return Request(address.name, "GET", self._rng.choice(address.paths), address.headers)

    def _change(self) -> Request:
        row = self._rng.choice(self._about.individuals)
        base = f"/api/v1/experiments/{row.experiment_id}"
        genotype = Genotype.of_row(row.genotype)
        kind = self._rng.choice(["note", "experiment", "preview", "evaluate", "editor"])
        if kind == "note":
            note = {"notes": f"seen {self._rng.random():.6f}"}
            return _json("change: note of an individual", "PATCH", f"{base}/individuals/{row.step}", note)
        if kind == "experiment":
            note = {"notes": f"seen {self._rng.random():.6f}"}
            return _json("change: notes of the experiment", "PATCH", base, note)
        edited = self._edited(genotype)
        if kind == "preview":
            return _json(
                "change: preview of an edit", "POST", "/api/v1/genotypes/preview", {"genotype": edited.text}
            )
        if kind == "evaluate":
            order = {"genotype": edited.text}
            return _json("change: a genotype of one's own", "POST", f"{base}/individuals", order)
        path = f"{reverse('editor')}?{urlencode({'start': edited.text})}"
        return Request("change: editor with an edit", "GET", path, {})

    def _edited(self, genotype: Genotype) -> Genotype:
        while True:
            edited = apply_mutation(genotype, draw_mutation(genotype, self._rng))
            try:
                build_phenotype(edited)
            except Infeasible:
                continue
            return edited


def _json(name: str, method: str, path: str, body: object) -> Request:
    headers = {"Content-Type": "application/json", "X-CSRFToken": CSRF}
    return Request(name, method, path, headers, json.dumps(body).encode())
