"""`nas motifs …`"""

from argparse import Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Column, Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_experiment, add_limit, limit_of

SORTS = ("-carriers", "first_step", "-fitness")
MEAN: Column = ("mean fitness", lambda row: per_cent(row["mean_fitness"]))
LISTED = (
    named("key"),
    named("level"),
    named("carriers"),
    named("first step"),
    named("networks"),
    MEAN,
    ("against the rest", lambda row: _points(row["against_the_rest"])),
)
SHOWN = (
    named("key"),
    named("level"),
    named("structure"),
    named("genotypes"),
    named("individuals"),
    named("evaluated"),
    MEAN,
    ("best fitness", lambda row: per_cent(row["best_fitness"])),
)
USERS = (
    ("experiment", lambda row: str(row["experiment_id"])),
    named("step"),
    ("fitness", lambda row: per_cent(row["fitness"])),
    named("genotype key"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "motifs", "building blocks: who uses which, and how that goes")
    listing = noun.verb("list", _list, "list the motifs of an experiment")
    add_experiment(listing)
    listing.add_argument("--level", type=int, help="only of this level")
    listing.add_argument(
        "--carriers", type=int, default=2, metavar="N", help="that at least N individuals use"
    )
    listing.add_argument("--sort", default="-carriers", choices=SORTS, help="-fitness: the surest first")
    add_limit(listing)
    show = noun.verb("show", _show, "show a motif, over all experiments")
    show.add_argument("key", metavar="KEY", help="32 hex digits")
    users = noun.verb("users", _users, "list the individuals whose network uses a motif")
    users.add_argument("key", metavar="KEY", help="32 hex digits")
    add_limit(users)


def _list(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).motifs(
        level=options.level, carriers=options.carriers, sort=options.sort, limit=limit_of(options)
    )
    out.rows(found, LISTED)


def _show(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.motifs.get(options.key), SHOWN)


def _users(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.motifs.users(options.key, limit=limit_of(options)), USERS)


def _points(difference: dict[str, Any] | None) -> str | None:
    """In points of per cent, with its interval."""
    if difference is None:
        return None
    value, low, high = difference["value"], difference["low"], difference["high"]
    interval = "" if low is None or high is None else f" ({100 * low:+.2f} to {100 * high:+.2f})"
    return f"{100 * value:+.2f}{interval}"
