"""Short texts of mutations and their effects, for labels, tables and captions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.selectors.lineage import LineageNode
from visualize.drawings.names import edge_name, motif_name, operation_word
from visualize.style.formats import count, magnitude, per_cent, points


def short_edit(space: SearchSpace, document: Mapping[str, Any] | None) -> str:
    """`M2 in→3: max → sep`, `cell 2→out: + M4`, `M1 in→2: − avg`; empty without a mutation."""
    if not document:
        return ""
    mutation = Mutation.from_json(dict(document))
    place = (
        f"{motif_name(space, mutation.level, mutation.motif)} "
        f"{edge_name(space, mutation.level, mutation.successor, mutation.predecessor)}"
    )
    before, after = (operation_word(space, mutation.level, value) for value in (mutation.old, mutation.new))
    if mutation.old == mutation.new:
        return f"{place}: {before or 'none'} stays"
    if mutation.old == NONE:
        return f"{place}: + {after}"
    return f"{place}: − {before}" if mutation.new == NONE else f"{place}: {before} → {after}"


@dataclass(frozen=True)
class StepEffect:
    """What one step of a line did. None: not known."""

    fitness: float | None
    parameters: int | None

    @property
    def direction(self) -> str:
        """`up`, `down`, `level`, or empty."""
        if self.fitness is None:
            return ""
        return "up" if self.fitness > 0 else "down" if self.fitness < 0 else "level"

    @property
    def fitness_text(self) -> str:
        """In percentage points; a change of nothing is said with an equals sign."""
        if self.fitness is None:
            return ""
        return points(self.fitness) if self.fitness else "="

    @property
    def parameters_text(self) -> str:
        return signed(self.parameters)


def effect(kin: LineageNode, parent: LineageNode | None) -> StepEffect:
    if parent is None:
        return StepEffect(None, None)
    fitness = None if kin.fitness is None or parent.fitness is None else kin.fitness - parent.fitness
    return StepEffect(fitness, kin.parameters - parent.parameters)


def signed(number: int | None) -> str:
    """A difference of counts: +672, −1.24 k; empty for none."""
    if not number:
        return ""
    return ("+" if number > 0 else "") + (magnitude(number) if abs(number) >= 10_000 else count(number))


def described(kin: LineageNode, edit: str) -> str:
    """One individual in a sentence, for people who do not see the picture."""
    fitness = per_cent(kin.fitness) if kin.fitness is not None else kin.state
    return f"#{kin.step}, generation {kin.generation}, {fitness}, {magnitude(kin.parameters)} parameters" + (
        f", {edit}" if edit else ""
    )
