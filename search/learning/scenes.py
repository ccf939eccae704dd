"""Examples of the help: every strategy searches a tiny space by its real code, with a made-up fitness. Pure Python.

A scene is one moment of such a search: what was proposed last and why, what the strategy has learned or how it chooses,
and how far random search is with as many networks. Strategies that need numpy are not run by a web process: their
scenes are recorded by `manage.py record_scenes`, version by version.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from search.evolution.decisions import Ladder
from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.report import Report, Table, per_cent
from search.learning.rehearsal import Fitness, Rehearsal, likeness

SPACE = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
INITIAL, MOST, DRAFTS = 8, 56, 4
BETWEEN = 2 * DRAFTS
"""Networks from one recorded scene to the next."""
LEAST, WIDTH = 0.6, 0.35
"""Made-up fitness: of a network that is in nothing like the hidden one, and how much more the hidden one has."""
LATEST, MOST_ROWS = 6, 9
TOLD: dict[str, dict[str, Any]] = {
    "evolution": {"tournament_fraction": 0.25},
    "aging": {"tournament_fraction": 0.25},
    "crossover": {"generation": 16},
    "reinforce": {"learning_rate": 4.0},
    "ppo": {"learning_rate": 0.1},
    "q_learning": {"q_learning_rate": 0.1, "initial_value": 0.5, "replays": 20},
    "mcts": {"exploration": 0.1, "rollout": "best"},
    "progressive": {"beam": 12, "pool": 40, "first_edges": 5, "epochs": 40},
    "bayesian": {"pool": 60},
    "embedding": {"pool": 40, "epochs": 60},
}
"""What they are told for so small a search: the published numbers are meant for thousands of networks."""
VARIANTS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "evolution": (
        ("the fittest always wins", {}),
        ("the fittest wins with 50 %", {"tournament_probability": 0.5}),
        ("tournaments of two", {"tournament_fraction": 0.05}),
    ),
    "crossover": (("as usual", {}), ("crossover each time", {"crossover_probability": 1.0})),
    "pareto": (("parameters", {}), ("parameters, multiply-adds and depth", {"costs": "all"})),
    "q_learning": (
        ("reward spread over the choices", {}),
        ("all of the reward at the end", {"spread_reward": False}),
    ),
    "mcts": (("rollouts follow the best", {}), ("random rollouts", {"rollout": "random"})),
}
"""Settings between which the page may switch, the first the usual one."""
PURE = ("q_learning", "mcts")
"""Learned strategies whose models are pure Python: any process may run them."""
RECORDED = ("reinforce", "ppo", "progressive", "bayesian", "embedding")
FILE = Path(__file__).with_name("recorded_scenes.json")


@dataclass(frozen=True)
class Proposed:
    """One network of the search."""

    step: int
    origin: str
    parent: int | None
    """Its step."""
    why: str
    fitness: float
    genotype: str
    mutation: dict[str, int] | None = None
    """As `Mutation.to_json` writes it."""


@dataclass(frozen=True)
class Scene:
    """The search after so many networks."""

    kind: str
    networks: int
    latest: tuple[Proposed, ...]
    """The newest first."""
    report: dict[str, Any]
    """As `Report.to_json` writes it."""
    best: tuple[float, ...]
    """Best fitness after each network."""
    random_best: tuple[float, ...]
    """Of random search."""


def has_scenes(kind: str) -> bool:
    """Of every strategy that runs in the step, and of the learned ones that are listed here."""
    return STRATEGIES[kind].runs == "step" or kind in RECORDED or kind in PURE


def scene(kind: str, networks: int, variant: int = 0) -> Scene:
    """The search of that strategy after up to `networks`, rounded to what was recorded where it is not run here.

    Only of strategies that have scenes.
    """
    if kind in RECORDED:
        found = recorded()[kind]
        return max((row for row in found if row.networks <= networks), key=lambda row: row.networks)
    return _played(kind, networks, variant)


@lru_cache(maxsize=256)
def _played(kind: str, networks: int, variant: int) -> Scene:
    told = VARIANTS[kind][variant][1] if variant else {}
    return _scene(_rehearsal(kind, told).run(networks))


def stops(kind: str) -> tuple[int, ...]:
    """The numbers of networks at which its scenes can be seen."""
    if kind in RECORDED:
        return tuple(row.networks for row in recorded()[kind])
    return tuple(range(INITIAL, MOST + 1))


def record(kind: str) -> list[Scene]:
    """One scene after the initial networks, and one after the drafts of each version."""
    search = _rehearsal(kind, {})
    return [_scene(search.run(networks)) for networks in range(INITIAL, MOST + 1, BETWEEN)]


@cache
def recorded() -> dict[str, list[Scene]]:
    """What `write` wrote."""
    return {
        kind: [Scene(**{**row, "latest": tuple(Proposed(**each) for each in row["latest"])}) for row in rows]
        for kind, rows in json.loads(FILE.read_text()).items()
    }


def write(path: Path = FILE) -> None:
    """Record the scenes of all strategies that a web process does not run."""
    rows = {kind: [_rounded(asdict(row)) for row in record(kind)] for kind in RECORDED}
    path.write_text(json.dumps(rows, indent=0, ensure_ascii=False) + "\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value


def _rehearsal(kind: str, told: dict[str, Any]) -> Rehearsal:
    strategy = {"kind": kind, "initial_population": INITIAL, "initial_mutations": 40} | TOLD.get(kind, {})
    if STRATEGIES[kind].runs == "worker":
        strategy["drafts"] = DRAFTS
    document = {"space": SPACE, "strategy": strategy | told, "seed": 4, "budget": {"individuals": MOST}}
    return Rehearsal(experiment_config(document), made_up_fitness())


def made_up_fitness() -> Fitness:
    """The share of edges that a network has in common with a hidden one, as if it were an accuracy."""
    rng = random.Random("hidden")
    while True:
        hidden = random_genotype(experiment_config({"space": SPACE}).space, rng, mutations=200)
        try:
            build_phenotype(hidden)
        except Infeasible:
            continue
        return lambda genotype: LEAST + WIDTH * (likeness(hidden)(genotype) or 0.0)


def _scene(search: Rehearsal) -> Scene:
    kind, count = search.config.strategy.kind, len(search.proposals)
    report = _ladder(search) if kind == "halving" else search.report()
    return Scene(
        kind=kind,
        networks=count,
        latest=tuple(_proposed(search, step) for step in range(count - 1, max(-1, count - 1 - LATEST), -1)),
        report=_short(report).to_json(),
        best=_best([value or 0.0 for value in search.found]),
        random_best=_best(_random_search()[:count]),
    )


def _proposed(search: Rehearsal, step: int) -> Proposed:
    row = search.proposals[step]
    parent = row.parent.step if row.parent else None
    edit = row.mutation.to_json() if row.mutation else None
    return Proposed(step, row.origin, parent, row.why, search.found[step] or 0.0, row.genotype.text, edit)


def _short(report: Report) -> Report:
    tables = tuple(replace(table, rows=table.rows[:MOST_ROWS]) for table in report.tables if table.rows)
    return replace(report, tables=tables)


def _best(values: Sequence[float]) -> tuple[float, ...]:
    best, found = 0.0, []
    for value in values:
        best = max(best, value)
        found.append(best)
    return tuple(found)


@cache
def _random_search() -> tuple[float, ...]:
    return tuple(value or 0.0 for value in _rehearsal("random", {}).run(MOST).found)


def _ladder(search: Rehearsal) -> Report:
    """Who trains on: each network reaches the first rung, and the best that waits goes on where there is room."""
    ladder = Ladder.read(search.config.decisions.halving, search.config.decisions.rungs, None)
    waiting: list[dict[int, float]] = [{} for _ in range(ladder.rungs)]
    ended: list[int] = []
    for step in range(len(search.found)):
        arrived: int | None = step
        for rung in range(ladder.rungs):
            if arrived is not None:
                waiting[rung][arrived] = search.found[arrived] or 0.0
                ladder.reached[rung] += 1
            arrived = None
            if ladder.has_room(rung):
                arrived = max(waiting[rung], key=lambda one: (waiting[rung][one], -one))
                del waiting[rung][arrived]
                ladder.promoted[rung] += 1
        if arrived is not None:
            ended.append(arrived)
    rows = tuple(
        (f"rung {rung + 1}", ladder.reached[rung], ladder.promoted[rung], len(waiting[rung]))
        for rung in range(ladder.rungs)
    )
    last = ", ".join(f"#{step}, {per_cent(search.found[step] or 0.0)}" for step in ended[-3:]) or "none yet"
    facts = (
        ("Trained to the end", f"{len(ended)} of {len(search.found)}"),
        ("The latest of them", last),
        ("Training in all", f"{per_cent(ladder.work())} of training all to the end"),
    )
    columns = ("Rung", "Reached it", "Trained on from it", "Wait there")
    return Report(facts, (Table("The ladder", columns, rows),))
