"""`manage.py benchmark pages|loop|startup|decisions|load|trainer|device|memory`: measure in private surroundings."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.benchmarks import comparing, decisions, device, load, loop, memory, pages, startup, trainer
from search.benchmarks.report import as_table, surrounding_facts
from search.benchmarks.surroundings import Unavailable, run_inside, surroundings


class Command(BaseCommand):
    help = (
        "Measure pages, the loop, start-up, early decisions, all at once under load (on a private database), or the "
        "trainer, its memory, and what this machine's device trains in an hour. "
        "Prints a table; --json prints one object. DATABASE_URL names the PostgreSQL server to use."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        for name, add in OPTIONS.items():
            kind = kinds.add_parser(name)
            add(kind)
            kind.add_argument("--json", action="store_true", help="print one JSON object")
            kind.add_argument("--sqlite", action="store_true", help="SQLite instead of PostgreSQL")
            kind.add_argument(
                "--keep", metavar="NAME", default="", help="a database that is kept and used again"
            )
            kind.add_argument("--save", action="store_true", help="keep the result in docs/benchmarks")
            kind.add_argument(
                "--compare",
                action="store_true",
                help="print factors against the result kept in docs/benchmarks",
            )
            kind.add_argument(
                "--here", action="store_true", help="measure on the configured database, as it is"
            )

    def handle(self, **options: Any) -> None:
        if options["here"] or options["kind"] in NEEDS_NO_DATABASE:
            self._measure(options)
            return
        try:
            with surroundings(
                sqlite=options["sqlite"], keep=options["keep"], broker=bool(options.get("workers"))
            ) as environment:
                status = run_inside(sys.argv[sys.argv.index("benchmark") + 1 :], environment)
        except Unavailable as reason:
            raise CommandError(str(reason)) from None
        if status:
            raise CommandError("the benchmark failed", returncode=status)

    def _measure(self, options: dict[str, Any]) -> None:
        measured = MEASURES[options["kind"]](self, options)
        machine = {**surrounding_facts(), comparing.CALIBRATION: round(comparing.calibration_ms(), 2)}
        result = {"machine": machine, **measured}
        name, old = _name(options), None
        if options["compare"]:
            old = comparing.last(name)
            if old is None:
                raise CommandError(
                    f"{comparing.path_of(name)} is not there to compare with; --save writes it"
                )
            rows = comparing.compare(result, old)
            result |= {"factors, machines made equal": rows, "slower": comparing.slower(rows)}
        if options["save"]:
            self.say(f"kept in {comparing.keep(name, {'machine': machine, **measured})}")
        if options["json"]:
            self.stdout.write(json.dumps(result, indent=1))
            return
        self.stdout.write(", ".join(f"{fact} {value}" for fact, value in machine.items()))
        for part, value in list(result.items())[1:]:
            text = as_table(value) if isinstance(value, list) else f"{part}: {value}"
            self.stdout.write(text)

    def say(self, text: str) -> None:
        self.stderr.write(text)


def _name(options: dict[str, Any]) -> str:
    """What a result is kept under: the kind, and what makes its figures others."""
    sizes = [f"{size}-{options[size]}" for size in ("individuals", "workers") if options.get(size)]
    return "-".join([options["kind"], *sizes, *(["sqlite"] if options["sqlite"] else [])])


def _pages(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    experiment, other = pages.prepare(options["individuals"], command.say)
    rows = pages.measure(
        experiment, other, requests=options["requests"], only=options["only"], say=command.say
    )
    limit = pages.target(options["individuals"])
    missed = pages.missed(rows, limit)
    return {
        "pages": rows,
        "target p95 ms": limit,
        "missed": ", ".join(missed) or "none",
        "curves": [pages.whole_curves(experiment)],
    }


def _loop(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return loop.measure(
        evaluations=options["evaluations"],
        in_flight=options["in_flight"],
        individuals=options["individuals"],
        workers=options["workers"],
        profile=options["profile"],
        say=command.say,
    )


def _startup(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return {"startup": startup.measure(repeats=options["repeats"])}


def _decisions(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return decisions.measure(
        networks=options["networks"], repeats=options["repeats"], steps=options["steps"], say=command.say
    )


def _load(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return load.measure(
        evaluations=options["evaluations"],
        seconds=options["seconds"],
        workers=options["workers"],
        clients=options["clients"],
        pause_seconds=options["pause"],
        say=command.say,
    )


def _trainer(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return trainer.measure(
        pairs=options["pairs"], estimates=options["estimates"], only=options["only"], say=command.say
    )


def _device(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return device.measure(
        device=options["device"] or settings.DEVICE,
        seconds=options["seconds"],
        most=options["most"],
        say=command.say,
    )


def _memory(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    return memory.measure(
        networks=options["networks"], most_gib=options["most_gib"], seed=options["seed"], say=command.say
    )


def _pages_options(parser: ArgumentParser) -> None:
    parser.add_argument("--individuals", type=int, default=7000, help="in the experiment (default 7000)")
    parser.add_argument("--requests", type=int, default=20, help="of each address (default 20)")
    parser.add_argument("--only", default="", help="pages whose name contains this")


def _loop_options(parser: ArgumentParser) -> None:
    parser.add_argument("--evaluations", type=int, default=2000, help="to finish (default 2000)")
    parser.add_argument("--in-flight", type=int, default=16, help="under way at once (default 16)")
    parser.add_argument("--individuals", type=int, default=0, help="already there (default 0)")
    parser.add_argument("--workers", type=int, default=0, help="Celery processes; 0: one process, no broker")
    parser.add_argument("--profile", action="store_true", help="say where the processor time goes")


def _startup_options(parser: ArgumentParser) -> None:
    parser.add_argument("--repeats", type=int, default=3, help="starts of each (default 3)")


def _decisions_options(parser: ArgumentParser) -> None:
    parser.add_argument("--networks", type=int, default=40, help="to train, half of them random (default 40)")
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each (default 3)")
    parser.add_argument("--steps", type=int, default=60, help="of each training (default 60)")


def _load_options(parser: ArgumentParser) -> None:
    parser.add_argument("--evaluations", type=int, default=5000, help="to finish (default 5000)")
    parser.add_argument("--seconds", type=float, default=420, help="end after so long at most (default 420)")
    parser.add_argument("--workers", type=int, default=16, help="training processes (default 16)")
    parser.add_argument("--clients", type=int, default=10, help="browsers (default 10)")
    parser.add_argument(
        "--pause", type=float, default=1.0, help="mean seconds between two requests (default 1)"
    )


NEEDS_NO_DATABASE = (
    "decisions",
    "trainer",
    "device",
    "memory",
)


def _trainer_options(parser: ArgumentParser) -> None:
    parser.add_argument("--pairs", type=int, default=4, help="steps of each network, in turn (default 4)")
    parser.add_argument(
        "--estimates", type=int, default=10, help="networks to check estimates on (default 10)"
    )
    parser.add_argument("--only", default="", help="networks whose name contains this")


def _device_options(parser: ArgumentParser) -> None:
    parser.add_argument("--device", default="", help="auto, cpu, cuda, cuda:1 (default: NASWEB_DEVICE)")
    parser.add_argument("--seconds", type=float, default=20, help="of training for each row (default 20)")
    parser.add_argument("--most", type=int, default=8, help="candidates at once at most (default 8)")


def _memory_options(parser: ArgumentParser) -> None:
    parser.add_argument("--networks", type=int, default=24, help="to train for a few steps (default 24)")
    parser.add_argument("--most-gib", type=float, default=3.0, help="leave larger ones out (default 3 GiB)")
    parser.add_argument("--seed", type=int, default=0, help="draws the networks (default 0)")


OPTIONS: dict[str, Callable[[ArgumentParser], None]] = {
    "pages": _pages_options,
    "loop": _loop_options,
    "startup": _startup_options,
    "trainer": _trainer_options,
    "device": _device_options,
    "memory": _memory_options,
    "decisions": _decisions_options,
    "load": _load_options,
}
MEASURES: dict[str, Callable[[Command, dict[str, Any]], dict[str, Any]]] = {
    "pages": _pages,
    "loop": _loop,
    "startup": _startup,
    "trainer": _trainer,
    "device": _device,
    "memory": _memory,
    "decisions": _decisions,
    "load": _load,
}
