"""Monte Carlo tree search over edge decisions (Negrinho & Gordon 2017, "DeepArchitect"; Wang et al. 2018, "AlphaX";
methods B14). Pure Python.

The cell is decided first, then the motifs that it uses; a node of the tree is a beginning of that sequence. Kept from
the papers: UCT, untried branches first, one new node for each result, random choices below the tree. Departs from them:
values are scaled to 0..1 by what was found, else accuracies of 85 to 90 % make any exploration pure; a network that is
reached by several paths counts once in each node (the space is no tree); what is under way counts as visits, so that
one batch spreads out; a known network is not proposed again; random networks of the beginning are results like others;
the exploration constant is DeepArchitect's, AlphaX's is four times that. No value network (AlphaX's meta-DNN). A choice
of ours is the rollout `best`.
"""

import json
import random
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.strategies.report import Table, per_cent
from search.evolution.strategies.tree_search import TreeSearchConfig
from search.learning.base import Idea, Learner, Observation, Report, Tick
from search.learning.edge_decisions import Decision, decisions_of, decode, edge_name
from search.learning.known_networks import KnownNetworks, network_key
from search.learning.search_tree import ROOT, SearchTree

MOST_RESULTS = 20_000
"""Networks after which nothing more is learned."""
MOST_ROWS = 200
DEPTH_SHOWN = 3
LEAST_VISITS = 2
"""Of a branch in the report below the first choice."""


class TreeSearch(Learner[TreeSearchConfig]):
    """The tree, and the networks that were proposed."""

    def load(self, content: bytes | None) -> None:
        stored = json.loads(zlib.decompress(content)) if content is not None else None
        self.tree = SearchTree.from_json(stored["tree"]) if stored else SearchTree()
        self.known = KnownNetworks(stored["known"] if stored else ())

    def state(self) -> bytes:
        document = {"tree": self.tree.to_json(), "known": self.known.keys()}
        return zlib.compress(json.dumps(document).encode())

    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        for row in observations[: max(0, MOST_RESULTS - len(self.tree.results))]:
            tick()
            path = [chosen for _, chosen in decisions_of(row.genotype)]
            self.tree.add(path, network_key(row.genotype), row.fitness, row.genotype.text)
            self.known.add(row.genotype)
        self.tree.count()

    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        ideas: list[Idea] = []
        under_way: Counter[tuple[int, int]] = Counter()
        for _ in range(count):
            drawn: list[Descent] = []

            def draw(drawn: list[Descent] = drawn) -> Genotype:
                if (
                    drawn
                ):  # led to a known network: counts as a visit too, so that the next one leads elsewhere
                    under_way.update(drawn[-1].way)
                drawn.append(Descent(self, under_way, rng))
                return decode(self.space, drawn[-1].choose)

            genotype = self.known.fresh(draw, self.accept, tick)
            if genotype is None:
                break
            under_way.update(drawn[-1].way)
            ideas.append(Idea(genotype, drawn[-1].why()))
        return ideas

    def report(self) -> Report:
        tree = self.tree
        return Report(
            facts=(
                ("Tree", f"{len(tree.parents)} nodes, at most {tree.deepest} choices deep"),
                ("Networks", f"{tree.visits[ROOT]} different ones"),
                ("Value 0 and 1", f"{per_cent(tree.lowest)} and {per_cent(tree.highest)}"),
            ),
            tables=(self._top(),),
            numbers={"nodes": float(len(tree.parents)), "deepest": float(tree.deepest), "mean_value": tree.mean(ROOT)},
        )  # fmt: skip

    def _top(self) -> Table:
        """The first choices and, of each branch, the most visited that follow."""
        names = ("none", *self.space.operations(self.space.top))
        edges = _first_edges(self.space.level(self.space.top).nodes)
        tree, rows = self.tree, list[tuple[object, ...]]()

        def walk(node: int, path: tuple[str, ...]) -> None:
            for child in sorted(tree.children[node].values(), key=lambda child: -tree.visits[child]):
                if path and tree.visits[child] < LEAST_VISITS:
                    continue
                predecessor, successor = edges[len(path)]
                here = (*path, f"{predecessor}→{successor} {names[tree.actions[child]]}")
                value = round(tree.mean(child), 4)
                rows.append((", ".join(here), tree.visits[child], value, per_cent(tree.mean_reward(child))))
                if len(here) < min(DEPTH_SHOWN, len(edges)):
                    walk(child, here)

        walk(ROOT, ())
        columns = ("Choices in the cell", "Visits", "Value", "Mean fitness")
        return Table("Top of the tree", columns, tuple(rows[:MOST_ROWS]))


def _first_edges(nodes: int) -> list[tuple[int, int]]:
    """(predecessor, successor) of the cell in the order of decision."""
    return [
        (predecessor, successor) for successor in range(2, nodes + 1) for predecessor in range(1, successor)
    ]


@dataclass
class Descent:
    """One way down the tree, and on from where it ends."""

    learner: TreeSearch
    under_way: Counter[tuple[int, int]]
    rng: random.Random

    def __post_init__(self) -> None:
        self.node = ROOT
        self.way: list[tuple[int, int]] = []
        self.left_at: str = ""
        self._follows: Genotype | None = None

    def choose(self, decision: Decision) -> int:
        first = NONE if decision.none_allowed else NONE + 1
        actions = range(first, decision.choices)
        if self.left_at:
            return self._rollout(decision, actions)
        tree = self.learner.tree
        bounds = tree.confidence_bounds(self.node, actions, self.learner.config.exploration, self.under_way)
        highest = max(bounds)
        chosen = self.rng.choice(
            [action for action, bound in zip(actions, bounds, strict=True) if bound == highest]
        )
        self.way.append((self.node, chosen))
        child = tree.children[self.node].get(chosen)
        if child is None:
            self.left_at = edge_name(self.learner.space, decision)
            best = tree.best[self.node]
            if self.learner.config.rollout == "best" and best is not None:
                self._follows = parse_genotype(best.text)
        else:
            self.node = child
        return chosen

    def _rollout(self, decision: Decision, actions: range) -> int:
        followed = self._follows
        if followed is None or self.rng.random() < self.learner.config.rollout_change:
            return self.rng.choice(actions)
        chosen = followed.edge(decision.level, decision.motif, decision.successor, decision.predecessor)
        return chosen if chosen in actions else self.rng.choice(actions)

    def why(self) -> str:
        tree, times = self.learner.tree, self.learner.tree.visits[self.node]
        if not times:
            return "the tree is empty: drawn at random"
        depth, mean = len(tree.way_up(self.node)) - 1, per_cent(tree.mean_reward(self.node))
        choices = f"{depth} choice{'s' * (depth != 1)}"
        return f"visited {times} time{'s' * (times != 1)} after {choices}, mean {mean}"
