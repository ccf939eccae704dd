"""`nas experiments …`"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nasweb.client.client import Client
from nasweb.client.commands import experiment_analysis
from nasweb.client.commands.output import Column, Output, named, per_cent
from nasweb.client.commands.shared_options import (
    BUDGET,
    Act,
    Noun,
    UsageError,
    add_experiment,
    add_limit,
    limit_of,
    opening,
    overrides,
    read_text,
)
from nasweb.client.experiment import Experiment
from search.evolution.text_input import read_json

STATES = ("draft", "running", "paused", "finished", "stopped", "failed")
BEST: Column = ("best", lambda row: per_cent((row["best"] or {}).get("fitness")))
DONE: Column = ("done", lambda row: f"{row['evaluated'] + row['failed']}/{row['individuals']}")


def _state(row: Mapping[str, Any]) -> str:
    return f"{row['state']}, nothing found" if row.get("found_nothing") else str(row["state"])


COLUMNS = (("id", lambda row: str(row["id"])), ("state", _state), DONE, BEST, named("name"))
FIELDS = (
    COLUMNS[0],
    named("name"),
    ("state", _state),
    named("reason"),
    DONE,
    named("failed"),
    named("shared"),
    BEST,
    ("best step", lambda row: (row["best"] or {}).get("step")),
    named("train seconds"),
    named("tags"),
    named("notes"),
    named("created", "created_at"),
    named("finished", "finished_at"),
)
ACTIONS: tuple[tuple[str, Callable[[Experiment], Experiment], str], ...] = (
    ("start", Experiment.start, "start a draft"),
    ("pause", Experiment.pause, "begin nothing new; what is being trained runs to its end"),
    ("resume", Experiment.resume, "go on where it stood"),
    ("stop", Experiment.stop, "end a search for good"),
)


def add(nouns: Any) -> None:
    noun = Noun(nouns, "experiments", "searches: create, list, show, change, wait for them")
    listing = noun.verb("list", _list, "list experiments, newest first")
    listing.add_argument("--state", choices=STATES, help="only those in this state")
    listing.add_argument("--query", default="", help="part of the name")
    listing.add_argument("--archived", action="store_true", help="those put out of the lists instead")
    add_limit(listing)
    _add_create(noun.verb("create", _create, "create an experiment and start it"))
    add_experiment(noun.verb("show", _show, "show an experiment"))
    for name, method, help in ACTIONS:
        add_experiment(noun.verb(name, _action(method), help))
    rescore = noun.verb("rescore", _rescore, "train the best afresh, in an experiment of its own")
    add_experiment(rescore)
    rescore.add_argument("--step", type=int, help="one of its individuals; without it the best")
    rescore.add_argument("--repeats", type=int, default=5, metavar="N", help="how often (default: 5)")
    add_experiment(
        noun.verb("rescorings", _rescorings, "show what the best reached when it was trained afresh")
    )
    extend = noun.verb("extend", _extend, "let a finished search try more networks")
    add_experiment(extend)
    extend.add_argument(
        "--networks", type=int, help="how many more (default 40; none where its budget ended it before all)"
    )
    extend.add_argument("--budget", metavar="TEXT", help=f"{BUDGET}; in all, what is spent included")
    _add_update(noun.verb("update", _update, "change name, notes, tags or budget"))
    delete = noun.verb("delete", _delete, "delete an experiment and its individuals, for good")
    add_experiment(delete)
    delete.add_argument("--yes", action="store_true", help="needed, for nothing brings it back")
    experiment_analysis.add(noun)
    export = noun.verb("export", _export, "write everything about an experiment into a file")
    add_experiment(export)
    export.add_argument("file", metavar="FILE", help="such as search.nasweb.jsonl.gz")
    report = noun.verb("report", _report, "write a report of an experiment as one HTML file")
    add_experiment(report)
    report.add_argument("file", metavar="FILE", help="such as search.html")
    take = noun.verb("import", _import, "make an experiment of such a file, of this server or another")
    take.add_argument("file", metavar="FILE")
    take.add_argument("--idempotency-key", metavar="KEY", help="the same key again creates nothing new")
    wait = noun.verb(
        "wait", _wait, "wait for the end; 0 when finished, 1 when stopped or failed, 4 when late"
    )
    add_experiment(wait)
    wait.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="how long at most (default: until the end)"
    )
    wait.add_argument("--quiet", action="store_true", help="without a progress bar")


def _add_create(parser: ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--preset", help="a ready-made configuration, such as quick")
    source.add_argument("--config", metavar="FILE", help="a configuration in JSON; - reads standard input")
    source.add_argument("--clone", type=int, metavar="EXPERIMENT", help="the configuration of another one")
    parser.add_argument("--name", help="to find it again")
    parser.add_argument("--notes", default="", help="free text")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="change one field of the configuration, e.g. budget.individuals=40; may stand more than once",
    )
    parser.add_argument("--budget", metavar="TEXT", help=BUDGET)
    parser.add_argument("--draft", action="store_true", help="do not start it")
    parser.add_argument("--idempotency-key", metavar="KEY", help="the same key again creates nothing new")


def _add_update(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument("--name")
    parser.add_argument("--notes")
    parser.add_argument(
        "--tag", action="append", dest="tags", metavar="TAG", help="all tags; one option for each"
    )
    parser.add_argument("--individuals", type=int, help="individuals in all")
    parser.add_argument("--in-flight", type=int, help="evaluations under way at once")
    parser.add_argument(
        "--device-hours",
        type=float,
        metavar="HOURS",
        help="of training in all, which end the search; 0: no such budget",
    )
    parser.add_argument("--budget", metavar="TEXT", help=BUDGET)
    parser.add_argument(
        "--time-limit", type=int, metavar="SECONDS", help="for one repeat, of networks proposed from now on"
    )
    archive = parser.add_mutually_exclusive_group()
    archive.add_argument(
        "--archive", action="store_true", default=None, dest="archived", help="out of the lists"
    )
    archive.add_argument(
        "--unarchive", action="store_false", default=None, dest="archived", help="back into them"
    )


def _list(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.list(
        state=options.state, query=options.query, archived=options.archived, limit=limit_of(options)
    )
    out.rows((row.record.raw for row in found), COLUMNS)


def _create(client: Client, options: Namespace, out: Output) -> None:
    experiment = client.experiments.create(
        name=options.name,
        preset=options.preset,
        config=None if options.config is None else _config(options.config),
        clone=options.clone,
        overrides=overrides(options.set) or None,
        notes=options.notes,
        budget=options.budget,
        start=not options.draft,
        idempotency_key=options.idempotency_key,
    )
    _print(experiment, out)


def _config(name: str) -> dict[str, Any]:
    try:
        document = read_json(read_text(name))
    except ValueError as error:
        raise UsageError(f"{name} is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{name} must hold one JSON object")
    return document


def _show(client: Client, options: Namespace, out: Output) -> None:
    _print(client.experiments.get(options.experiment), out)


def _action(method: Callable[[Experiment], Experiment]) -> Act:
    def act(client: Client, options: Namespace, out: Output) -> None:
        _print(method(client.experiments.get(options.experiment)), out)

    return act


def _rescore(client: Client, options: Namespace, out: Output) -> None:
    _print(client.experiments.get(options.experiment).rescore(options.repeats, step=options.step), out)


def _share(part: str, row: Any) -> str | None:
    return per_cent(row[part])


def _rescorings(client: Client, options: Namespace, out: Output) -> None:
    found = client.experiments.get(options.experiment).rescorings()
    shares = tuple((part, partial(_share, part)) for part in ("fitness", "mean", "low", "high", "loss"))
    out.one(found, (named("step"), *shares, named("trainings"), named("planned"), named("experiments")))


def _update(client: Client, options: Namespace, out: Output) -> None:
    names = ("name", "notes", "tags", "individuals", "in_flight", "device_hours", "budget", "archived")
    wanted = {name: getattr(options, name) for name in names} | {"time_limit_seconds": options.time_limit}
    if all(value is None for value in wanted.values()):
        raise UsageError(
            "nothing to change: give --name, --notes, --tag, --individuals, --in-flight, --device-hours, --budget or "
            "--time-limit"
        )
    _print(client.experiments.get(options.experiment).update(**wanted), out)


def _extend(client: Client, options: Namespace, out: Output) -> None:
    if options.networks is not None and options.networks < (options.budget is None):
        raise UsageError(f"--networks {options.networks}: give at least 1")
    experiment = client.experiments.get(options.experiment)
    _print(experiment.extend(options.networks, budget=options.budget), out)


def _delete(client: Client, options: Namespace, out: Output) -> None:
    if not options.yes:
        raise UsageError("nothing brings a deleted experiment back: add --yes")
    client.experiments.get(options.experiment).delete()
    out.say(f"Experiment {options.experiment} is deleted.")


def _export(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.experiments.get(options.experiment).export(options.file)
    out.say(f"Experiment {options.experiment} is in {options.file}.")


def _report(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "written"):
        client.experiments.get(options.experiment).save_report(options.file)
    out.say(f"The report of experiment {options.experiment} is in {options.file}.")


def _import(client: Client, options: Namespace, out: Output) -> None:
    with opening(options.file, "read"):
        experiment = client.experiments.import_file(options.file, idempotency_key=options.idempotency_key)
    _print(experiment, out)
    for name, count in (experiment.imported or {}).items():
        out.say(f"{name + ':':<16}{count:,} evaluations")


def _wait(client: Client, options: Namespace, out: Output) -> int:
    experiment = client.experiments.get(options.experiment)
    experiment.wait(progress=not options.quiet, timeout=options.timeout)
    _print(experiment, out)
    return 0 if experiment.state == "finished" else 1


def _print(experiment: Experiment, out: Output) -> None:
    out.one(experiment.record.raw, FIELDS)
