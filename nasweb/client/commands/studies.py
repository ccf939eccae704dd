"""`nas studies …`"""

import json
from argparse import Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_limit, limit_of
from nasweb.client.studies import quality_findings, space_findings

COLUMNS = (
    ("id", lambda row: str(row["id"])),
    named("state"),
    named("kind"),
    named("title"),
    ("cells", lambda row: f"{row['complete']} of {row['cells']}"),
)
COST = (
    named("cells"),
    named("networks"),
    ("test trainings", lambda row: str(row["final_trainings"])),
    ("device hours", lambda row: f"{(row['search_seconds'] + row['final_seconds']) / 3600:.2f}"),
    named("basis"),
)
ARMS = (
    named("title"),
    ("test accuracy", lambda row: _figure(row["test"])),
    ("over", lambda row: f"{row['test']['count']} {row['over']}" if row["test"] else "–"),
    ("fitness", lambda row: _figure(row["fitness"])),
)
FINDINGS = (
    named("figure"),
    ("of", lambda row: row["first"]),
    ("less", lambda row: row["second"]),
    ("points", lambda row: _points(row["value"])),
    (
        "95 % interval",
        lambda row: f"{_points(row['low'])} to {_points(row['high'])}" if "low" in row else "–",
    ),
    ("p-value", lambda row: "–" if row["chance"] is None else f"{row['chance']:.3f}"),
)
REACHED = (
    named("title"),
    ("fitness", lambda row: per_cent(row["fitness"])),
    ("device hours", lambda row: row["hours"]),
    ("seeds", lambda row: f"{row['seeds']} of {row['of']}"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "studies", "studies: several searches that answer one question together")
    noun.verb("kinds", _kinds, "list what there is")
    for name, act, help in (
        ("cost", _cost, "say what one would take; nothing is started"),
        ("create", _create, "start one with all its cells"),
    ):
        verb = noun.verb(name, act, help)
        verb.add_argument("kind", metavar="KIND", help="such as paper-table-1")
        verb.add_argument(
            "--set", metavar="JSON", type=json.loads, default={}, help="its settings, an object"
        )
        if name == "create":
            verb.add_argument("--title", default="", help="for people")
            verb.add_argument(
                "--budget",
                metavar="TEXT",
                help="it pauses after so much: device hours or money, such as 30EUR",
            )
    add_limit(noun.verb("list", _list, "list studies, newest first"))
    for name, act, help in (
        ("show", _show, "show the mean and deviation of each configuration"),
        ("findings", _findings, "print what its kind tells besides: spaces at equal size, time to quality"),
        ("pause", _pause, "pause one with its searches"),
        ("resume", _resume, "resume one with its searches"),
        ("stop", _stop, "stop one for good with its searches"),
    ):
        noun.verb(name, act, help).add_argument("study", type=int, metavar="STUDY", help="its number")


def _kinds(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.studies.kinds(), (named("name"), named("title"), named("question")))


def _cost(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.studies.cost(options.kind, options.set), COST)


def _create(client: Client, options: Namespace, out: Output) -> None:
    out.one(
        client.studies.create(options.kind, options.set, title=options.title, budget=options.budget), COLUMNS
    )


def _list(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.studies.list(limit=limit_of(options)), COLUMNS)


def _show(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.studies.get(options.study)["arms"], ARMS)


def _findings(client: Client, options: Namespace, out: Output) -> None:
    found = client.studies.get(options.study)
    if found["spaces"] is not None:
        out.rows(space_findings(found["spaces"]), FINDINGS)
    elif found["quality"] is not None:
        out.rows(quality_findings(found["quality"]), REACHED)
    else:
        raise ValueError(
            f"study {options.study} is of the kind {found['kind']}, whose results are all in `studies show`"
        )


def _pause(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.studies.pause(options.study), COLUMNS)


def _resume(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.studies.resume(options.study), COLUMNS)


def _stop(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.studies.stop(options.study), COLUMNS)


def _figure(found: Any) -> str:
    if found is None:
        return "–"
    spread = "" if found["deviation"] is None else f" ± {per_cent(found['deviation'])}"
    return f"{per_cent(found['mean'])}{spread}"


def _points(difference: float) -> str:
    return f"{100 * difference:+.2f}"
