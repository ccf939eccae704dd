"""Options that several commands share, and reading of input files."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nasweb.client.client import DEFAULT_URL, Client
from nasweb.client.commands.output import Output
from nasweb.client.errors import NaswebError
from search.evolution.text_input import decoded

Act = Callable[[Client, Any, Output], int | None]
"""Does what a verb says with the client and the options; the exit status, None for 0."""


class UsageError(Exception):
    """The command line is not right: exit status 2."""


class Noun:
    """A group of verbs, such as `experiments`."""

    def __init__(self, nouns: Any, name: str, help: str) -> None:
        self._verbs = nouns.add_parser(name, help=help, description=help).add_subparsers(
            dest="verb", metavar="VERB", required=True
        )

    def verb(self, name: str, act: Act, help: str) -> ArgumentParser:
        """A verb's parser, to which its own arguments are added."""
        parser: ArgumentParser = self._verbs.add_parser(name, help=help, description=help)
        parser.set_defaults(act=act)
        parser.add_argument("--url", default=DEFAULT_URL, help=f"the server (default {DEFAULT_URL})")
        parser.add_argument(
            "--token-file",
            metavar="FILE",
            help="a file whose first line is a token (default: the variable NASWEB_TOKEN)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object a line, for machines")
        return parser


def add_experiment(parser: ArgumentParser) -> None:
    parser.add_argument("experiment", type=int, metavar="EXPERIMENT", help="number of the experiment")


def add_limit(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, default=50, metavar="N", help="rows at most (default 50; 0: all of them)"
    )


def limit_of(options: Namespace) -> int | None:
    if options.limit < 0:
        raise UsageError(f"--limit: give 0 for all or a number of rows, not {options.limit}")
    return options.limit or None


def read_text(name: str) -> str:
    """A file's text, of standard input for -. Raises UsageError."""
    try:
        return decoded(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{name} cannot be read as text: {error}") from None


@contextmanager
def opening(name: str, done: str) -> Iterator[None]:
    """Around what opens a file, to be read or written: raises UsageError that says so."""
    try:
        yield
    except OSError as error:
        if isinstance(error, NaswebError):  # a wait that was too long is a TimeoutError, which is an OSError
            raise
        raise UsageError(f"{name} cannot be {done}: {error.strerror or error}") from None


BUDGET = "device hours or money that end the search, such as 2.5 or 30EUR"


def overrides(assignments: Iterable[str]) -> dict[str, Any]:
    """`budget.individuals=40` as {"budget": {"individuals": 40}}. A value that is no JSON is text."""
    document: dict[str, Any] = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        *parents, last = path.split(".")
        if not equals or not all((*parents, last)):
            raise UsageError(f"--set {assignment}: write FIELD=VALUE, e.g. budget.individuals=40")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise UsageError(f"--set {assignment}: {parent} was set to a value before")
        try:
            place[last] = json.loads(text)
        except ValueError:
            place[last] = text
    return document
