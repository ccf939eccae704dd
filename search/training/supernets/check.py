"""The check of a supernet as a program: `python -m search.training.supernets.check COUNT SEED SPACE`.

Prints one JSON line a genotype.

A process of its own, because whoever asks must not load torch.
"""

import json
import sys
from dataclasses import asdict

import torch

from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.training.supernets.checking import Comparison, compare_many


def say(row: Comparison) -> None:
    line = asdict(row) | {"genotype": row.genotype.text}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Many small tensors: threads would wait for each other.
    torch.set_num_threads(1)
    host = Host(channels=2, image_size=6, image_channels=1)
    compare_many(SPACES[sys.argv[3]], host, int(sys.argv[1]), int(sys.argv[2]), say)
