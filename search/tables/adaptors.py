"""A table as other tools ask for it: an objective for Optuna (or anything with its trials), and a plain loop's space.

Imports no other tool: a trial is whatever has `suggest_categorical` and `set_user_attr`. Must import neither Django nor
torch.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import NONE_NAME
from search.evolution.genotypes.space import SearchSpace
from search.tables.lookup import TableLookup
from search.tables.table import BenchmarkTable

INFEASIBLE = 0.0
"""The accuracy of a genotype that builds no network."""


class Trial(Protocol):
    """What is asked of an Optuna trial."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str: ...

    def set_user_attr(self, key: str, value: float | str) -> None: ...


def decisions(space: SearchSpace) -> dict[str, tuple[str, ...]]:
    """Name -> choices of each edge: `L2-M1 1→2` with the operations of its level, or none."""
    found: dict[str, tuple[str, ...]] = {}
    for level in range(2, space.top + 1):
        choices = (NONE_NAME, *space.operations(level))
        for slot in range(1, space.level(level).motifs + 1):
            for successor in range(2, space.level(level).nodes + 1):
                for predecessor in range(1, successor):
                    found[f"L{level}-M{slot} {predecessor}→{successor}"] = choices
    return found


def genotype_of(space: SearchSpace, chosen: Mapping[str, str]) -> Genotype:
    """The genotype of one choice for each of the `decisions`. Raises KeyError, ValueError for what is no choice."""
    levels = []
    for level in range(2, space.top + 1):
        choices = (NONE_NAME, *space.operations(level))
        shape = space.level(level)
        levels.append(
            tuple(
                tuple(
                    tuple(
                        choices.index(chosen[f"L{level}-M{slot} {predecessor}→{successor}"])
                        for predecessor in range(1, successor)
                    )
                    for successor in range(2, shape.nodes + 1)
                )
                for slot in range(1, shape.motifs + 1)
            )
        )
    return Genotype(space, tuple(levels))


def objective(table: BenchmarkTable, *, budget: int, seed: int) -> Callable[[Trial], float]:
    """A function of a trial, to be maximised: the validation accuracy of one training, whatever samples the trials.

    Each trial is told its `test_accuracy` (mean), `seconds` and `network`; one that builds no network has accuracy 0.
    """
    lookup = TableLookup(table)
    choices = decisions(table.space)

    def accuracy(trial: Trial) -> float:
        chosen = {name: trial.suggest_categorical(name, values) for name, values in choices.items()}
        row = lookup.row(genotype_of(table.space, chosen))
        if row is None:
            return INFEASIBLE
        trial.set_user_attr("network", table.keys[row])
        trial.set_user_attr("test_accuracy", float(table.test_accuracy[row]))
        trial.set_user_attr("seconds", table.seconds_of(row, budget, seed=seed))
        return table.accuracy_of(row, budget, seed=seed)

    return accuracy
