"""Features of the evaluated networks of an experiment, against which fitness is held."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Mod

from search.evolution.genotypes.primitives import IDENTITY
from search.evolution.genotypes.space import SearchSpace
from search.evolution.genotypes.symbols import motif_symbols
from search.models import Experiment, Individual, WorkState

MOST = 2000
"""Individuals that are read, evenly over the steps: beyond, intervals narrow less than a page waits longer."""


class NetworkFeatures(NamedTuple):
    """One network, told by the first individual that built it among those that are read."""

    step: int
    fitness: float
    parameters: int
    multiply_adds: int
    depth: int
    """Operations on the longest way through a cell; 0 where it was not counted."""
    seconds: float
    """Of training, all repeats."""
    generation: int
    operations: Mapping[str, int]
    """Primitive -> how many one cell of the network holds, of a pair both; absent = 0."""
    cell: str
    """The cell's part of the genotype's text: a character an edge, rows for nodes 2..n between dots. Of a pair both,
    the normal cell first, with a dash between."""


@dataclass(frozen=True)
class FeatureTable:
    """Each network once."""

    networks: list[NetworkFeatures]
    every: int
    """One of so many steps was read."""


def network_features(experiment: Experiment, most: int = MOST) -> FeatureTable:
    """Of about `most` individuals: keep what is made of it."""
    every = max(1, math.ceil(experiment.evaluated / most))
    rows = Individual.objects.filter(experiment=experiment, state=WorkState.DONE).order_by("step")
    if every > 1:
        rows = rows.annotate(place=Mod(F("step"), every)).filter(place=0)
    found: dict[int, NetworkFeatures] = {}
    fields = (
        "step",
        "fitness",
        "parameters",
        "multiply_adds",
        "genotype__depth",
        "evaluation__train_seconds",
    )
    more = ("generation", "genotype__operation_counts", "genotype__text")
    for (
        evaluation,
        step,
        fitness,
        parameters,
        adds,
        depth,
        seconds,
        generation,
        counts,
        text,
    ) in rows.values_list("evaluation", *fields, *more):
        if evaluation not in found:
            cell = text.rpartition(":")[2]
            found[evaluation] = NetworkFeatures(
                step, fitness, parameters, adds, depth or 0, seconds or 0.0, generation, counts, cell
            )
    return FeatureTable(list(found.values()), every)


def feature_values(network: NetworkFeatures, primitives: Sequence[str]) -> dict[str, float]:
    """What a network is, by the words of the filter; neither its place in the search nor how long it trained, which
    say nothing that one could build. Identities are wiring and counted nowhere."""
    sizes = {"params": network.parameters, "madds": network.multiply_adds, "depth": network.depth}
    counts = {f"op:{name}": network.operations.get(name, 0) for name in primitives if name != IDENTITY}
    return {**sizes, **counts}


class CellEdge(NamedTuple):
    """An edge of the cell, or of one of a pair's."""

    level: int
    slot: int
    successor: int
    predecessor: int

    @property
    def word(self) -> str:
        """Its id in drawings: `L3-M1-e1-2`."""
        return f"L{self.level}-M{self.slot}-e{self.predecessor}-{self.successor}"


def cell_edges(space: SearchSpace) -> list[CellEdge]:
    """In the order of `edge_symbols`."""
    pairs = [(i, j) for i in range(2, space.level(space.top).nodes + 1) for j in range(1, i)]
    return [CellEdge(space.top, slot, *pair) for slot in space.cell_slots for pair in pairs]


def edge_symbols(network: NetworkFeatures) -> str:
    """A character for what each edge of the cell carries (`operation_symbol`), whether or not a path uses it."""
    return "".join(map(motif_symbols, network.cell.split("-")))


def matching_steps(experiment: Experiment, steps: list[int], condition: Q) -> set[int]:
    """Those of some steps whose individuals fulfil the condition of a filter (`parse_query`)."""
    rows = Individual.objects.filter(condition, experiment=experiment, step__in=steps)
    return set(rows.order_by().values_list("step", flat=True))
