"""Search spaces: levels, motifs per level, nodes per motif, primitives (methods A4).

Pure Python: must import neither Django nor torch.
"""

from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from search.evolution.genotypes.primitives import NONE, NONE_NAME, PRIMITIVE_NAMES

MAX_LEVELS = 8
MAX_MOTIFS = 61
"""Operation ids are one character of 0-9a-zA-Z in the canonical text."""
MAX_NODES = 32
MAX_EXPANDED_EDGES = 1_500
"""Bound on the edges of the flattened network, so that no document asks for unbounded work."""


NORMAL, REDUCTION = 1, 2
"""Slots of the top level. A space of one cell has the first alone, which is then placed everywhere."""
CELL_NAMES = {NORMAL: "normal cell", REDUCTION: "reduction cell"}
PAIR = "pair"
"""Says in the text of a space that its top level is a normal and a reduction cell."""
WRONG_TOP = {
    False: "the top level is the cell and has 1 motif, not {found}; two cells are a space with reduction_cell true",
    True: "with reduction_cell the top level is the normal and the reduction cell and has 2 motifs, not {found}",
}


class LevelShape(BaseModel):
    """How many motifs one level has, and how many nodes each of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    motifs: int = Field(ge=1, le=MAX_MOTIFS)
    nodes: int = Field(ge=2, le=MAX_NODES)

    @property
    def edges(self) -> int:
        """Possible edges of one motif: n(n-1)/2."""
        return self.nodes * (self.nodes - 1) // 2


class SearchSpace(BaseModel):
    """All genotypes of one shape. `levels[0]` is level 2, the last one the cell's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    """A preset's name, or null for a custom space."""
    levels: tuple[LevelShape, ...] = Field(min_length=1, max_length=MAX_LEVELS - 1)
    primitives: tuple[str, ...] = Field(default=PRIMITIVE_NAMES, max_length=len(PRIMITIVE_NAMES))
    max_parameters: int | None = Field(default=None, ge=1)
    """Candidates with more parameters, counted in the paper's small host whatever the protocol, are not proposed; null:
    no limit."""
    reduction_cell: bool = False
    """Whether the top level has 2 motifs, the normal and the reduction cell (Zoph et al. 2017, NASNet), not 1, the
    cell."""

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Spaces of one cell are written as they were before there were pairs: keys and stored documents stay."""
        document: dict[str, Any] = write(self)
        if not self.reduction_cell:
            document.pop("reduction_cell", None)
        return document

    @model_validator(mode="after")
    def _check(self) -> "SearchSpace":
        if self.levels[-1].motifs != 1 + self.reduction_cell:
            raise ValueError(WRONG_TOP[self.reduction_cell].format(found=self.levels[-1].motifs))
        unknown = [name for name in self.primitives if name not in PRIMITIVE_NAMES]
        if unknown:
            raise ValueError(f"unknown primitives {unknown}; known are {', '.join(PRIMITIVE_NAMES)}")
        if not self.primitives or len(set(self.primitives)) != len(self.primitives):
            raise ValueError("primitives must be at least one name, each once")
        if self.expanded_edges > MAX_EXPANDED_EDGES:
            raise ValueError(
                f"a network of this space may have {self.expanded_edges} operations; "
                f"at most {MAX_EXPANDED_EDGES} are allowed: use fewer levels or nodes"
            )
        if self.name is not None and SPACES.get(self.name, self) != self:
            raise ValueError(
                f"{self.name!r} is a preset with another shape; leave name out for a custom space"
            )
        return self

    @property
    def top(self) -> int:
        """The cell's level: 3 in the paper's space, 2 in a flat one."""
        return len(self.levels) + 1

    @property
    def cell_slots(self) -> tuple[int, ...]:
        """Slots of the top level's motifs: that of the cell, or of the normal and the reduction cell."""
        return (NORMAL, REDUCTION) if self.reduction_cell else (NORMAL,)

    def cell_slot(self, *, reduces: bool) -> int:
        """The slot of the cell that stands before a reduction of the host, or of that which stands elsewhere."""
        return REDUCTION if reduces and self.reduction_cell else NORMAL

    @property
    def expanded_edges(self) -> int:
        """Operations of the largest network of this space, of a pair in both cells together; a projection counts with
        each use of a motif."""
        count = 1
        for depth, shape in enumerate(self.levels):
            count = shape.edges * (count + (1 if depth else 0))
        return count * len(self.cell_slots)

    @property
    def genes(self) -> int:
        """Edges over all motifs of all levels: what a mutation can change."""
        return sum(shape.motifs * shape.edges for shape in self.levels)

    def level(self, level: int) -> LevelShape:
        """The shape of a level, 2..top."""
        if not 2 <= level <= self.top:
            raise ValueError(f"level {level} does not exist; this space has levels 2 to {self.top}")
        return self.levels[level - 2]

    def operations(self, level: int) -> tuple[str, ...]:
        """Names of what an edge of that level may carry besides none, in order of their ids 1, 2, ..."""
        if level == 2:
            return self.primitives
        return tuple(f"M{slot}" for slot in range(1, self.level(level - 1).motifs + 1))

    def operation_name(self, level: int, operation: int) -> str:
        """The name of an operation id at that level; 0 is none."""
        return NONE_NAME if operation == NONE else self.operations(level)[operation - 1]

    def motif_name(self, level: int, slot: int) -> str:
        """`cell`, `reduction cell`, `M3`, or `L3-M2` where a bare number could be of several levels."""
        if level == self.top:
            return CELL_NAMES[slot] if self.reduction_cell else "cell"
        return f"M{slot}" if self.top == 3 else f"L{level}-M{slot}"

    def to_json(self) -> str | dict[str, Any]:
        """The preset's name, or the object that describes a custom space."""
        if self.name is not None:
            return self.name
        return self.model_dump(mode="json", exclude={"name"})


FLAT_LIMIT = 550_000
"""Parameters in the paper's small host that flat-constrained allows (methods A4: 0.55 M)."""

_SHAPES: dict[str, tuple[tuple[tuple[int, int], ...], int | None]] = {
    "hierarchical": (((6, 4), (1, 5)), None),
    "flat": (((1, 11),), None),
    "flat-constrained": (((1, 11),), FLAT_LIMIT),
}

SPACES: dict[str, SearchSpace] = {}
for _name, (_levels, _limit) in _SHAPES.items():
    SPACES[_name] = SearchSpace(
        name=_name, levels=tuple(LevelShape(motifs=m, nodes=n) for m, n in _levels), max_parameters=_limit
    )


def search_space(value: object) -> SearchSpace:
    """A preset by its name, or a custom space from its object.

    Raises ValueError (pydantic's ValidationError is one) that names the value and what would be right.
    """
    if isinstance(value, SearchSpace):
        return value
    if isinstance(value, str):
        if value not in SPACES:
            raise ValueError(
                f"unknown search space {value!r}; presets are {', '.join(SPACES)}, or give an object"
            )
        return SPACES[value]
    return SearchSpace.model_validate(value)
