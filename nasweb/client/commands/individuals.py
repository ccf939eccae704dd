"""`nas individuals …`"""

from argparse import ArgumentParser
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.genotypes import given_genotype
from nasweb.client.commands.leaves import Noun, add_limit, limit_of
from nasweb.client.commands.output import Column, Output, named, per_cent

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
    add_limit(listing)
    show = noun.verb("show", _show, "show an individual")
    _add_experiment(show)
    show.add_argument("step", type=int, metavar="STEP", help="its evolution step")
    evaluate = noun.verb("evaluate", _evaluate, "evaluate a genotype of your own in an experiment")
    _add_experiment(evaluate)
    evaluate.add_argument("genotype", metavar="GENOTYPE", help="its text, a file that holds it, or -")
    evaluate.add_argument("--parent", type=int, metavar="STEP", help="the individual that it was made from")
    evaluate.add_argument("--not-eligible", action="store_true", help="it may not win tournaments")


def _add_experiment(parser: ArgumentParser) -> None:
    parser.add_argument("experiment", type=int, metavar="EXPERIMENT", help="number of the experiment")


def _list(client: Client, options: Any, out: Output) -> None:
    experiment = client.experiments.get(options.experiment)
    found = experiment.individuals(options.filter, sort=options.sort, limit=limit_of(options))
    out.rows((individual.raw for individual in found), COLUMNS)


def _show(client: Client, options: Any, out: Output) -> None:
    individual = client.experiments.get(options.experiment).individual(options.step)
    out.one(individual.raw, FIELDS)


def _evaluate(client: Client, options: Any, out: Output) -> None:
    individual = client.experiments.get(options.experiment).evaluate(
        given_genotype(options.genotype), parent_step=options.parent, eligible=not options.not_eligible
    )
    out.one(individual.raw, FIELDS)
