"""The benchmarks' command line: each kind with its options, a table or JSON, kept and compared results."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from search.evolution.experiments.presets import PRESETS
from tests.benchmarks import (
    comparing,
    decisions,
    device,
    everything,
    load,
    loop,
    memory,
    pages,
    proof,
    shared_memory,
    shared_on_table,
    shared_weights,
    signal,
    startup,
    trainer,
)
from tests.benchmarks.report import as_table, surrounding_facts
from tests.benchmarks.surroundings import Unavailable, run_inside, surroundings

DESCRIPTION = (
    "Measure pages, the loop, start-up, early decisions, all at once under load (on a private database), or the "
    "trainer, its memory, a protocol's signal, whether a preset's search works, and what this machine's device "
    "trains in an hour. Prints a table; --json prints one object. DATABASE_URL names the PostgreSQL server to use."
)


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark and print what it measured. Returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.here or options.kind in NEEDS_NO_DATABASE:
            _measure(options)
            return 0
        broker = bool(getattr(options, "workers", 0))
        with surroundings(sqlite=options.sqlite, keep=options.keep, broker=broker) as environment:
            return run_inside(arguments, environment)
    except Unavailable as reason:
        say(str(reason))
        return 1


def parser() -> ArgumentParser:
    """Every kind with its options."""
    whole = ArgumentParser(prog="python -m tests.benchmarks", description=DESCRIPTION)
    kinds = whole.add_subparsers(dest="kind", required=True)
    for name, add in OPTIONS.items():
        kind = kinds.add_parser(name)
        add(kind)
        kind.add_argument("--json", action="store_true", help="print one JSON object")
        kind.add_argument("--sqlite", action="store_true", help="SQLite instead of PostgreSQL")
        kind.add_argument("--keep", metavar="NAME", default="", help="a database that is kept and used again")
        kind.add_argument("--save", action="store_true", help="keep the result in docs/benchmarks")
        kind.add_argument(
            "--compare", action="store_true", help="print factors against the result kept in docs/benchmarks"
        )
        kind.add_argument("--here", action="store_true", help="measure on the configured database, as it is")
    return whole


def _measure(options: Namespace) -> None:
    measured = MEASURES[options.kind](options)
    machine = {**surrounding_facts(), comparing.CALIBRATION: round(comparing.calibration_ms(), 2)}
    result = {"machine": machine, **measured}
    name, old = _name(options), None
    if options.compare:
        old = comparing.last(name)
        if old is None:
            raise Unavailable(f"{comparing.path_of(name)} is not there to compare with; --save writes it")
        rows = comparing.compare(result, old)
        result |= {"factors, machines made equal": rows, "slower": comparing.slower(rows)}
    if options.save:
        say(f"kept in {comparing.keep(name, {'machine': machine, **measured})}")
    if options.json:
        sys.stdout.write(json.dumps(result, indent=1) + "\n")
        return
    lines = [", ".join(f"{fact} {value}" for fact, value in machine.items())]
    for part, value in list(result.items())[1:]:
        lines.append(as_table(value) if isinstance(value, list) else f"{part}: {value}")
    sys.stdout.write("\n".join(lines) + "\n")


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _name(options: Namespace) -> str:
    """What a result is kept under: the kind, and what makes its figures others."""
    sizes = [
        f"{size}-{getattr(options, size)}" for size in ("individuals", "workers") if getattr(options, size, 0)
    ]
    return "-".join([options.kind, *sizes, *(["sqlite"] if options.sqlite else [])])


def _pages(options: Namespace) -> dict[str, Any]:
    experiment, other = pages.prepare(options.individuals, say)
    rows = pages.measure(experiment, other, requests=options.requests, only=options.only, say=say)
    limit = pages.target(options.individuals)
    missed = pages.missed(rows, limit)
    return {
        "pages": rows,
        "target p95 ms": limit,
        "missed": ", ".join(missed) or "none",
        "curves": [pages.whole_curves(experiment)],
    }


def _loop(options: Namespace) -> dict[str, Any]:
    return loop.measure(
        evaluations=options.evaluations,
        in_flight=options.in_flight,
        individuals=options.individuals,
        workers=options.workers,
        profile=options.profile,
        say=say,
    )


def _startup(options: Namespace) -> dict[str, Any]:
    return {"startup": startup.measure(repeats=options.repeats)}


def _decisions(options: Namespace) -> dict[str, Any]:
    return decisions.measure(networks=options.networks, repeats=options.repeats, steps=options.steps, say=say)


def _load(options: Namespace) -> dict[str, Any]:
    return load.measure(
        evaluations=options.evaluations,
        seconds=options.seconds,
        workers=options.workers,
        clients=options.clients,
        pause_seconds=options.pause,
        say=say,
    )


def _trainer(options: Namespace) -> dict[str, Any]:
    return trainer.measure(pairs=options.pairs, estimates=options.estimates, only=options.only, say=say)


def _device(options: Namespace) -> dict[str, Any]:
    if options.everything:
        name = options.device or settings.DEVICE
        return everything.measure(device_name=name, seconds=options.seconds, most=options.most, say=say)
    return device.measure(
        device=options.device or settings.DEVICE,
        seconds=options.seconds,
        most=options.most,
        say=say,
    )


def _memory(options: Namespace) -> dict[str, Any]:
    return memory.measure(networks=options.networks, most_gib=options.most_gib, seed=options.seed, say=say)


def _signal(options: Namespace) -> dict[str, Any]:
    return signal.measure(
        names=options.preset or ["quick"],
        networks=options.networks,
        repeats=options.repeats,
        seed=options.seed,
        say=say,
    )


def _shared(options: Namespace) -> dict[str, Any]:
    if options.table:
        return shared_on_table.measure(options, say=say)
    return shared_weights.measure(options, say=say)


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
    "signal",
    "shared",
    "shared-memory",
    "proof",
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
    parser.add_argument(
        "--everything", action="store_true", help="float32, bf16, recording, memory, one-shot, resuming too"
    )
    parser.add_argument("--most", type=int, default=8, help="candidates at once at most (default 8)")


def _memory_options(parser: ArgumentParser) -> None:
    parser.add_argument("--networks", type=int, default=24, help="to train for a few steps (default 24)")
    parser.add_argument("--most-gib", type=float, default=3.0, help="leave larger ones out (default 3 GiB)")
    parser.add_argument("--seed", type=int, default=0, help="draws the networks (default 0)")


def _signal_options(parser: ArgumentParser) -> None:
    parser.add_argument("--preset", action="append", choices=PRESETS, help="whose protocol (default quick)")
    parser.add_argument("--networks", type=int, default=24, help="random ones to train (default 24)")
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each (default 3)")
    parser.add_argument("--seed", type=int, default=0, help="draws the networks (default 0)")


OPTIONS: dict[str, Callable[[ArgumentParser], None]] = {
    "pages": _pages_options,
    "loop": _loop_options,
    "startup": _startup_options,
    "trainer": _trainer_options,
    "device": _device_options,
    "memory": _memory_options,
    "signal": _signal_options,
    "shared": shared_weights.add_options,
    "shared-memory": shared_memory.add_options,
    "proof": proof.add_options,
    "decisions": _decisions_options,
    "load": _load_options,
}
MEASURES: dict[str, Callable[[Namespace], dict[str, Any]]] = {
    "pages": _pages,
    "loop": _loop,
    "startup": _startup,
    "trainer": _trainer,
    "device": _device,
    "memory": _memory,
    "signal": _signal,
    "shared": _shared,
    "shared-memory": lambda options: shared_memory.measure(options, say=say),
    "proof": lambda options: proof.command(options, say=say),
    "decisions": _decisions,
    "load": _load,
}
