"""Numbers beside the editor as first shown; later scripts update the same fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from search.evolution.genotypes.genotype import edges
from search.evolution.genotypes.primitives import NONE
from search.evolution.networks.cost import Cost
from search.evolution.preview import Preview
from search.models import WorkState
from search.selectors.previews import Previewed
from visualize.drawings.names import edge_name, operation_pill
from visualize.pages.editor.canvas import MotifSlot
from visualize.pages.shared.duration_estimate import rough_seconds
from visualize.style.formats import DASH, count, magnitude, memory, per_cent

LISTED = 12
MINUS = "\u2212"
NO_BREAK = "\u00a0"
Words = Callable[[Any], str]
"""How a number is written."""


@dataclass(frozen=True)
class NumberRow:
    """One row: what it is now, and the change against the start."""

    name: str
    label: str
    value: str
    change: str
    more: bool
    """It costs more than the start did."""


@dataclass(frozen=True)
class EdgeShare:
    """What one edge of the motif costs through all its uses, as fractions of the network."""

    label: str
    operation: str
    parameters: float
    multiply_adds: float

    @property
    def text(self) -> str:
        return share_words(self.parameters)


def numbers(found: Previewed) -> list[NumberRow]:
    network, training, change = found.preview.network, found.preview.training, found.preview.change
    alive = found.preview.liveness
    live, dead = len(alive.live_edges), len(alive.dead_edges)
    slower = (
        None if found.seconds is None or found.start_seconds is None else found.seconds - found.start_seconds
    )
    rows: list[tuple[str, str, str | None, float | None, Words]] = [
        (
            "parameters",
            "Parameters",
            count(network.cost.parameters) if network else None,
            change.parameters if change else None,
            count,
        ),
        (
            "multiply_adds",
            "Multiply-adds",
            magnitude(network.cost.multiply_adds) if network else None,
            change.multiply_adds if change else None,
            magnitude,
        ),
        (
            "memory_bytes",
            "Training’s memory",
            memory(training.memory_bytes) if training else None,
            change.memory_bytes if change else None,
            memory,
        ),
        ("seconds", "Training", about(found.seconds), slower, rough_seconds),
        (
            "depth",
            "Cell depth",
            count(network.phenotype.depth) if network else None,
            change.depth if change else None,
            count,
        ),
        (
            "live_edges",
            "Live edges",
            f"{live} of {live + dead}",
            change.live_edges if change else None,
            count,
        ),
    ]
    return [
        NumberRow(name, label, value or DASH, signed(change, words), bool(change and change > 0))
        for name, label, value, change, words in rows
    ]


def signed(change: float | None, words: Words) -> str:
    """+7,040, −2.1 M, or a dash where nothing changed or nothing is known."""
    if not change or not words(abs(change)).strip("0. \u00a0KMGiBs"):
        return DASH
    return f"{'+' if change > 0 else MINUS}{words(abs(change))}"


def about(seconds: float | None) -> str | None:
    return None if seconds is None else f"≈ {rough_seconds(seconds)}"


def shares(preview: Preview, place: MotifSlot) -> list[EdgeShare]:
    """The edges of one motif that cost something, the dearest first, as many as are listed."""
    network = preview.network
    if network is None:
        return []
    whole, space = network.cost, preview.genotype.space
    found = [
        EdgeShare(
            label=edge_name(space, place.level, successor, predecessor).replace("→", " → "),
            operation=operation_pill(space, place.level, operation),
            parameters=network.edges[edge].parameters / whole.parameters,
            multiply_adds=network.edges[edge].multiply_adds / whole.multiply_adds,
        )
        for successor, predecessor, operation in edges(preview.genotype.motif(place.level, place.slot))
        if operation != NONE and (edge := (place.level, place.slot, successor, predecessor)) in network.edges
    ]
    return sorted(
        (row for row in found if row.parameters or row.multiply_adds), key=lambda row: -row.parameters
    )


def share_words(fraction: float) -> str:
    """31 %, or < 1 % for what is little and not nothing."""
    return f"<{NO_BREAK}1{NO_BREAK}%" if 0 < fraction < 0.005 else per_cent(fraction, 0)


def rest_words(preview: Preview, place: MotifSlot) -> str:
    """What this motif, all cells and the host take of the parameters."""
    network = preview.network
    if network is None:
        return ""
    whole = network.cost.parameters
    said = []
    if place.level < preview.genotype.space.top:
        motif = network.motifs.get((place.level, place.slot), Cost())
        said.append(f"this motif {share_words(motif.parameters / whole)}")
    cells = network.cells.parameters / whole
    said += [f"all cells {share_words(cells)}", f"the host’s own layers {share_words(1 - cells)}"]
    return f"Of all parameters: {', '.join(said)}."


@dataclass(frozen=True)
class KnownAs:
    """What is known of the network, in words."""

    text: str
    experiment_id: int
    step: int
    fitness: str
    """Empty while there is none."""
    here: bool


def known_as(found: Previewed) -> KnownAs | None:
    row = found.known.individual
    if row is None:
        return None
    fitness = per_cent(row.fitness, 1) if row.fitness is not None else ""
    state = {WorkState.WAITING: "waits", WorkState.RUNNING: "is in training"}.get(
        WorkState(row.state), row.state
    )
    where = f"#{row.step}" if found.known.here else f"#{row.step} of {row.experiment.name}"
    said = f"{where} builds this very network" + (f": {fitness}." if fitness else f" and {state}.")
    return KnownAs(said, row.experiment_id, row.step, fitness, found.known.here)
