"""`python -m tests.benchmarks load`: what it says of memory and locks, and a small load on the real parts."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks.visitors import Visits
from tests.benchmarks.watch import Watch, memory_rows, own_memory, slope, tree
from tests.processes import ROOT


def test_a_slope_is_that_of_the_line_that_fits_best() -> None:
    assert slope([(0, 10.0), (1000, 12.0), (2000, 14.0)]) == pytest.approx(0.002)
    assert slope([(5, 1.0)]) == slope([(5, 1.0), (5, 3.0)]) == 0.0


def test_memory_counts_from_when_a_process_is_warm() -> None:
    watch = Watch({"web": 1}, lambda: 0)
    loading = [(0, 10.0), (100, 40.0), (200, 50.0), (300, 50.0)]
    watch.memory["web", 7] = [*loading, *((400 + 100 * n, 50.0) for n in range(6))]
    [row] = memory_rows(watch, per_hour=10_000)
    assert (row["MiB each at first"], row["once warm"], row["at last"]) == (10.0, 50.0, 50.0)
    assert row["MiB in an hour at this rate"] == 0.0
    watch.memory["web", 8] = [(100 * n, 50.0 + n) for n in range(10)]
    [row] = memory_rows(watch, per_hour=10_000)
    assert row["MiB in an hour at this rate"] == pytest.approx(100.0)  # of the worst of them


def test_a_processs_memory_is_its_own() -> None:
    command = "block = bytearray(64 << 20); print('ready', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert tree(process.pid) == [process.pid]
        assert own_memory(process.pid) > 64
    finally:
        process.kill()
        process.wait()


def test_what_was_refused_is_counted() -> None:
    visits = Visits()
    visits.note("experiment", 5.0, 200)
    visits.note("experiment", 7.0, 500)
    assert visits.milliseconds["experiment"] == [5.0, 7.0]
    assert visits.refused == {"experiment: 500": 1}


@pytest.mark.service
@pytest.mark.slow
def test_a_small_load_on_the_real_parts(postgresql_url: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "load", "--json", "--evaluations", "400"]
    command += ["--seconds", "60", "--workers", "2", "--clients", "2", "--pause", "0.1"]
    done = subprocess.run(
        ["env", f"DATABASE_URL={postgresql_url}postgres", "NASWEB_SECRET_KEY=only for tests", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["evaluations"] >= 400
    assert report["refused requests"] == "none"
    assert (report["deadlocks"], report["contradictions in the database"]) == (0, 0)
    assert {row["processes"] for row in report["memory"]} <= {"web", "training", "steps", "beat"}
    assert any(row["page or endpoint"].startswith("change: ") for row in report["pages"])
    assert report["database MiB per 100,000 individuals"] > 0
