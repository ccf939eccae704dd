"""`python -m tests.benchmarks pages`: every page and fragment of a large experiment, asked for again and again.

In one process, through the WSGI stack's test client: what the server does for a request, without a network. Wall
time is what a person waits for, and grows with whatever else the machine does; processor time, this process's and
that of the database's process behind its connection, does not.

Each address is asked for three times over: at first, again and again while nothing happens, and as often while the
search goes on: between two requests an individual ends, and what had been kept is out of date.
"""

import gc
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search.models import Experiment
from tests.benchmarks.addresses import Address, addresses, subjects
from tests.benchmarks.going_on import GoingOn
from tests.benchmarks.processor import database_seconds
from tests.benchmarks.report import percentile
from tests.benchmarks.surroundings import vacuum
from tests.benchmarks.synthetic import Say, fill

SUBJECTS = 20
TARGETS = {7_000: 100.0, 100_000: 300.0}
"""Individuals -> milliseconds that 95 % of the requests must stay below."""
BIG = "benchmark"
CURVES_KB = 300


def prepare(individuals: int, say: Say) -> tuple[Experiment, Experiment]:
    """The experiment of that size, and one of a tenth of it beside it; filled unless they are there."""
    call_command("migrate", interactive=False, verbosity=0)
    name = f"{BIG} {individuals}"
    found = Experiment.objects.filter(name=name).first()
    if found is None:
        other = fill(max(200, individuals // 10), name=f"{name}, beside it", under_way=0, seed=2, say=say)
        found = fill(individuals, name=name, seed=1, say=say)
        vacuum()
        return found, other
    return found, Experiment.objects.get(name=f"{name}, beside it")


def measure(
    experiment: Experiment, other: Experiment, *, requests: int, only: str, say: Say
) -> list[dict[str, Any]]:
    if not settings.EMBEDDED:
        call_command("collectstatic", interactive=False, verbosity=0)
    about = subjects(experiment, other, count=SUBJECTS)
    client = Client(headers={"Host": "localhost"})
    client.get("/experiments/")
    gc.collect()  # as the web process does once it is loaded
    gc.freeze()
    rows = []
    asked = [address for address in addresses(about) if only in address.name]
    going_on = GoingOn(experiment)
    for address in asked:
        row = _row(client, address, requests)
        row |= _while_it_goes_on(client, address, requests, going_on)
        say(f"{address.name}: {row['p95 ms']:.0f} ms, after a change {row['after p95 ms']:.0f} ms")
        rows.append(row)
    return rows


def missed(rows: list[dict[str, Any]], limit: float) -> list[str]:
    """What did not answer, or not in time."""
    return [
        f"{row['page']}{note}"
        for row in rows
        for note, late in (
            ("", row["p95 ms"] > limit or row["status"] != 200),
            (" (after a change)", row["after p95 ms"] > limit),
        )
        if late
    ]


def _while_it_goes_on(client: Client, address: Address, requests: int, going_on: GoingOn) -> dict[str, float]:
    wall, work, database = [], [], 0.0
    for number in range(requests):
        going_on()
        path = address.paths[number % len(address.paths)]
        asked, began, worked = database_seconds(), time.perf_counter(), time.process_time()
        _size(client.get(path, headers=address.headers))
        wall.append(1000 * (time.perf_counter() - began))
        work.append(1000 * (time.process_time() - worked))
        database += database_seconds() - asked
    return {
        "after p50 ms": percentile(wall, 0.5),
        "after p95 ms": percentile(wall, 0.95),
        "after cpu p50 ms": percentile(work, 0.5),
        "after database cpu ms": 1000 * database / requests,
    }


def _row(client: Client, address: Address, requests: int) -> dict[str, Any]:
    first = address.paths[0]
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        response = client.get(first, headers=address.headers)
        size = _size(response)
        cold = 1000 * (time.perf_counter() - began)
    asked = len(queries)  # before the next request forgets them
    slowest = max((float(query["time"]) for query in queries.captured_queries), default=0.0)
    wall, work = [], []
    database = database_seconds()
    for number in range(requests):
        path = address.paths[number % len(address.paths)]
        began, worked = time.perf_counter(), time.process_time()
        _size(client.get(path, headers=address.headers))
        wall.append(1000 * (time.perf_counter() - began))
        work.append(1000 * (time.process_time() - worked))
    database = database_seconds() - database
    return {
        "page": address.name,
        "status": response.status_code,
        "first ms": cold,
        "p50 ms": percentile(wall, 0.5),
        "p95 ms": percentile(wall, 0.95),
        "cpu p50 ms": percentile(work, 0.5),
        "cpu p95 ms": percentile(work, 0.95),
        "database cpu ms": 1000 * database / requests,
        "kB": size / 1000,
        "queries": asked,
        "slowest query ms": 1000 * slowest,
    }


def whole_curves(experiment: Experiment) -> dict[str, Any]:
    """All that a browser fetches to draw the curves of a whole search."""
    client, cursor, answers, size = Client(headers={"Host": "localhost"}), "", 0, 0
    while True:
        response = client.get(f"/experiments/{experiment.pk}/curves.json", {"after": cursor})
        answer = response.json()
        answers, size, cursor = answers + 1, size + _size(response), answer["cursor"]
        if not answer["more"]:
            return {"what": "curves, whole", "answers": answers, "kB": size / 1000, "target kB": CURVES_KB}


def _size(response: Any) -> int:
    if response.streaming:
        return sum(len(part) for part in response.streaming_content)
    return len(response.content)


def target(individuals: int) -> float:
    return next((limit for size, limit in TARGETS.items() if individuals <= size), max(TARGETS.values()))
