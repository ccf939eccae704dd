"""`nas evaluations …`"""

from argparse import ArgumentParser, Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_limit, limit_of, opening

POINT = ("step", "loss", "train_accuracy", "validation_accuracy", "seconds")
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
        ("log", _log, "print what the last failed attempt wrote"),
        ("curves", _curves, "show the learning curve of each repeat"),
        ("checkpoints", _checkpoints, "list the states that its repeats have saved so far"),
        ("retry", _retry, "try a failed or cancelled one again; finished repeats stay"),
        ("cancel", _cancel, "give up a waiting or running one"),
    ):
        parser = noun.verb(name, act, help)
        _add_number(parser)
    network = noun.verb("network", _network, "write the network as one PyTorch file")
    _add_number(network)
    network.add_argument("file", metavar="FILE", help="such as network.py")
    for name, act, help in (
        ("weights", _weights, "write what a finished repeat learned into a file"),
        ("checkpoint", _checkpoint, "write the saved state of a repeat under way into a file"),
    ):
        parser = noun.verb(name, act, help)
        _add_number(parser)
        parser.add_argument("repeat", type=int, metavar="REPEAT", help="its number, from 0")
        parser.add_argument("file", metavar="FILE", help="for torch.load to read")


def _add_number(parser: ArgumentParser) -> None:
    parser.add_argument("evaluation", type=int, metavar="EVALUATION", help="its number")


def _list(client: Client, options: Namespace, out: Output) -> None:
    found = client.evaluations.list(
        experiment_id=options.experiment, state=options.state, limit=limit_of(options)
    )
    out.rows((evaluation.raw for evaluation in found), COLUMNS)


def _show(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.evaluations.get(options.evaluation).raw, COLUMNS)


def _retry(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.evaluations.retry(options.evaluation).raw, COLUMNS)


def _cancel(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.evaluations.cancel(options.evaluation).raw, COLUMNS)


def _log(client: Client, options: Namespace, out: Output) -> None:
    text = client.evaluations.log(options.evaluation)
    out.one({"log": text}, ()) if options.json else out.text(text)


def _curves(client: Client, options: Namespace, out: Output) -> None:
    found = client.evaluations.curves(options.evaluation)
    if options.json:
        out.one(found, ())
        return
    live = [{"repeat": "under way", "points": found["live"]}] if found["live"] else []
    rows = (
        {"repeat": str(row["repeat"]), **point}
        for row in (*found["repeats"], *live)
        for point in row["points"]
    )
    out.rows(rows, tuple(named(name) for name in ("repeat", *POINT)))


def _checkpoints(client: Client, options: Namespace, out: Output) -> None:
    out.rows(
        client.evaluations.checkpoints(options.evaluation),
        (named("repeat"), named("bytes"), named("saved at")),
    )


def _network(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.evaluations.save_network(options.evaluation, options.file)
    out.say(f"The network is in {options.file}.")


def _weights(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.evaluations.save_weights(options.evaluation, options.repeat, options.file)
    out.say(f"The weights of repeat {options.repeat} are in {options.file}.")


def _checkpoint(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.evaluations.save_checkpoint(options.evaluation, options.repeat, options.file)
    out.say(f"The state of repeat {options.repeat} is in {options.file}.")
