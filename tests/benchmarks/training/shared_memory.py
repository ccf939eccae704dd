"""`python -m tests.benchmarks.training.shared_memory DOCUMENT STEPS`: some steps and a score of one shared training.

Prints a line of JSON: the peak of memory in bytes above what the process held before, its data included, and what was
predicted.
"""

import json
import sys

import torch

from search.evolution.estimates.shared_training_memory import supernet_memory
from search.evolution.experiments.shared_trainings import SharedTraining
from search.training.supernets.session import Session
from tests.benchmarks.training.memory import made_up_split
from tests.benchmarks.training.steps import memory_of


def main(document: str, steps: str) -> None:
    torch.set_num_threads(1)
    config = SharedTraining.model_validate_json(document)
    predicted = supernet_memory(config, config.protocol.shape_host)
    before = memory_of("VmRSS")
    session = Session(config, made_up_split(config.protocol), torch.device("cpu"), seed=config.seed)
    for _ in range(int(steps)):
        session.step()
    [genotype] = session.method.proposals(1, session.accuracy)[:1]
    session.accuracy(genotype)
    answer = {
        "peak": memory_of("VmHWM") - before,
        "predicted": predicted.total,
        "parameters": predicted.parameters,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
