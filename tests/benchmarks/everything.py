"""`python -m tests.benchmarks device --everything`: all that is to be known of a GPU, in one script of ten minutes.

Each part runs in a process of its own, with what is left of the time; what fails or cannot be shown is said, and the
others go on. On a CPU it is a rehearsal: it says what it could not do, and nothing of it says anything about CUDA.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.presets import PAPER_PROTOCOL
from tests.benchmarks import device
from tests.benchmarks.child import python, training_process_environment
from tests.benchmarks.trainer import GENOTYPES, ranked_genotypes

LIMIT_SECONDS = 540.0
"""Of all parts together."""
PART_SECONDS = 120.0
RANKS = (0.1, 0.5, 0.9)
WHOLE: dict[str, Any] = {"dataset": "digits", "channels": 8, "steps": 400, "batch_size": 64}
"""Of the training that is killed and goes on: on images that are there on every machine."""
SHARED: dict[str, Any] = {
    "method": "darts", "epochs": 2, "candidates": 4,
    "protocol": {"dataset": "digits", "channels": 16, "steps": 100, "batch_size": 64,
                 "train_images": 1000, "validation_images": 300},
}  # fmt: skip
Say = Callable[[str], None]


def measure(*, device_name: str, seconds: float, most: int, say: Say) -> dict[str, Any]:
    """`seconds` of training for each row of the table of candidates, and of each timed step."""
    until = time.monotonic() + LIMIT_SECONDS
    texts = [genotype.text for genotype in ranked_genotypes("hierarchical", GENOTYPES)]
    protocol = Protocol.model_validate(PAPER_PROTOCOL)
    # As many images as a few batches and a scoring need: what is made up is the same for all.
    less = {"validation_images": min(1000, protocol.validation_images)}
    options: dict[str, Any] = {
        "protocol": (protocol.model_copy(update=less)).model_dump(mode="json"),
        "genotypes": texts,
    }
    timed: dict[str, Any] = {"steps": 10, "seconds": min(10.0, seconds)}
    parts: list[tuple[str, str, dict[str, Any]]] = [
        ("float32 against the CPU", "float32", options | timed | {"steps": 5}),
        ("bf16 against float32", "bf16", options | timed),
        ("recorded step against plain", "recorded", options | timed),
        *((f"memory, network at {rank:.0%}", "memory", options | {"rank": rank}) for rank in RANKS),
        ("one-shot steps", "one_shot", {"shared": SHARED}),
    ]
    rows = []
    for title, part, given in parts:
        say(title)
        rows.append(_row(title, until, partial(_part, part, device_name, given, until)))
    say("killed and resumed")
    rows.append(_row("killed and resumed", until, lambda: _resumed(device_name, texts, until)))
    result: dict[str, Any] = {"everything": rows}
    if time.monotonic() < until:
        result |= device.measure(device=device_name, seconds=seconds, most=most, say=say)
    else:
        rows.append({"part": "candidates an hour", "seconds": 0.0, "found": "not done: no time was left"})
    return result | {"claim": _claim(device_name)}


def _claim(device_name: str) -> str:
    return f"these figures are of {device_name} on this machine, and of nothing else"


def _row(title: str, until: float, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    began = time.monotonic()
    if began > until:
        return {"part": title, "seconds": 0.0, "found": "not done: no time was left"}
    try:
        facts = act()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        facts = {"failed": str(error)[-1500:]}
    return {"part": title, "seconds": time.monotonic() - began, "found": _written(facts)}


def _written(facts: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}: {value:.3g}" if isinstance(value, float) else f"{name}: {value}"
        for name, value in facts.items()
    )


def _command(part: str, device_name: str, options: dict[str, Any]) -> list[str]:
    return python("everything", part, device_name, json.dumps(options))


def _part(part: str, device_name: str, options: dict[str, Any], until: float) -> dict[str, Any]:
    """Raises RuntimeError with what the process wrote where it failed, TimeoutExpired where it took too long."""
    limit = max(1.0, min(PART_SECONDS, until - time.monotonic()))
    done = subprocess.run(
        _command(part, device_name, options), env=training_process_environment(), cwd=settings.BASE_DIR,
        text=True, capture_output=True, timeout=limit, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[-1200:]}")
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def _resumed(device_name: str, texts: list[str], until: float) -> dict[str, Any]:
    """One training to its end, and one that is killed after its first checkpoint and goes on in another process."""
    options = {"genotypes": texts[:1], "whole": WHOLE}
    whole = _part("training", device_name, options, until)
    with TemporaryDirectory(prefix="nasweb-everything-") as folder:
        path = Path(folder) / "state"
        again = options | {"checkpoint": str(path)}
        with subprocess.Popen(
            _command("training", device_name, again), env=training_process_environment(), cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while not path.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.005)
            os.kill(process.pid, signal.SIGKILL)
        if not path.exists():
            raise RuntimeError("no checkpoint was written before the training ended")
        resumed = _part("training", device_name, again, until)
    return {
        "accuracy": whole["accuracy"],
        "after the kill": resumed["accuracy"],
        "equal": resumed["accuracy"] == whole["accuracy"],
        "went on before step": resumed["first step told"],
        "on": resumed["on"],
    }
