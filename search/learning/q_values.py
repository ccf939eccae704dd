"""Table of action values of edge decisions. Pure Python."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.report import Table
from search.learning.edge_decisions import Decision, edge_name

MOST_ROWS = 200
"""Of the report, the most often tried first."""
NOTHING = -1
"""In a state: no edge of this motif was decided before."""
COLUMNS = ("Edge", "After", "Best choice", "Q", "Second", "Q of the second", "Updates")


State = tuple[int, int, int, int, bool, int]


class Step(NamedTuple):
    """One decision as the table sees it, and what was chosen (0 where nothing is yet)."""

    level: int
    motif: int
    """0: all motifs of the level have their values in common (a reduction cell never has)."""
    successor: int
    predecessor: int
    none_allowed: bool
    previous: int
    """The operation of the edge decided before it in the same motif; -1: it is the first."""
    choices: int
    action: int

    @staticmethod
    def of(decision: Decision, previous: int | None, *, shared: bool, action: int = 0) -> "Step":
        return Step(
            decision.level,
            0 if shared and decision.shares_values else decision.motif,
            decision.successor,
            decision.predecessor,
            decision.none_allowed,
            NOTHING if previous is None else previous,
            decision.choices,
            action,
        )

    @property
    def state(self) -> State:
        """The key of its row."""
        return self[:6]


def trajectory(taken: Sequence[tuple[Decision, int]], *, shared: bool) -> list[Step]:
    """The decisions of one network in their order."""
    steps: list[Step] = []
    last: tuple[int, int] | None = None
    for decision, chosen in taken:
        here = (decision.level, decision.motif)
        previous = steps[-1].action if here == last else None
        steps.append(Step.of(decision, previous, shared=shared, action=chosen))
        last = here
    return steps


class QValues:
    """One row for each state that was tried: the value of each action, and how often one was updated."""

    def __init__(
        self, space: SearchSpace, initial: float, stored: Mapping[str, list[float]] | None = None
    ) -> None:
        self._space, self._initial = space, initial
        self._rows: dict[State, list[float]] = {}
        self._updates: dict[State, int] = {}
        for name, (updates, *values) in (stored or {}).items():
            level, motif, successor, predecessor, flag, previous = map(int, name.split("."))
            state = (level, motif, successor, predecessor, bool(flag), previous)
            self._rows[state], self._updates[state] = values, int(updates)

    def __len__(self) -> int:
        return len(self._rows)

    def to_json(self) -> dict[str, list[float]]:
        """Updates and values of each state."""
        return {
            ".".join(str(int(part)) for part in state): [self._updates[state], *row]
            for state, row in self._rows.items()
        }

    def of(self, step: Step) -> list[float]:
        """The values of all actions in a step's state."""
        return self._rows.get(step.state) or [self._initial] * step.choices

    def learn(self, steps: Sequence[Step], reward: float, rate: float, *, spread: bool = False) -> None:
        """Q(s, a) moves towards what the choice earns and the best value of what follows; backwards, so that one
        result reaches the first choice at once. The last choice earns the reward, or each an equal part of it."""
        earned = reward / len(steps) if spread else 0.0
        ahead = 0.0 if spread else reward
        for reached, step in enumerate(reversed(steps), start=1):
            state = step.state
            row = self._rows.get(state)
            if row is None:
                initial = self._initial * (reached / len(steps) if spread else 1)
                row = self._rows[state] = [initial] * step.choices
                self._updates[state] = 0
            row[step.action] += rate * (earned + ahead - row[step.action])
            self._updates[state] += 1
            ahead = max(row if step.none_allowed else row[NONE + 1 :])

    def best(self, step: Step, rng: random.Random) -> int:
        """The action of the highest value, ties broken at random."""
        return rng.choice(self._best(step))

    def is_best(self, step: Step) -> bool:
        return step.action in self._best(step)

    def _best(self, step: Step) -> list[int]:
        first = NONE if step.none_allowed else NONE + 1
        row = self.of(step)
        highest = max(row[first:])
        return [action for action in range(first, step.choices) if row[action] == highest]

    def best_first(self) -> float:
        """The value of the best choice at the cell's first edge, that is of the best network in the table's view."""
        first = Decision(self._space.top, 1, 2, 1, len(self._space.operations(self._space.top)) + 1, True)
        found = [Step.of(first, None, shared=shared) for shared in (False, True)]
        return max(max(self.of(step)) for step in found)

    def table(self) -> Table:
        """The best two choices of each state, the most often updated states first."""
        rows = []
        often = sorted(self._rows, key=lambda state: -self._updates[state])
        for state in often[:MOST_ROWS]:
            level, motif, successor, predecessor, allowed, previous = state
            names = ("none", *self._space.operations(level))
            decision = Decision(level, motif, successor, predecessor, len(names), allowed)
            row = self._rows[state]
            order = sorted(range(NONE if allowed else NONE + 1, len(row)), key=lambda action: -row[action])
            second = order[1] if len(order) > 1 else order[0]
            edge = edge_name(self._space, decision) if motif else f"level {level}: {predecessor}→{successor}"
            after = "" if previous == NOTHING else names[previous]
            two = [value for action in (order[0], second) for value in (names[action], round(row[action], 4))]
            rows.append((edge, after, *two, self._updates[state]))
        return Table("Action values", COLUMNS, tuple(rows))
