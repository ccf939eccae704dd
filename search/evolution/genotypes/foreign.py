"""Cells written for other search spaces, said as motifs of a flat space: DARTS genotypes and NAS-Bench-201 strings.

Read are what DARTS prints (Liu, Simonyan and Yang 2019), NASLib's compact pairs of it, and the strings and the six
numbers of NAS-Bench-201 (Dong and Yang 2020) as NASLib writes them. What a flat space cannot say is refused with the
reason; what is said in another way is told in notes.

Pure Python: must import neither Django nor torch.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.genotypes.genotype import MAX_DOCUMENT, Genotype, GenotypeError, parse_genotype
from search.evolution.genotypes.primitives import IDENTITY, NONE
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.text_input import read_json

SAME = {
    "sep_conv_3x3": "sep3x3",
    "max_pool_3x3": "max3x3",
    "avg_pool_3x3": "avg3x3",
    "skip_connect": IDENTITY,
    "nor_conv_1x1": "conv1x1",
    "conv_1x1": "conv1x1",
    "depthwise_conv_3x3": "dw3x3",
}
"""Operations of other spaces that have a counterpart among the primitives."""
ABSENT = ("none", "zero")
COMPACT = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""What the numbers of NASLib's compact form of a DARTS cell mean."""
BENCH_201 = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
"""What NASLib's six numbers of NAS-Bench-201 mean, for its edges 1 → 2, 1 → 3, 1 → 4, 2 → 3, 2 → 4, 3 → 4."""

NO_COUNTERPART = (
    "{names} cannot be said in this space; operations of other spaces that can are {known}, and none"
)
TWICE = (
    "node {node} reads {source} by {one} and by {other}; an edge of this space carries one operation, so this cell "
    "cannot be said in it"
)
ONE_CELL = (
    "a cell of another project says one cell, and this space has a normal and a reduction cell; take “flat”"
)
TOO_FEW = "this cell is one graph of {nodes} nodes; {space} has {found}: {advice}"
ADVICE = "take a flat space of {nodes} nodes or more, such as “flat” with 11"
NOT_EARLIER = "{where}: {value!r} is no earlier node; node {node} may read 0 to {last}"
MEANT = "{name}(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ...], normal_concat=[2, 3, 4, 5])"
_DARTS = re.compile(r"\s*(?:\w+\s*=\s*)?Genotype\s*\(")
_STRING = re.compile(r"\s*\|[\w|~+]+\|\s*")

SUMS = "There, what meets in a node is added; here it is concatenated."
INPUTS = (
    "There, a cell reads the two cells before it; here both inputs, nodes 1 and 2, are the one before it."
)
REDUCTION = "The reduction cell is left out: here the host halves the maps."
SEPARABLE = "There, sep_conv_3x3 is a separable convolution twice in a row; here once."


@dataclass(frozen=True)
class Imported:
    """A genotype that was read, and how it differs from what was written."""

    genotype: Genotype
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """A flat graph: nodes count from 1, the last one is what leaves."""

    nodes: int
    edges: tuple[tuple[int, int, str], ...]
    """(predecessor, successor, the other space's operation)."""
    notes: tuple[str, ...]


def import_genotype(text: str, space: SearchSpace | None = None) -> Genotype:
    """`import_cell`, the notes left out. Raises GenotypeError."""
    return import_cell(text, space).genotype


def import_cell(text: str, space: SearchSpace | None = None) -> Imported:
    """A genotype's text or JSON as it stands, or another space's cell in a flat space: `space`, or “flat”.

    Raises GenotypeError that says what cannot be said, and what could.
    """
    if len(text) <= MAX_DOCUMENT:
        cell = _read(text)
        if cell is not None:
            return Imported(_placed(cell, space or SPACES["flat"]), cell.notes)
    return Imported(parse_genotype(text))


def _read(text: str) -> _Cell | None:
    """None: it is of none of the forms."""
    if _DARTS.match(text):
        return _darts(_fields(text))
    if _STRING.fullmatch(text):
        return _bench_201(text.strip())
    if text.lstrip()[:1] not in ("{", "[", "("):
        return None
    value = _value(text)
    if isinstance(value, dict) and "normal" in value:
        return _darts(value)
    if (pairs := _compact(value)) is not None:
        return _darts({"normal": [(COMPACT[number], node) for node, number in pairs]})
    if isinstance(value, list | tuple) and len(value) == 6 and all(_is_index(one, 5) for one in value):
        names = [BENCH_201[one] for one in value]
        edges = [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
        rows = tuple((*edge, name) for edge, name in zip(edges, names, strict=True))
        return _Cell(4, rows, (SUMS,))
    return None


def _value(text: str) -> object:
    """A literal of JSON or Python; None for anything else."""
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        pass
    try:
        value: object = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    return value


def _is_index(value: object, below: int) -> bool:
    return type(value) is int and 0 <= value < below


def _compact(value: object) -> Sequence[tuple[int, int]] | None:
    """The normal cell's pairs of ((node, number) eight times, the same of the reduction cell); None for all else."""
    if not (isinstance(value, list | tuple) and len(value) == 2):
        return None
    fits = all(
        isinstance(cell, list | tuple)
        and cell
        and all(
            isinstance(pair, list | tuple)
            and len(pair) == 2
            and _is_index(pair[0], 100)
            and _is_index(pair[1], len(COMPACT))
            for pair in cell
        )
        for cell in value
    )
    return value[0] if fits else None


def _fields(text: str) -> dict[str, object]:
    """What stands in `Genotype(...)`. Raises GenotypeError."""
    try:
        tree = ast.parse(text.strip())
        [statement] = tree.body
        call = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError
        return {row.arg or "": _literal(row.value) for row in call.keywords}
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        raise GenotypeError(f"a DARTS cell is written {MEANT.format(name='Genotype')}") from None


def _literal(value: ast.expr) -> object:
    """`range(2, 6)` too, as DARTS itself writes it."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "range":
        bounds = [ast.literal_eval(one) for one in value.args]
        if all(_is_index(one, 100) for one in bounds):
            return list(range(*bounds))
    found: object = ast.literal_eval(value)
    return found


def _darts(fields: dict[str, object]) -> _Cell:
    """Two inputs, then a node for each two rows; what leaves is the concatenation. Raises GenotypeError."""
    rows = _rows(fields.get("normal"))
    last = 1 + len(rows) // 2
    leaving = fields.get("normal_concat", list(range(2, last + 1)))
    if not isinstance(leaving, list | tuple) or not all(_is_index(one, last + 1) for one in leaving):
        raise GenotypeError(f"normal_concat: {leaving!r:.80} is no list of nodes 0 to {last}")
    edges = [(1, 2, "skip_connect")]
    for index, (name, source) in enumerate(rows):
        node = 2 + index // 2
        if not _is_index(source, node):
            where = f"normal[{index}]"
            raise GenotypeError(NOT_EARLIER.format(where=where, value=source, node=node, last=node - 1))
        edges.append((source + 1, node + 1, name))
    sink = last + 2
    edges += [(node + 1, sink, "skip_connect") for node in sorted(set(leaving))]
    notes = [INPUTS, SUMS]
    if any(name == "sep_conv_3x3" for name, _ in rows):
        notes.append(SEPARABLE)
    return _Cell(sink, tuple(edges), (*notes, REDUCTION))


def _rows(value: object) -> list[tuple[str, int]]:
    rows = []
    for index, row in enumerate(value if isinstance(value, list | tuple) else []):
        if not (isinstance(row, list | tuple) and len(row) == 2 and isinstance(row[0], str)):
            raise GenotypeError(f"normal[{index}]: {row!r:.80} is no pair such as ('sep_conv_3x3', 1)")
        rows.append((row[0], row[1]))
    if not rows or len(rows) % 2:
        raise GenotypeError(f"normal: needs two pairs for each node, got {len(rows)} pairs")
    return rows


def _bench_201(text: str) -> _Cell:
    """`|op~0|+|op~0|op~1|+...`: a part for each node after the first. Raises GenotypeError."""
    edges = []
    parts = text.split("+")
    for node, part in enumerate(parts, start=1):
        for row in part.strip("|").split("|"):
            name, tilde, source = row.partition("~")
            if not (tilde and source.isdecimal() and int(source) < node):
                raise GenotypeError(
                    f"{row!r:.80} in the part of node {node} is no operation~node, such as nor_conv_1x1~0"
                )
            edges.append((int(source) + 1, node + 1, name))
    return _Cell(len(parts) + 1, tuple(edges), (SUMS,))


def _placed(cell: _Cell, space: SearchSpace) -> Genotype:
    """The last node of the cell is the space's last one; nodes between that are not needed stay without edges."""
    if space.reduction_cell:
        raise GenotypeError(ONE_CELL)
    edges = [row for row in cell.edges if row[2] not in ABSENT]
    if len(space.levels) > 1 or space.levels[0].nodes < cell.nodes:
        name = f"the space “{space.name}”" if space.name else "this space"
        found = f"{space.top - 1} levels of motifs" if space.top > 2 else f"{space.levels[0].nodes}"
        advice = ADVICE.format(nodes=cell.nodes)
        raise GenotypeError(TOO_FEW.format(nodes=cell.nodes, space=name, found=found, advice=advice))
    _check_names([name for _, _, name in edges], space)
    sink = space.levels[0].nodes
    rows = [[NONE] * node for node in range(1, sink)]
    said: dict[tuple[int, int], str] = {}
    for source, node, name in edges:
        if (source, node) in said:
            raise GenotypeError(TWICE.format(node=node, source=source, one=said[source, node], other=name))
        said[source, node] = name
        at = sink if node == cell.nodes else node
        rows[at - 2][source - 1] = space.primitives.index(SAME[name]) + 1
    return Genotype(space, ((tuple(tuple(row) for row in rows),),))


def _check_names(names: Sequence[str], space: SearchSpace) -> None:
    wrong = sorted({name for name in names if SAME.get(name) not in space.primitives})
    if wrong:
        known = ", ".join(name for name, same in SAME.items() if same in space.primitives)
        raise GenotypeError(NO_COUNTERPART.format(names=", ".join(wrong)[:200], known=known))
