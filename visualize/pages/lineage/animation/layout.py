"""Fixed layout of the animation's frames."""

from dataclasses import dataclass, field

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from visualize.pages.shared.genotype_frames import shown_motifs

WIDTH, MARGIN, HEAD, SPARK = 1240.0, 24.0, 74.0, 54.0
CELL_WIDTH = 560.0
COLUMNS, GAP = 2, 10.0


@dataclass(frozen=True)
class MotifBox:
    x: float
    y: float
    width: float
    height: float

    @property
    def inside(self) -> "MotifBox":
        return MotifBox(self.x + 4, self.y + 4, self.width - 8, self.height - 8)

    @property
    def attributes(self) -> dict[str, str]:
        return {name: f"{round(getattr(self, name), 2):g}" for name in ("x", "y", "width", "height")}


@dataclass
class Places:
    boxes: dict[tuple[int, int], MotifBox] = field(default_factory=dict)
    """(level, slot) of the cell and of the motifs that are shown."""
    height: float = 0.0
    """Of the whole picture."""


def places_of(genotype: Genotype) -> Places:
    """The cell on the left, the motifs in columns beside it; a cell without motifs takes the whole width."""
    space = genotype.space
    below = shown_motifs(genotype, analyse(genotype), set())
    places = Places()
    width = CELL_WIDTH if below else WIDTH - 2 * MARGIN
    cell = MotifBox(MARGIN, HEAD, width, width * _shape(space.level(space.top).nodes))
    places.boxes[space.top, 1] = cell
    bottom = cell.y + cell.height
    left = cell.x + cell.width + 2 * GAP
    wide = (WIDTH - MARGIN - left - (COLUMNS - 1) * GAP) / COLUMNS
    y = HEAD
    for start in range(0, len(below), COLUMNS):
        row = below[start : start + COLUMNS]
        height = max(wide * _shape(space.level(level).nodes) for level, _ in row) + 2 * GAP
        for column, place in enumerate(row):
            places.boxes[place] = MotifBox(left + column * (wide + GAP), y, wide, height)
        y += height + GAP
    lower = max(bottom, y - GAP)
    if below:  # the cell stands in the middle of their height
        places.boxes[space.top, 1] = MotifBox(cell.x, HEAD + (lower - bottom) / 2, cell.width, cell.height)
    places.height = round(lower + SPARK + 2 * MARGIN)
    return places


def _shape(nodes: int) -> float:
    """Height of a motif's drawing as a share of its width, about."""
    return {2: 0.4, 3: 0.45, 4: 0.48}.get(nodes, 0.5)
