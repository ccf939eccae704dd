"""Genotype: all motifs of all levels above 1, its validation, text and JSON (Liu et al. 2018, section 2).

A motif is its rows for nodes 2..n. Row i-2, column j-1 holds the id of the operation on the edge from node j
to node i, with 1 <= j < i <= n and 0 for "no edge": row = successor, column = predecessor. Nodes and motif
slots count from 1, as in the paper.

Pure Python: must import neither Django nor torch.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from pydantic import ValidationError

from search.evolution.genotypes.primitives import IDENTITY, NONE, PRIMITIVE_NAMES
from search.evolution.genotypes.space import NORMAL, PAIR, LevelShape, SearchSpace, search_space
from search.evolution.genotypes.symbols import DIGITS
from search.evolution.text_input import read_json

Motif = tuple[tuple[int, ...], ...]
"""Rows for nodes 2..n; row r has r+1 operation ids."""

MAX_DOCUMENT = 100_000
"""Characters: a longer text is refused before it is parsed."""

_VALUES = {character: value for value, character in enumerate(DIGITS)}


class GenotypeError(ValueError):
    """A document that describes no genotype: says where, the value, and what would be right."""


class StoredGenotype(Protocol):
    """What a row of the database says of a genotype, as JSON."""

    space: Any
    levels: Any


@dataclass(frozen=True)
class Genotype:
    """One point of a search space. Construction validates: a Genotype that exists is well formed."""

    space: SearchSpace
    levels: tuple[tuple[Motif, ...], ...]
    """levels[0] holds the motifs of level 2, the last one the cell, or the normal and the reduction cell."""

    def __post_init__(self) -> None:
        if len(self.levels) != len(self.space.levels):
            raise GenotypeError(
                f"levels: has {len(self.levels)} lists of motifs; this space has "
                f"{len(self.space.levels)} (level 2 to {self.space.top})"
            )
        for index, motifs in enumerate(self.levels):
            _check_level(self.space, index + 2, motifs)

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def text(self) -> str:
        """Canonical text: one short line that can be pasted, `space:level 2 motifs:...:cell`."""
        parts = [_space_text(self.space)]
        for motifs in self.levels:
            parts.append(
                "-".join(".".join("".join(DIGITS[op] for op in row) for row in motif) for motif in motifs)
            )
        return ":".join(parts)

    @cached_property
    def key(self) -> str:
        """32 hex digits of the canonical text's hash."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    @property
    def cell(self) -> Motif:
        """The motif of the top level; of a pair the normal cell."""
        return self.levels[-1][NORMAL - 1]

    def motif(self, level: int, slot: int) -> Motif:
        """The motif of that level (2..top) and slot (from 1)."""
        shape = self.space.level(level)
        if not 1 <= slot <= shape.motifs:
            raise GenotypeError(f"motif {slot} does not exist; level {level} has motifs 1 to {shape.motifs}")
        return self.levels[level - 2][slot - 1]

    def edge(self, level: int, slot: int, successor: int, predecessor: int) -> int:
        """The operation id on the edge predecessor -> successor."""
        motif = self.motif(level, slot)
        _check_edge(len(motif) + 1, successor, predecessor)
        return motif[successor - 2][predecessor - 1]

    def with_edge(
        self, level: int, slot: int, successor: int, predecessor: int, operation: int
    ) -> "Genotype":
        """A copy with one edge changed.

        Raises GenotypeError when the edge or the operation does not exist.
        """
        motif = self.motif(level, slot)
        _check_edge(len(motif) + 1, successor, predecessor)
        row = list(motif[successor - 2])
        row[predecessor - 1] = operation
        changed = (*motif[: successor - 2], tuple(row), *motif[successor - 1 :])
        motifs = self.levels[level - 2]
        motifs = (*motifs[: slot - 1], changed, *motifs[slot:])
        return Genotype(self.space, (*self.levels[: level - 2], motifs, *self.levels[level - 1 :]))

    def to_json(self) -> dict[str, Any]:
        """{"space": name or object, "levels": [[level-2 motifs], ..., [the cell, or a pair of them]]}."""
        return {
            "space": self.space.to_json(),
            "levels": [[[list(row) for row in motif] for motif in motifs] for motifs in self.levels],
        }

    @classmethod
    def of_row(cls, row: StoredGenotype) -> "Genotype":
        """From a row of the database. Raises GenotypeError."""
        return cls.from_json({"space": row.space, "levels": row.levels})

    @classmethod
    def from_json(cls, document: object) -> "Genotype":
        """Read the object that `to_json` writes.

        Raises GenotypeError that names the field, the value and what would be right.
        """
        if not isinstance(document, dict):
            raise GenotypeError(
                f"a genotype is an object with space and levels, got {type(document).__name__}"
            )
        unknown = sorted(str(name) for name in set(document) - {"space", "levels"})
        if unknown:
            raise GenotypeError(f"unknown fields {', '.join(unknown)[:200]}; a genotype has space and levels")
        for field in ("space", "levels"):
            if field not in document:
                raise GenotypeError(f"{field} is missing; a genotype has space and levels")
        space = _read_space(document["space"])
        levels = document["levels"]
        if not isinstance(levels, list):
            raise GenotypeError(f"levels: must be a list of lists of motifs, got {levels!r:.80}")
        return cls(space, tuple(_read_motifs(index + 2, motifs) for index, motifs in enumerate(levels)))


def edges(motif: Motif) -> Iterator[tuple[int, int, int]]:
    """(successor, predecessor, operation id) of every slot of a motif, `none` included."""
    for index, row in enumerate(motif):
        for column, operation in enumerate(row):
            yield index + 2, column + 1, operation


def parse_genotype(text: str) -> Genotype:
    """Read a genotype from its canonical text or its JSON.

    Raises GenotypeError that names the place, the value and what would be right.
    """
    text = text.strip()
    if len(text) > MAX_DOCUMENT:
        raise GenotypeError(f"the text has {len(text)} characters; at most {MAX_DOCUMENT} are read")
    if not text:
        raise GenotypeError("the text is empty; give a genotype as JSON or as text, e.g. " + EXAMPLE_TEXT)
    if text[0] in '{["':
        try:
            return Genotype.from_json(read_json(text))
        except GenotypeError:
            raise
        except (ValueError, RecursionError) as error:  # ValueError: also integers of thousands of digits
            raise GenotypeError(f"not readable as JSON: {error}") from None
    head, *levels = text.split(":")
    if not levels:
        raise GenotypeError(
            f"{text[:80]!r} is neither JSON nor a genotype's text, which looks like {EXAMPLE_TEXT}"
        )
    space = _parse_space(head)
    return Genotype(space, tuple(_parse_motifs(index + 2, part) for index, part in enumerate(levels)))


EXAMPLE_TEXT = "flat:1.06.006.0006.00006.000006.0000006.00000006.000000006.0000000006"


def trivial_genotype(space: SearchSpace) -> Genotype:
    """Every motif a chain of identities; above level 2 a chain of motif 1 (methods A6).

    A space without the identity takes its first primitive instead.
    """
    first = space.primitives.index(IDENTITY) + 1 if IDENTITY in space.primitives else 1
    levels = []
    for index, shape in enumerate(space.levels):
        levels.append((_chain(shape.nodes, first if index == 0 else 1),) * shape.motifs)
    return Genotype(space, tuple(levels))


def _chain(nodes: int, operation: int) -> Motif:
    return tuple((NONE,) * (node - 2) + (operation,) for node in range(2, nodes + 1))


def _check_edge(nodes: int, successor: int, predecessor: int) -> None:
    if not 1 <= predecessor < successor <= nodes:
        raise GenotypeError(
            f"edge {predecessor} → {successor} does not exist; edges go from a node to a later one of 1 to {nodes}"
        )


def _check_level(space: SearchSpace, level: int, motifs: Sequence[Motif]) -> None:
    shape = space.level(level)
    if len(motifs) != shape.motifs:
        raise GenotypeError(
            f"levels[{level - 2}]: level {level} has {shape.motifs} motifs, got {len(motifs)}"
        )
    highest = len(space.operations(level))
    for slot, motif in enumerate(motifs, start=1):
        _check_motif(
            f"levels[{level - 2}][{slot - 1}]", f"level {level}, motif {slot}", motif, shape, highest
        )


def _check_motif(path: str, where: str, motif: Motif, shape: LevelShape, highest: int) -> None:
    if len(motif) != shape.nodes - 1:
        raise GenotypeError(
            f"{path} ({where}): needs {shape.nodes - 1} rows, for nodes 2 to {shape.nodes}, got {len(motif)}"
        )
    for index, row in enumerate(motif):
        if len(row) != index + 1:
            raise GenotypeError(
                f"{path}[{index}] ({where}): the row of node {index + 2} has one id for each earlier node, "
                f"{index + 1} in all, got {len(row)}; an edge from a later node would close a cycle"
            )
        for column, operation in enumerate(row):
            if type(operation) is not int or not 0 <= operation <= highest:
                raise GenotypeError(
                    f"{path}[{index}][{column}] ({where}): edge {column + 1} → {index + 2} has operation "
                    f"{operation!r:.40}; use 0 (no edge) to {highest}"
                )


def _read_space(value: object) -> SearchSpace:
    try:
        return search_space(value)
    except ValidationError as error:
        row = error.errors()[0]
        path = ".".join(["space", *(str(part) for part in row["loc"])])
        raise GenotypeError(f"{path}: {str(row['msg']).removeprefix('Value error, ')}") from None
    except ValueError as error:
        raise GenotypeError(f"space: {error}") from None


def _read_motifs(level: int, motifs: object) -> tuple[Motif, ...]:
    path = f"levels[{level - 2}]"
    if not isinstance(motifs, list):
        raise GenotypeError(f"{path}: must be a list of motifs, got {motifs!r:.80}")
    for slot, motif in enumerate(motifs):
        if not isinstance(motif, list) or not all(isinstance(row, list) for row in motif):
            raise GenotypeError(
                f"{path}[{slot}]: a motif is a list of rows such as [[4],[1,2],[3,1,4]], got {motif!r:.80}"
            )
    return tuple(tuple(tuple(row) for row in motif) for motif in motifs)


def _parse_motifs(level: int, part: str) -> tuple[Motif, ...]:
    motifs = []
    for slot, text in enumerate(part.split("-"), start=1):
        for character in text:
            if character != "." and character not in _VALUES:
                raise GenotypeError(
                    f"level {level}, motif {slot}: {character!r} in {text[:80]!r} is no operation id"
                )
        motifs.append(tuple(tuple(_VALUES[character] for character in row) for row in text.split(".")))
    return tuple(motifs)


def _space_text(space: SearchSpace) -> str:
    if space.name is not None:
        return space.name
    text = "+".join(f"{shape.motifs}x{shape.nodes}" for shape in space.levels)
    if space.primitives != PRIMITIVE_NAMES:
        text += "~" + "+".join(space.primitives)
    text += f"~{PAIR}" if space.reduction_cell else ""
    return text + (f"~max{space.max_parameters}" if space.max_parameters is not None else "")


def _parse_space(text: str) -> SearchSpace:
    if not text[:1].isdigit():
        return _read_space(text)
    shapes, *options = text.split("~")
    document: dict[str, Any] = {"levels": []}
    for part in shapes.split("+"):
        motifs, cross, nodes = part.partition("x")
        if not (cross and motifs.isascii() and motifs.isdigit() and nodes.isascii() and nodes.isdigit()):
            raise GenotypeError(f"space: {part!r} is not MOTIFSxNODES, e.g. 6x4")
        document["levels"].append({"motifs": int(motifs[:9]), "nodes": int(nodes[:9])})
    for option in options:
        if option == PAIR:
            document["reduction_cell"] = True
        elif option.startswith("max") and option[3:].isascii() and option[3:].isdigit():
            document["max_parameters"] = int(option[3:])
        else:
            document["primitives"] = option.split("+")
    return _read_space(document)
