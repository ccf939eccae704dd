"""`nas shared-trainings …`"""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands.output import Output, named, per_cent
from nasweb.client.commands.shared_options import Noun, add_limit, limit_of, opening, read_text

COLUMNS = (
    ("id", lambda row: str(row["id"])),
    ("state", lambda row: "paused" if row["paused"] else row["state"]),
    named("method"),
    ("progress", lambda row: f"{100 * row['progress']:.0f} %"),
    named("name"),
    named("reason"),
)


def _tau(name: str) -> Any:
    def text(row: Any) -> str | None:
        if row["agreement"] is None:
            return None
        found = row["agreement"][name]
        return f"{found['tau']:.2f} [{found['low']:.2f}, {found['high']:.2f}] of {found['networks']} networks"

    return text


SHOWN = (
    *COLUMNS,
    ("derived", lambda row: row["result"] and row["result"]["derived"]),
    ("its accuracy", lambda row: row["result"] and per_cent(row["result"]["accuracy"])),
    ("tau, shared", _tau("shared_weights")),
    ("tau, parameters", _tau("parameters")),
    ("retrained in", lambda row: row["retrained_experiment_id"]),
    ("searches", lambda row: ", ".join(map(str, row["search_ids"])) or None),
)
ESTIMATE = (
    ("weights", lambda row: f"{row['parameters']:,}"),
    ("an image", lambda row: f"{row['bytes_per_image'] / 2**20:.1f} MiB"),
    ("memory", lambda row: f"{row['bytes'] / 2**30:.2f} GiB"),
    ("fits", lambda row: "yes" if row["fits"] else row["reason"]),
)
EXPERIMENT = (("experiment", lambda row: str(row["id"])), named("name"), named("state"))


def add(nouns: Any) -> None:
    noun = Noun(nouns, "shared-trainings", "supernets whose weights score any network of a space")
    create = noun.verb("create", _create, "train shared weights")
    create.add_argument("--name", default="", help="what it is called")
    create.add_argument("--retrain-best", type=int, default=0, help="train so many from scratch at its end")
    _add_document(create)
    _add_document(noun.verb("estimate", _estimate, "count weights and memory before it starts"))
    add_limit(noun.verb("list", _list, "list shared trainings, newest first"))
    for name, help in (
        ("show", "show one with what it derived and how well it agrees with training from scratch"),
        ("pause", "have whoever trains it save its state and let go"),
        ("resume", "let a paused one go on where it was"),
        ("stop", "give one up"),
        ("retry", "try a failed or stopped one again"),
    ):
        _add_number(noun.verb(name, _change(name), help))
    weights = noun.verb("weights", _weights, "write the weights of a finished one into a file")
    _add_number(weights)
    weights.add_argument("file", metavar="FILE", help="such as shared.pt")
    retrain = noun.verb("retrain", _retrain, "train its best networks from scratch")
    _add_number(retrain)
    retrain.add_argument("--best", type=int, default=5, help="so many (5)")
    search = noun.verb("search", _search, "search with its weights")
    _add_number(search)
    search.add_argument("--individuals", type=int, default=50, help="networks (50)")
    search.add_argument("--strategy", choices=("random", "evolution"), default="random")


def _add_document(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--method", help="in place of the document's: random, enas, darts, gdas, fabric, smash"
    )
    parser.add_argument("--file", metavar="FILE", help="a JSON document, - for standard input")


def _add_number(parser: ArgumentParser) -> None:
    parser.add_argument("training", type=int, metavar="TRAINING", help="its number")


def _document(options: Namespace) -> dict[str, Any]:
    document = json.loads(read_text(options.file)) if options.file else {}
    return document | ({"method": options.method} if options.method else {})


def _create(client: Client, options: Namespace, out: Output) -> None:
    row = client.shared_trainings.create(
        _document(options), name=options.name, retrain_best=options.retrain_best
    )
    out.one(row, COLUMNS)


def _estimate(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.shared_trainings.estimate(_document(options)), ESTIMATE)


def _list(client: Client, options: Namespace, out: Output) -> None:
    out.rows(client.shared_trainings.list(limit=limit_of(options)), COLUMNS)


def _change(name: str) -> Any:
    def act(client: Client, options: Namespace, out: Output) -> None:
        method = getattr(client.shared_trainings, "get" if name == "show" else name)
        out.one(method(options.training), SHOWN)

    return act


def _weights(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.shared_trainings.save_weights(options.training, options.file)
    out.say(f"The weights are in {options.file}.")


def _retrain(client: Client, options: Namespace, out: Output) -> None:
    out.one(client.shared_trainings.retrain(options.training, best=options.best), EXPERIMENT)


def _search(client: Client, options: Namespace, out: Output) -> None:
    made = client.shared_trainings.search(
        options.training, individuals=options.individuals, strategy=options.strategy
    )
    out.one(made, EXPERIMENT)
