"""`python -m tests.benchmarks device`: candidates an hour under the paper's protocol on this machine's device.

Each candidate is the median network of the paper's space, in a process of its own as in a worker. It trains for some
seconds on made-up images and is scored; what a whole evaluation takes, four trainings of 5,000 steps with four scorings
each, is calculated from that. Then twice as many train at once, as long as their predicted memory fits and they gain by
it. Torch is loaded there and never here.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.presets import PAPER_PROTOCOL
from search.evolution.genotypes.genotype import Genotype
from tests.benchmarks.child import child, python, training_process_environment
from tests.benchmarks.trainer import GENOTYPES, ranked_genotypes

SCORED = 1000
"""Validation images that are scored; the rest would take as long each."""
SCORINGS = 4
"""Of each training (`search/training/loop/run.py`)."""
TARGET = "the target is 60 s on an H100"
GAIN = 1.05
"""Times the candidates an hour that twice as many at once must bring."""


def measure(*, device: str, seconds: float, most: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`seconds` of training for each row; at most `most` at once."""
    protocol = Protocol.model_validate(PAPER_PROTOCOL)
    genotype = ranked_genotypes("hierarchical", GENOTYPES)[GENOTYPES // 2]
    rows: list[dict[str, Any]] = []
    at_once = 1
    while at_once <= most:
        say(f"{at_once} at once")
        row, room = trained_together(at_once, device, protocol, genotype, seconds)
        gains = not rows or row["candidates an hour"] >= GAIN * rows[-1]["candidates an hour"]
        rows.append(row)
        if not gains or 2 * at_once > room:
            break
        at_once *= 2
    alone, best = rows[0], max(rows, key=lambda row: row["candidates an hour"])
    return {
        "device": rows,
        "one candidate": f"{alone['s a candidate']:.0f} s, {protocol.repeats} x {protocol.steps} steps of batch "
        f"{protocol.batch_size}; {TARGET}",
        "several at once": f"{best['at once']} bring "
        f"{best['candidates an hour'] / alone['candidates an hour']:.2f} times the candidates an hour",
    }


def trained_together(
    at_once: int, device: str, protocol: Protocol, genotype: Genotype, seconds: float
) -> tuple[dict[str, Any], float]:
    """A row, and how many the device has room for."""
    scored = min(SCORED, protocol.validation_images)
    document = protocol.model_copy(update={"validation_images": scored}).model_dump_json()
    environment = {**training_process_environment(), "NASWEB_COMPILE": "never"}
    with ExitStack() as stack:
        children = [
            stack.enter_context(child(python("device", device, document, genotype.text), environment))
            for _ in range(at_once)
        ]
        told = [each.answer() for each in children]
        for each in children:
            each.tell(seconds)
        answers = [each.answer() for each in children]
    candidates = [candidate_seconds(answer, protocol, scored) for answer in answers]
    row = {
        "on": told[0]["device"],
        "at once": at_once,
        "recorded": "yes" if all(facts["recorded"] for facts in told) else "no",
        "ms a step": 1000 * sum(answer["seconds"] / answer["steps"] for answer in answers) / at_once,
        "s a candidate": sum(candidates) / at_once,
        "candidates an hour": sum(3600 / each for each in candidates),
        "GiB predicted each": told[0]["need"] / 2**30,
    }
    return row, told[0]["total"] / told[0]["need"]


def candidate_seconds(answer: dict[str, float], protocol: Protocol, scored: int) -> float:
    training = protocol.steps * answer["seconds"] / answer["steps"]
    scoring = SCORINGS * answer["scoring"] * protocol.validation_images / scored
    return protocol.repeats * (training + scoring)
