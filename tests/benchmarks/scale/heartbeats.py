"""`python -m tests.benchmarks.scale.heartbeats SECONDS`: workers that train nothing and give signs of life.

Reads pickled claims from its input and becomes a process for each: a heartbeat every NASWEB_HEARTBEAT_SECONDS, a
report every ten seconds, each by the service that workers use, on a connection of its own. Prints one line of JSON.
"""

import json
import os
import pickle
import random
import sys
import time
from typing import Any

import django

CLAIMS_MOST = 2000


def main(seconds: float) -> None:
    django.setup()
    # After django.setup: both import models.
    import search.services  # noqa: F401, PLC0415
    from tests.benchmarks.report import percentile  # noqa: PLC0415

    claims = pickle.load(sys.stdin.buffer)
    began = time.monotonic()
    pipes = [_fork(claim, number, began + seconds) for number, claim in enumerate(claims[:CLAIMS_MOST])]
    latencies: list[float] = []
    late = lost = 0
    for child, pipe in pipes:
        with os.fdopen(pipe) as answers:
            answer = json.load(answers)
        os.waitpid(child, 0)
        latencies += answer["latencies"]
        late, lost = late + answer["late"], lost + answer["lost"]
    facts = {
        "processes": len(pipes),
        "seconds": round(time.monotonic() - began, 1),
        "beats": len(latencies),
        "beats a second": len(latencies) / seconds,
        "ms, median": 1000 * percentile(latencies, 0.5),
        "ms, 95 %": 1000 * percentile(latencies, 0.95),
        "ms, longest": 1000 * max(latencies),
        "later than their interval": late,
        "leases lost": lost,
    }
    sys.stdout.write(json.dumps(facts) + "\n")


def _fork(claim: Any, number: int, until: float) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    try:
        answer = _beat(claim, number, until)
        os.write(writing, json.dumps(answer).encode())
    finally:
        os._exit(0)


def _beat(claim: Any, number: int, until: float) -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415 - after django.setup

    from search import services  # noqa: PLC0415
    from search.services.workers import report_worker  # noqa: PLC0415
    from search.worker.presence import REPORT_SECONDS  # noqa: PLC0415

    every, rng = settings.HEARTBEAT_SECONDS, random.Random(number)
    due = time.monotonic() + rng.uniform(0, every)
    report_due = time.monotonic() + rng.uniform(0, REPORT_SECONDS)
    latencies: list[float] = []
    late = lost = 0
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        lost += services.heartbeat_evaluation(claim=claim, progress=0.5) != "go"
        latencies.append(round(time.monotonic() - began, 5))
        if began > report_due:
            report_worker(name=f"light-{number}", device="none", version="none", processes=1)
            report_due += REPORT_SECONDS
        late += time.monotonic() > due + every
        due += every
    return {"latencies": latencies, "late": late, "lost": lost}


if __name__ == "__main__":
    main(float(sys.argv[1]))
