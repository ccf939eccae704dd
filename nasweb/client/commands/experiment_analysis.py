"""`nas experiments …`: what is learned from the individuals of one."""

from argparse import Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Column, Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_experiment

COSTS = ("parameters", "multiply_adds", "seconds")
LEANS_ON: tuple[Column, ...] = (
    named("by"),
    named("word"),
    ("fall", lambda row: f"{row['mean']:+.3f}"),
    ("deviation", lambda row: f"{row['sd']:.3f}"),
    ("rank correlation", lambda row: f"{row['rank']:+.2f}"),
)
"""What a model that predicts fitness leans on."""


BASELINES: tuple[Column, ...] = (
    named("name"),
    ("fitness", lambda row: per_cent(row["fitness"])),
    ("test accuracy", lambda row: per_cent(row["accuracy"])),
    ("deviation", lambda row: per_cent(row["deviation"])),
    named("runs"),
    ("steps", lambda row: row["protocol"].get("steps")),
    named("final evaluation", "final_id"),
    named("device"),
)
NO_SCORE: dict[str, Any] = {"accuracy": None, "deviation": None, "runs": 0, "protocol": {}, "final_id": None}


def add(noun: Noun) -> None:
    add_experiment(
        noun.verb("baselines", _baselines, "list known networks beside a search, with their test scores")
    )
    add_experiment(noun.verb("mutations", _mutations, "show what mutations did to fitness"))
    add_experiment(noun.verb("strategy", _strategy, "show what a search's strategy has learned"))
    importance = noun.verb(
        "importance", _importance, "show what predicts fitness, by feature and by edge of the cell"
    )
    add_experiment(importance)
    importance.add_argument(
        "--work-out", action="store_true", help="have a worker do so, again or for the first time"
    )
    front = noun.verb("front", _front, "list what nothing else beats in fitness and a cost")
    add_experiment(front)
    front.add_argument("--cost", choices=COSTS, default="parameters", help="default parameters")


def _baselines(client: Client, options: Namespace, out: Output) -> None:
    rows = client.experiments.get(options.experiment).baselines()
    if options.json:
        out.rows(rows, ())
        return
    out.rows(
        ({"device": "", **row, **score} for row in rows for score in row["scores"] or [NO_SCORE]), BASELINES
    )


def _mutations(client: Client, options: Namespace, out: Output) -> None:
    names = ("level", "old", "new", "kind", "count", "silent", "failed", "better", "worse")
    out.rows(client.experiments.get(options.experiment).mutations(), tuple(named(name) for name in names))


def _strategy(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).strategy()
    facts: tuple[Column, ...] = (named("title"), named("runs"), named("version"), named("drafts"))
    out.one(
        {**found, **dict(found["facts"])}, (*facts, *(named(label, label) for label, _ in found["facts"]))
    )


def _front(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).front(options.cost)
    columns = (
        ("step", lambda row: row["step"]),
        ("fitness", lambda row: per_cent(row["fitness"])),
        (options.cost, lambda row: row["cost"]),
        named("individuals"),
    )
    out.rows(found, columns)


def _importance(client: Client, options: Namespace, out: Output) -> None:
    experiment = client.experiments.get(options.experiment)
    found = experiment.work_out_importance() if options.work_out else experiment.importance()
    if options.json:
        out.one(found, ())
        return
    rows = [
        {"by": kind, **row, "rank": model["rank_correlation"]}
        for kind in ("features", "edges")
        if (model := found[kind]) is not None
        for row in model["items"]
    ]
    out.rows(rows, LEANS_ON)
    if found["waits"]:
        out.say("A worker that learns is at it: ask again in some seconds.")
    elif found["reason"]:
        out.say(f"It could not be worked out: {found['reason']}")
    elif found["made_at"] is None:
        out.say("Not worked out yet: add --work-out.")
    elif not rows:
        out.say(f"Too few networks: {found['networks']} of at least {found['fewest']}.")
