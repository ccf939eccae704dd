"""`nas individuals …`"""

from argparse import ArgumentParser, Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.genotypes import given_genotype
from nasweb.client.commands.output import Column, Output, named, per_cent
from nasweb.client.commands.shared_options import (
    Noun,
    UsageError,
    add_experiment,
    add_limit,
    limit_of,
    opening,
)

ORDERS = tuple(
    sign + name for name in ("step", "fitness", "parameters", "multiply_adds") for sign in ("", "-")
)
CHANGED: Column = ("mutation", lambda row: row["mutation"] and row["mutation"]["text"])
FITNESS: Column = ("fitness", lambda row: per_cent(row["fitness"]))
COLUMNS = (
    named("step"),
    named("state"),
    FITNESS,
    named("parameters"),
    named("parent", "parent_step"),
    named("origin"),
    CHANGED,
)
FIELDS = (
    *COLUMNS,
    named("generation"),
    named("multiply-adds", "multiply_adds"),
    named("eligible"),
    named("shared"),
    named("reason"),
    named("tags"),
    named("notes"),
    ("evaluation", lambda row: str(row["evaluation_id"])),
    named("genotype key"),
    named("genotype", "text"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "individuals", "what a search has proposed: list, show, add one of your own")
    listing = noun.verb("list", _list, "list the individuals of an experiment")
    _add_experiment(listing)
    listing.add_argument("--filter", default="", help="such as 'fitness>0.9 params<20k origin:mutation'")
    listing.add_argument("--sort", default="step", choices=ORDERS, help="- is descending (default step)")
    listing.add_argument(
        "--networks", action="store_true", help="one row for each network: the earliest of its twins"
    )
    add_limit(listing)
    show = noun.verb("show", _show, "show an individual")
    _add_step(show)
    evaluate = noun.verb("evaluate", _evaluate, "evaluate a genotype of your own in an experiment")
    _add_experiment(evaluate)
    evaluate.add_argument("genotype", metavar="GENOTYPE", help="its text, a file that holds it, or -")
    evaluate.add_argument("--parent", type=int, metavar="STEP", help="the individual that it was made from")
    evaluate.add_argument("--not-eligible", action="store_true", help="it may not win tournaments")

    for name, act, help in (
        ("children", _children, "list the individuals that were mutated from one"),
        ("lineage", _lineage, "list the ancestors of an individual, itself first"),
    ):
        _add_step(noun.verb(name, act, help))
    update = noun.verb("update", _update, "write notes and tags on an individual")
    _add_step(update)
    update.add_argument("--notes", help="free text")
    update.add_argument("--tag", action="append", dest="tags", metavar="TAG", help="one option for each")
    save = noun.verb("save", _save, "write a table of individuals into a file")
    _add_experiment(save)
    save.add_argument("file", metavar="FILE", help="its name ends in csv, jsonl or parquet")
    save.add_argument("--filter", default="", help="such as 'state:done fitness>0.9'")


def _add_step(parser: ArgumentParser) -> None:
    _add_experiment(parser)
    parser.add_argument("step", type=int, metavar="STEP", help="its evolution step")


def _add_experiment(parser: ArgumentParser) -> None:
    add_experiment(parser)


def _list(client: Client, options: Namespace, out: Output) -> None:
    experiment = client.experiments.get(options.experiment)
    rows = "networks" if options.networks else "individuals"
    found = experiment.individuals(options.filter, sort=options.sort, rows=rows, limit=limit_of(options))
    out.rows((individual.raw for individual in found), COLUMNS)


def _show(client: Client, options: Namespace, out: Output) -> None:
    individual = client.experiments.get(options.experiment).individual(options.step)
    out.one(individual.raw, FIELDS)


def _evaluate(client: Client, options: Namespace, out: Output) -> None:
    individual = client.experiments.get(options.experiment).evaluate(
        given_genotype(options.genotype), parent_step=options.parent, eligible=not options.not_eligible
    )
    out.one(individual.raw, FIELDS)


def _children(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).children(options.step)
    out.rows((individual.raw for individual in found), COLUMNS)


def _lineage(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).lineage(options.step)
    out.rows((individual.raw for individual in found), COLUMNS)


def _update(client: Client, options: Namespace, out: Output) -> None:
    if options.notes is None and options.tags is None:
        raise UsageError("nothing to change: give --notes or --tag")
    experiment = client.experiments.get(options.experiment)
    out.one(experiment.describe(options.step, notes=options.notes, tags=options.tags).raw, FIELDS)


def _save(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.experiments.get(options.experiment).save_individuals(options.file, options.filter)
    out.say(f"The individuals of experiment {options.experiment} are in {options.file}.")
