"""`nas workers list`, `nas presets list` and the other reference lists."""

from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Column, Output, named, per_cent
from nasweb.client.commands.shared_options import Act, Noun
from nasweb.client.records import Document

Rows = Callable[[Client], Iterable[Document]]
TITLED = (named("name"), named("title"))
LISTS: tuple[tuple[str, str, Rows, tuple[Column, ...]], ...] = (
    (
        "workers",
        "who works, on what",
        lambda client: client.workers()["items"],
        (
            named("name"),
            named("alive"),
            named("device"),
            named("evaluations"),
            named("finished"),
            named("seen at"),
        ),
    ),
    ("presets", "ready-made configurations", Client.presets, TITLED),
    (
        "strategies",
        "what proposes the next genotype, and from which paper",
        Client.strategies,
        (named("kind"), named("title"), named("runs"), named("paper")),
    ),
    ("spaces", "named search spaces", Client.spaces, (named("name"), named("genes"), named("primitives"))),
    ("primitives", "level-1 operations", Client.primitives, (named("name"), named("label"))),
    ("published", "cells from the literature", Client.published, (*TITLED, named("key"))),
    (
        "datasets",
        "data sets, and whether they lie where the server runs",
        Client.datasets,
        (named("name"), named("available"), named("availability")),
    ),
    (
        "protocols",
        "how networks are trained; those in use",
        Client.protocols,
        (named("key"), ("best", lambda row: per_cent(row["best_fitness"])), named("evaluations")),
    ),
    (
        "problems",
        "what each kind of error means",
        Client.problems,
        (named("name"), named("status"), named("meaning")),
    ),
)


def add(nouns: Any) -> None:
    for name, help, rows, columns in LISTS:
        Noun(nouns, name, help).verb("list", _list(rows, columns), f"list {name}")


def _list(rows: Rows, columns: tuple[Column, ...]) -> Act:
    def act(client: Client, options: Namespace, out: Output) -> None:
        out.rows(rows(client), columns)

    return act
