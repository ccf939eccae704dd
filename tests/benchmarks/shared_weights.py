"""`tests.benchmarks shared`: what scores by shared weights say of networks, for each method of shared training.

Random networks of a small space on digits are trained from scratch; each method trains a supernet and scores the same
networks. Kendall's tau of both, that of plain parameters, and the regret of what each method derives beside random
search of as many processor seconds. Last the trellis of neural fabrics, from scratch under the same protocol.
"""

import random
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from search.evolution.artifacts import ArtifactJob
from search.evolution.evaluation import Job, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.shared_trainings import METHODS, shared_training
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.statistics.rank_intervals import Correlation, kendall_interval
from search.training.data.batches import Batches
from search.training.data.datasets import load_split
from search.training.supernets.entry import train
from search.training.supernets.methods import uniform_genotype
from search.training.supernets.session import SharedWeights, score
from search.training.trainer import choose_device
from search.training.trellis.training import train_trellis
from search.worker.attempts import load_trainer
from tests.benchmarks.trained import Say

SPACE: dict[str, Any] = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
PROTOCOL: dict[str, Any] = {
    "dataset": "digits",
    "channels": 4,
    "batch_size": 32,
    "learning_rate": 0.05,
    "schedule": "cosine",
    "validation_images": 400,
}
CPU = Runtime(device="cpu")
EPOCHS, GATE_LEARNING_RATE = 5, 0.01
"""Of every shared training."""
NETWORKS, STEPS, SHARED_STEPS = 30, 60, 300
NOTHING: dict[str, Any] = {
    "ranked by": "", "tau": "", "regret, %": "", "random search, %": "", "its networks": "", "seconds": ""
}  # fmt: skip
"""A row without figures: the table has the columns of its first row."""
WAYS: dict[str, dict[str, Any]] = {
    **{method: {"method": method} for method in METHODS},
    "darts, second order": {"method": "darts", "second_order": True},
}
"""What is measured -> its fields of the document."""


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--networks", type=int, help="to train from scratch (default 30), of a table 200")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each of them (default 60)")
    parser.add_argument("--shared-steps", type=int, help="of each supernet (default 300, with a table 2000)")
    parser.add_argument("--seed", type=int, default=0, help="draws networks and weights (default 0)")
    parser.add_argument("--method", action="append", choices=WAYS, help="only these (default all)")
    parser.add_argument(
        "--table", metavar="NAME", help="judge by this benchmark table, such as hierarchical-small"
    )
    parser.add_argument("--supernets", type=int, default=1, help="with a table: of each method (default 1)")
    parser.add_argument(
        "--inherited",
        type=int,
        metavar="N",
        help="with a table: so many of its networks from a neighbour's weights, too",
    )
    parser.add_argument(
        "--file", type=Path, help="with a table: keeps every supernet, so that a later run goes on"
    )


def measure(options: Namespace, *, say: Say) -> dict[str, Any]:
    """A row for each method, one for plain parameters and one for the trellis."""
    networks, seed = options.networks or NETWORKS, options.seed
    load_trainer()  # with the threads that a worker has
    space = search_space(SPACE)
    protocol = Protocol.model_validate(PROTOCOL | {"steps": options.steps, "seed": seed})
    cells = draw(space, networks, seed)
    began = time.process_time()
    fitness = [from_scratch(phenotype, genotype, protocol) for genotype, phenotype in cells]
    each = (time.process_time() - began) / len(cells)
    say(f"{networks} networks from scratch: best {100 * max(fitness):.1f} %, {each:.2f} s each")
    sizes = [float(network_cost(phenotype, protocol.shape_host).parameters) for _, phenotype in cells]
    rows = [
        NOTHING | {"ranked by": "parameters"} | told(kendall_interval(sizes, fitness, random.Random(seed)))
    ]
    for way in options.method or WAYS:
        row = of_method(way, protocol, options.shared_steps or SHARED_STEPS, cells, fitness, each)
        say(f"{way}: tau {row['tau']}")
        rows.append(row)
    rows.append(of_trellis(protocol, fitness))
    return {"networks": [summary(fitness, each)], "shared": rows}


def summary(fitness: Sequence[float], each: float) -> dict[str, Any]:
    """Of the networks from scratch."""
    return {
        "from scratch": len(fitness),
        "best, %": round(100 * max(fitness), 1),
        "median, %": round(100 * median(fitness), 1),
        "processor s each": round(each, 2),
    }


def of_trellis(protocol: Protocol, fitness: Sequence[float]) -> dict[str, Any]:
    """It ranks nothing; trained once."""
    began = time.process_time()
    found, _ = train_trellis(protocol, seed=protocol.seed + 1, device="cpu")
    best = max(*fitness, found.accuracy)
    return NOTHING | {
        "ranked by": "trellis, from scratch",
        "regret, %": round(100 * (best - found.accuracy), 1),
        "seconds": round(time.process_time() - began, 1),
    }


def draw(space: SearchSpace, count: int, seed: int) -> list[tuple[Genotype, Phenotype]]:
    """Random genotypes that build different networks."""
    rng, found = random.Random(seed), dict[str, tuple[Genotype, Phenotype]]()
    while len(found) < count:
        genotype = uniform_genotype(space, rng)
        phenotype = build_phenotype(genotype)
        found.setdefault(phenotype.key, (genotype, phenotype))
    return list(found.values())


def from_scratch(phenotype: Phenotype, genotype: Genotype, protocol: Protocol) -> float:
    """Validation accuracy of one training, a fraction 0..1."""
    job = Job(genotype, phenotype, protocol, 0, protocol.seed + 1, runtime=CPU)
    return load_trainer()(job, progress=lambda _: None).accuracy


def of_method(
    way: str,
    protocol: Protocol,
    shared_steps: int,
    cells: Sequence[tuple[Genotype, Phenotype]],
    fitness: Sequence[float],
    each: float,
) -> dict[str, Any]:
    """One shared training, the networks scored with it, and what it derives trained from scratch."""
    trained = protocol.model_copy(update={"steps": shared_steps})
    document = WAYS[way] | {
        "space": SPACE,
        "protocol": trained.model_dump(mode="json"),
        "epochs": EPOCHS,
        "gate_learning_rate": GATE_LEARNING_RATE,
    }
    began = time.process_time()
    config = shared_training(document)
    found = train(ArtifactJob(config.to_json(), protocol.seed, CPU), progress=lambda _: None)
    seconds = time.process_time() - began
    scores = scored(found.content, [genotype for genotype, _ in cells])
    derived = parse_genotype(found.result["derived"])
    reached = from_scratch(build_phenotype(derived), derived, protocol)
    best = max(*fitness, reached)
    tried = max(1, min(len(fitness), round(seconds / each)))
    return (
        {"ranked by": way}
        | told(kendall_interval(scores, fitness, random.Random(protocol.seed)))
        | {
            "regret, %": round(100 * (best - reached), 1),
            "random search, %": round(100 * (best - expected_best(fitness, tried)), 1),
            "its networks": tried,
            "seconds": round(seconds, 1),
        }
    )


def scored(content: bytes, genotypes: Sequence[Genotype]) -> list[float]:
    """The networks' accuracies with shared weights."""
    shared, device = SharedWeights.read(content), choose_device("cpu")
    protocol = shared.config.protocol
    split = load_split(protocol)
    supernet = shared.supernet(protocol.make_host(split.shape))
    batches = Batches(split, protocol, device, seed=1)
    return [score(supernet, genotype, batches.scoring()) for genotype in genotypes]


def expected_best(fitness: Sequence[float], tried: int) -> float:
    """Mean over random choices of that many networks of the best among them."""
    rng = random.Random(0)
    return fmean(max(rng.sample(list(fitness), tried)) for _ in range(500))


def told(found: Correlation) -> dict[str, Any]:
    return {"tau": f"{found.tau:.2f} [{found.low:.2f}, {found.high:.2f}]"}
