"""`python -m tests.benchmarks trainer`: what trains against the straightforward network, alternately in one run.

Each network is a process of its own that takes steps on command, so their memory does not mix and each has the
allocator it would have. Torch is loaded there and never here.
"""

import json
import random
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.conf import settings

from search.evolution.estimates.step_cost import PASSES, ideal_bytes
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype
from tests.benchmarks import memory
from tests.benchmarks.child import child, python, training_process_environment
from tests.benchmarks.comparing import TIMES
from tests.benchmarks.report import percentile

HOST = Host()
"""The paper's small host on colour images of 32 x 32."""
GENOTYPES = 101
"""Random ones of which the median and others are taken, by multiply-adds."""
PATIENCE = 600


@dataclass(frozen=True)
class Case:
    """One network at one batch size, and what is asked of it."""

    space: str
    share: float
    """Its place among random genotypes by multiply-adds; 0.5 is the median."""
    batch: int
    target: float | None = None
    """Times the images a second of the straightforward network."""

    @property
    def name(self) -> str:
        place = {0.05: "p5", 0.5: "median", 0.95: "p95"}[self.share]
        return f"{self.space} {place}, batch {self.batch}"


CASES = (
    Case("hierarchical", 0.5, 64, 2.5),
    Case("hierarchical", 0.5, 256, 3.0),
    Case("hierarchical", 0.05, 64),
    Case("hierarchical", 0.95, 64),
    Case("flat", 0.5, 64, 5.0),
)


def measure(*, pairs: int, estimates: int, only: str, say: Callable[[str], None]) -> dict[str, Any]:
    roof = figures_of("roofline")
    ranked = {space: ranked_genotypes(space, GENOTYPES) for space in ("hierarchical", "flat")}
    cases = [case for case in CASES if only in case.name]
    rows = []
    for case in cases:
        say(case.name)
        genotype = ranked[case.space][int(case.share * GENOTYPES)]
        rows.append(_row(case, genotype, pairs, roof))
    profiled = ranked["hierarchical"][GENOTYPES // 2]
    say("profile, and errors of the estimates")
    return {
        "trainer": rows,
        "one core at best": f"{roof['flops'] / 1e9:.0f} GFLOP/s of matrices, {roof['bytes'] / 1e9:.1f} GB/s of a triad",
        "missed": ", ".join(missed_estimates(rows)) or "none",
        "profile": [
            {"kind": kind, "% of a step": 100 * share}
            for kind, share in figures_of("profile", "64", profiled.text).items()
        ],
        "estimates": _estimates(ranked, estimates) if estimates else [],
    }


def ranked_genotypes(space: str, count: int) -> list[Genotype]:
    """The first `count` random genotypes that build a network, by multiply-adds."""
    found: list[tuple[int, int, Genotype]] = []
    seed = 0
    while len(found) < count:
        genotype = random_genotype(SPACES[space], random.Random(seed))
        seed += 1
        try:
            cost = network_cost(build_phenotype(genotype), HOST)
        except Infeasible:
            continue
        found.append((cost.multiply_adds, seed, genotype))
    return [genotype for _, _, genotype in sorted(found, key=lambda row: row[:2])]


def step_flops(phenotype: Phenotype, host: Host) -> float:
    """Floating-point operations: two for each multiply-add, in each of three passes."""
    return 2.0 * PASSES * network_cost(phenotype, host).multiply_adds


def _row(case: Case, genotype: Genotype, pairs: int, roof: dict[str, float]) -> dict[str, Any]:
    """One case: the straightforward network, what trains without the allocator's settings, and with them, in turn."""
    kinds = (("straightforward", False), ("trains", False), ("trains", True))
    with ExitStack() as stack:
        forms = [
            stack.enter_context(
                child(
                    python("steps", form, str(case.batch), genotype.text),
                    training_process_environment(keeps_memory=keeps),
                )
            )
            for form, keeps in kinds
        ]
        for form in forms:
            form.ask(1)  # one step; the first also fills caches and memory
        rounds = [[form.ask(1) for form in forms] for _ in range(pairs)]
    cpu, wall = ([[answer[clock] for answer in row] for row in rounds] for clock in ("cpu", "wall"))
    phenotype = build_phenotype(genotype)
    cost = network_cost(phenotype, HOST)
    bound = 1 / max(step_flops(phenotype, HOST) / roof["flops"], ideal_bytes(phenotype, HOST) / roof["bytes"])
    rate = case.batch / median(row[2] for row in cpu)
    return {
        "network": case.name,
        "M multiply-adds": cost.multiply_adds / 1e6,
        "straightforward images/s": case.batch / median(row[0] for row in cpu),
        "trains images/s": rate,
        TIMES: median(row[0] / row[2] for row in cpu),
        "by the clock": median(row[0] / row[2] for row in wall),
        "without allocator": median(row[0] / row[1] for row in cpu),
        "target": case.target,
        "GiB straightforward": rounds[-1][0]["peak"] / 2**30,
        "GiB trains": rounds[-1][2]["peak"] / 2**30,
        "% of roofline": 100 * rate / bound,
    }


def missed_estimates(rows: Sequence[dict[str, Any]]) -> list[str]:
    slow = [row["network"] for row in rows if row["target"] and row[TIMES] < row["target"]]
    large = [f"{row['network']} (memory)" for row in rows if row["GiB trains"] > row["GiB straightforward"]]
    return slow + large


def _estimates(ranked: dict[str, list[Genotype]], count: int) -> list[dict[str, Any]]:
    """Measured over estimated, memory and time of a step, on genotypes spread over both spaces."""
    cases, answers = [], []
    for number in range(count):
        space = ("hierarchical", "flat")[number % 2]
        protocol = Protocol(
            dataset="cifar10",
            batch_size=memory.BATCHES[0],
            train_images=600,
            validation_images=300,
            channels=8,
        )
        cases.append(memory.Case(space, ranked[space][(number * GENOTYPES) // count], protocol))
        answers.append(memory.take(cases[-1]))
    seconds = [answer["cpu"] / case.predicted_seconds for case, answer in zip(cases, answers, strict=True)]
    taken = [answer["peak"] / case.predicted.bytes for case, answer in zip(cases, answers, strict=True)]
    return [_spread("memory of a training", taken), _spread("time of a step", seconds)]


def _spread(what: str, ratios: Sequence[float]) -> dict[str, Any]:
    return {
        "measured / estimated": what,
        "least": f"{min(ratios):.2f}",
        "median": f"{percentile(ratios, 0.5):.2f}",
        "most": f"{max(ratios):.2f}",
        "networks": len(ratios),
    }


def figures_of(module: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(
        python(module, *arguments), env=training_process_environment(), cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
