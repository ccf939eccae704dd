"""`nas finals …`"""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_experiment, add_limit, limit_of, opening

COLUMNS = (
    ("id", lambda row: str(row["id"])),
    named("state"),
    ("test accuracy", lambda row: per_cent(row["accuracy"])),
    ("runs", lambda row: f"{row['finished']} of {row['runs']}"),
    ("progress", lambda row: f"{100 * row['progress']:.0f} %"),
    ("network", lambda row: str(row["phenotype_key"])[:8]),
    named("reason"),
)
SHOWN = (
    *COLUMNS[:3],
    ("deviation", lambda row: per_cent(row["deviation"])),
    ("top-5", lambda row: per_cent(row["top5"])),
    *COLUMNS[3:],
)
COST = (
    named("networks"),
    ("trainings", lambda row: str(row["trainings"])),
    ("device hours", lambda row: f"{row['seconds'] / 3600:.2f}"),
    ("money", lambda row: row["money"] or "no price set"),
    named("basis"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "finals", "final evaluations: networks scored on the test set")
    _add_networks(
        noun.verb("create", _create, "train networks of an experiment on all training images and score them")
    )
    _add_networks(noun.verb("cost", _cost, "say what create would take; nothing is asked for"))
    add_limit(noun.verb("list", _list, "list final evaluations, newest first"))
    for name, act, help in (
        ("show", _show, "show one with the mean and deviation over its runs"),
        ("stop", _stop, "give one up; finished runs stay"),
        ("retry", _retry, "try a failed or stopped one again; finished runs stay"),
        ("pack", _pack, "have code, weights and model card packed and run by themselves"),
    ):
        _add_number(noun.verb(name, act, help))
    package = noun.verb("package", _package, "write the package of a finished one into a file")
    _add_number(package)
    package.add_argument("file", metavar="FILE", help="such as network.zip")


def _add_networks(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument("--step", type=int, help="one individual; without it the best")
    parser.add_argument("--best", type=int, default=1, help="so many of the best networks (1)")
    parser.add_argument("--along", type=int, help="the best of so many moments of the search, and its first")
    parser.add_argument("--baseline", help="a reference instead: residual, inception, liu2018 or random")
    parser.add_argument("--preset", default="short", help="host, schedule and recipe by name (short)")
    parser.add_argument("--runs", type=int, help="trainings of each, in place of the preset's")
    parser.add_argument(
        "--set", metavar="JSON", type=json.loads, default={}, help="fields of the protocol, an object"
    )


def _add_number(parser: ArgumentParser) -> None:
    parser.add_argument("final", type=int, metavar="FINAL", help="its number")


def _wanted(options: Namespace) -> dict[str, Any]:
    named = {"step": options.step, "along": options.along, "baseline": options.baseline}
    over = options.set | ({} if options.runs is None else {"repeats": options.runs})
    best = options.best if all(value is None for value in named.values()) else None
    return {**named, "best": best, "preset": options.preset, "overrides": over}


def _create(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.finals.create(options.experiment, **_wanted(options)), COLUMNS)


def _cost(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.finals.cost(options.experiment, **_wanted(options)), COST)


def _list(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.finals.list(limit=limit_of(options)), COLUMNS)


def _show(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.finals.get(options.final), SHOWN)


def _stop(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.finals.stop(options.final), COLUMNS)


def _pack(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.finals.make_package(options.final), (named("state"), named("problem")))


def _package(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.finals.save_package(options.final, options.file)
    out.say(f"The package is in {options.file}.")


def _retry(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.finals.retry(options.final), COLUMNS)
