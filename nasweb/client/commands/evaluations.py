"""`nas evaluations …`"""

from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.leaves import Noun, add_limit, limit_of
from nasweb.client.commands.output import Output, named, per_cent

STATES = ("waiting", "running", "done", "failed", "cancelled")
COLUMNS = (
    ("id", lambda row: str(row["id"])),
    named("state"),
    ("fitness", lambda row: per_cent(row["fitness"])),
    named("attempts"),
    ("progress", lambda row: f"{100 * row['progress']:.0f} %"),
    named("worker"),
    named("reason"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "evaluations", "trainings: list them, try one again, give one up")
    listing = noun.verb("list", _list, "list evaluations, newest first")
    listing.add_argument("--experiment", type=int, help="asked for by this experiment")
    listing.add_argument(
        "--state", action="append", default=[], choices=STATES, help="may stand more than once"
    )
    add_limit(listing)
    for name, act, help in (
        ("show", _show, "show an evaluation"),
        ("retry", _retry, "try a failed or cancelled one again; finished repeats stay"),
        ("cancel", _cancel, "give up a waiting or running one"),
    ):
        parser = noun.verb(name, act, help)
        parser.add_argument("evaluation", type=int, metavar="EVALUATION", help="its number")


def _list(client: Client, options: Any, out: Output) -> None:
    found = client.evaluations.list(
        experiment_id=options.experiment, state=options.state, limit=limit_of(options)
    )
    out.rows((evaluation.raw for evaluation in found), COLUMNS)


def _show(client: Client, options: Any, out: Output) -> None:
    out.one(client.evaluations.get(options.evaluation).raw, COLUMNS)


def _retry(client: Client, options: Any, out: Output) -> None:
    out.one(client.evaluations.retry(options.evaluation).raw, COLUMNS)


def _cancel(client: Client, options: Any, out: Output) -> None:
    out.one(client.evaluations.cancel(options.evaluation).raw, COLUMNS)
