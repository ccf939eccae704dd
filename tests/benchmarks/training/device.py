"""`python -m tests.benchmarks.training.device DEVICE PROTOCOL GENOTYPE`: trains for as long as each line says.

Says first, as a line of JSON, what it trains on and what that has room for, once steps go as they will from then on.
Answers each line, a number of seconds, with how many steps these were, and with the seconds of one scoring after them.
"""

import json
import sys
import time

import torch

from search.evolution.evaluation import Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.training.device.memory import device_memory
from search.training.loop.cuda_graphs import WARM_UP
from search.training.loop.fitting import estimate_resources_on
from search.training.trainer import choose_device
from tests.benchmarks.training.memory import made_up_run

AT_ONCE = 20
"""Steps between two looks at the clock on a GPU, which has to be waited for."""
BEFORE = WARM_UP + 2
"""Steps until one is recorded and replayed."""


def main(device: str, document: str, text: str) -> None:
    torch.set_num_threads(1)
    place, protocol = choose_device(device), Protocol.model_validate_json(document)
    phenotype = build_phenotype(parse_genotype(text))
    need, total = estimate_resources_on(phenotype, protocol, place, Runtime()), device_memory(place).total
    run = made_up_run(phenotype, protocol, place)
    batches = run.batches.training()

    def take(steps: int) -> None:
        for _ in range(steps):
            run.take_step(*next(batches))
        if place.type == "cuda":
            torch.cuda.synchronize(place)

    take(BEFORE)
    recorded = run.captured is not None and run.captured.replays
    _say(device=run.device_name(), recorded=recorded, need=need.bytes, total=total)
    at_once = AT_ONCE if place.type == "cuda" else 1
    for line in sys.stdin:
        steps, began = 0, time.perf_counter()
        while time.perf_counter() < began + float(line):
            take(at_once)
            steps += at_once
        trained = time.perf_counter()
        run.score()
        _say(steps=steps, seconds=trained - began, scoring=time.perf_counter() - trained)


def _say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
