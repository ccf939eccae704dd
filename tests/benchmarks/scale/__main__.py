"""`python -m tests.benchmarks.scale`: what a search asks of its servers, and where these end with many workers.

On a private PostgreSQL and Redis: costs of claim, step, heartbeat, report, sweep and message; a real search of a few
workers beside its simulation; many processes that train nothing with heartbeats at their real rate; then the
simulation of up to 10,000 workers from these costs (docs/scale.md).
"""

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nasweb.embedded.broker import free_port
from tests.processes import (
    ROOT,
    UNPRIVILEGED,
    Running,
    eventually,
    postgresql_answers,
    postgresql_command,
    postgresql_folder,
    running_redis,
)

SMALL = ((2, 1.0), (4, 0.5), (4, 2.0))
"""(workers, seconds of a training) of the real runs."""
WORKERS = (10, 100, 1000, 10_000)
TRAININGS = (10, 60, 600, 3600)
SPARE_CONNECTIONS = 40


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--evaluations", type=int, default=300, help="to measure each cost on (default 300)")
    parser.add_argument("--real-seconds", type=float, default=20, help="of each real run (default 20)")
    parser.add_argument("--processes", type=int, default=200, help="that train nothing (default 200)")
    parser.add_argument("--seconds", type=float, default=60, help="of their heartbeats (default 60)")
    parser.add_argument("--cores", type=int, default=8, help="of the simulated database (default 8)")
    parser.add_argument(
        "--heartbeat", type=float, default=2.0, help="simulated seconds between two heartbeats (default 2)"
    )
    parser.add_argument(
        "--way",
        type=float,
        default=0.002,
        help="simulated seconds of network and disk, each transaction (0.002)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):  # nothing that was started stays behind
        signal.signal(number, lambda *_: sys.exit(130))
    with TemporaryDirectory(prefix="nasweb-scale-") as name, postgresql_folder() as cluster:
        port, folder = free_port(), Path(name)
        command = postgresql_command(
            cluster, port=port, max_connections=asked.processes + SPARE_CONNECTIONS, shared_buffers="256MB"
        )
        with (
            Running(command, cluster / "log", user=UNPRIVILEGED) as server,
            running_redis(folder) as broker,
        ):
            eventually(lambda: server.said("") and postgresql_answers(port), "PostgreSQL answers")
            environment = surroundings(folder, f"postgres://nasweb@127.0.0.1:{port}/postgres", broker)
            os.environ |= environment
            report = everything(asked)
    sys.stdout.write(json.dumps(report, indent=1) + "\n" if asked.json else as_text(report))
    return 0


def surroundings(folder: Path, database: str, broker: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "NASWEB_VAR_DIR": str(folder),
        "NASWEB_TRAINER": "search.evolution.evaluation.instant_trainer",
        "NASWEB_SECRET_KEY": "only for benchmarks",
        "NASWEB_LOG_LEVEL": "WARNING",
        "NASWEB_DEVICE": "cpu",
    }


def everything(asked: argparse.Namespace) -> dict[str, Any]:
    # Django reads its settings from the environment that was made above.
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from tests.benchmarks.report import surrounding_facts  # noqa: PLC0415
    from tests.benchmarks.scale import costs, real  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    machine = surrounding_facts()
    say("costs")
    measured = costs.measure(asked.evaluations, messages=True)
    clock, elsewhere = measured.by_the_clock(), measured.elsewhere(asked.way)
    say(str(asdict(measured)))
    rows = []
    for seed, (workers, seconds) in enumerate(SMALL, start=10):
        say(f"a real search, {workers} workers, {seconds:g} s a training")
        rows.append(
            real.compare(
                clock, workers=workers, training_seconds=seconds, seconds=asked.real_seconds, seed=seed
            )
        )
    say(f"{asked.processes} processes that train nothing")
    beats = heartbeats(asked.processes, asked.seconds)
    say(f"{rows}\n{beats}")
    return {
        "machine": machine,
        "measured, ms": [
            {"of": name} | {kind: 1000 * value for kind, value in cost.items()}
            for name, cost in asdict(measured).items()
            if isinstance(cost, dict)
        ],
        "simulated, ms": {name: round(1000 * value, 3) for name, value in asdict(elsewhere).items()},
        "real and simulated": rows,
        "heartbeats": beats,
        "simulated": table(elsewhere, asked.cores, asked.heartbeat),
    }


def heartbeats(processes: int, seconds: float) -> dict[str, Any]:
    """From a process that starts anew: it forks, and no connection of ours may be among what it forks."""
    from tests.benchmarks.processor import DatabaseMeter  # noqa: PLC0415
    from tests.benchmarks.scale.costs import claimed, searched  # noqa: PLC0415

    _, waiting = searched(processes, seed=99)
    claims = claimed(waiting)
    command = [sys.executable, "-m", "tests.benchmarks.scale.heartbeats", str(seconds)]
    meter = DatabaseMeter()
    before = meter.seconds()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as light:
        assert light.stdin is not None
        assert light.stdout is not None
        light.stdin.write(pickle.dumps(claims))
        light.stdin.close()
        used = before
        while light.poll() is None:
            used = max(used, meter.seconds())
            try:
                light.wait(1)
            except subprocess.TimeoutExpired:
                continue
        facts: dict[str, Any] = json.loads(light.stdout.read())
    return facts | {"database's cores": (used - before) / seconds}


def table(costs: Any, cores: int, heartbeat: float) -> list[dict[str, Any]]:
    from tests.benchmarks.scale.simulation import Setup, simulate  # noqa: PLC0415

    rows = []
    for workers in WORKERS:
        for seconds in TRAININGS:
            setup = Setup(workers, seconds, cores=cores, heartbeat_seconds=heartbeat)
            one = simulate(setup, costs)
            many = simulate(replace(setup, experiments=16), costs)
            rows.append(
                {
                    "workers": workers,
                    "s a training": seconds,
                    "wanted, a second": workers / seconds,
                    "a second": one.rate,
                    "train, %": 100 * one.trains,
                    "lock, %": 100 * one.lock,
                    "PostgreSQL, %": 100 * one.database,
                    "Redis, %": 100 * one.broker,
                    "at its end": one.ends,
                    "train with 16 experiments, %": 100 * many.trains,
                }
            )
    return rows


def as_text(report: dict[str, Any]) -> str:
    from tests.benchmarks.report import as_table  # noqa: PLC0415

    parts = []
    for name, value in report.items():
        text = as_table(value) if isinstance(value, list) else ", ".join(f"{k} {v}" for k, v in value.items())
        parts.append(f"{name}\n{text}")
    return "\n\n".join(parts) + "\n"


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
