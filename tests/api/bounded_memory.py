"""How much memory files of many individuals take: `python -m tests.api.bounded_memory 100000`.

In a process and a database of its own. Each kind of file is made (and the whole experiment taken in again) of 2,000
individuals first, which loads what there is to load; what the process grows by afterwards is the files' own.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

WARM_UP = 2_000
INSTANT = "search.evolution.evaluation.instant_trainer"


def main() -> None:
    individuals = int(sys.argv[1])
    with TemporaryDirectory(prefix="nasweb-memory-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "nasweb.settings",
            "NASWEB_VAR_DIR": folder,
            "NASWEB_TRAINER": INSTANT,
        }
        os.environ.pop("DATABASE_URL", None)
        _measure(individuals, Path(folder))


def _measure(individuals: int, folder: Path) -> None:
    import django  # noqa: PLC0415 - it reads the settings, which stand in the environment only now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - the same

    call_command("migrate", verbosity=0)
    for experiment_id in (_searched(WARM_UP), _searched(individuals)):
        before = _peak()
        for name, make in _files(experiment_id, folder).items():
            began, size = time.process_time(), make()
            row = {
                "file": name,
                "bytes": size,
                "seconds": round(time.process_time() - began, 1),
                "grown_mib": round(_peak() - before, 1),
            }
            print(json.dumps(row), flush=True)  # noqa: T201 - what the caller reads


def _files(experiment_id: int, folder: Path) -> dict[str, Callable[[], int]]:
    from search.api.exports import csv_lines, json_lines, parquet_pieces  # noqa: PLC0415 - as above
    from search.selectors.archive import experiment_file  # noqa: PLC0415
    from search.selectors.lists import individual_rows  # noqa: PLC0415
    from search.services.importing import import_experiment  # noqa: PLC0415

    whole = folder / "whole.gz"

    def export() -> int:
        with whole.open("wb") as file:
            return sum(file.write(piece) for piece in experiment_file(experiment_id))

    def take_in() -> int:
        with whole.open("rb") as file:
            import_experiment(file=file)
        return whole.stat().st_size

    return {
        "csv": lambda: _size(csv_lines(individual_rows(experiment_id))),
        "jsonl": lambda: _size(json_lines(individual_rows(experiment_id))),
        "parquet": lambda: _size(parquet_pieces(individual_rows(experiment_id))),
        "export": export,
        "import": take_in,
    }


def _size(pieces: Iterable[str | bytes]) -> int:
    return sum(map(len, pieces))


def _searched(individuals: int) -> int:
    """A real search of thirty, whose individuals are repeated until there are enough."""
    from search.models import Experiment, Individual  # noqa: PLC0415 - as above
    from tests.search.searching import small_config, started, work_off  # noqa: PLC0415

    experiment = work_off(started(small_config(individuals=30, in_flight=1, seed=individuals)))
    templates = list(experiment.individuals.order_by("step"))
    names = [
        field.attname for field in Individual._meta.concrete_fields if field.attname not in ("id", "step")
    ]

    def copies() -> Iterable[Individual]:
        for step in range(30, individuals):
            values: dict[str, Any] = {name: getattr(templates[step % 30], name) for name in names}
            yield Individual(step=step, **values | {"completion": step, "shared": True})

    rest = iter(copies())
    for _ in range(0, individuals, 1000):
        Individual.objects.bulk_create(list(islice(rest, 1000)))
    Experiment.objects.filter(pk=experiment.pk).update(
        individuals_planned=individuals,
        proposed=individuals,
        evaluated=individuals,
        population=individuals,
        shared=Individual.objects.filter(experiment=experiment, shared=True).count(),
    )
    return experiment.pk


def _peak() -> float:
    """The most that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
