"""Rank correlation of fitness with each feature, and fitness by what stands on each edge of the cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.evolution.genotypes.symbols import operation_symbol
from search.evolution.statistics.rank_correlations import RankCorrelation, rank_correlations
from search.evolution.statistics.samples import EMPTY, Estimate, Sample, difference
from search.selectors.network_features import CellEdge, NetworkFeatures, cell_edges, edge_symbols
from visualize.drawings.names import edge_name, operation_label, operation_pill
from visualize.pages.motifs.interval_plot import HEIGHT, WIDTH
from visualize.pages.motifs.what_works.features import FITNESS, Feature
from visualize.style.palette import tone

SIDE = 5.0
"""Room beside the ends of the scale."""
MATRIX = 12
"""Operations that a matrix has columns for."""
EDGES = 24
"""Rows of the matrix; a cell with more edges shows those that differ most."""
STRENGTHS = (0.0005, 0.003, 0.01)
"""Differences from which on a place of the matrix is tinted lightly, clearly, strongly; fractions."""
FEWEST = 5
"""Networks with an operation on an edge below which their mean is not compared."""


@dataclass(frozen=True)
class FactorRow:
    """One feature against fitness."""

    word: str
    label: str
    look: str
    correlation: RankCorrelation | None
    """None where all networks have the same."""

    width = WIDTH
    height = HEIGHT
    zero = WIDTH / 2
    middle = HEIGHT / 2

    @property
    def verdict(self) -> str:
        """`better` or `worse` where zero lies outside the interval."""
        if self.correlation is None or not self.correlation.is_sure:
            return "open"
        return "better" if self.correlation.rho > 0 else "worse"

    @property
    def places(self) -> tuple[float, float, float]:
        """Low, value and high on a scale of -1 to 1."""
        assert self.correlation is not None  # asked for only where there is one
        return (_x(self.correlation.low), _x(self.correlation.rho), _x(self.correlation.high))


@dataclass(frozen=True)
class OperationColumn:
    name: str
    label: str
    look: str


@dataclass(frozen=True)
class EdgeCell:
    """Networks with one operation on one edge against all others."""

    networks: int
    estimate: Estimate | None
    tint: str


@dataclass(frozen=True)
class EdgeMatrix:
    columns: list[OperationColumn]
    rows: list[tuple[str, list[EdgeCell]]]
    hidden: int
    """Edges that are left out."""


def factor_rows(networks: Sequence[NetworkFeatures], listed: Sequence[Feature]) -> list[FactorRow]:
    """The surest first: by the end of the interval that is nearer to zero."""
    values = {row.word: [row.read(network) for network in networks] for row in listed}
    found = rank_correlations([FITNESS.read(network) for network in networks], values)
    rows = [FactorRow(row.word, row.label, row.look, found.get(row.word)) for row in listed]
    return sorted(rows, key=_surest)


def _surest(row: FactorRow) -> tuple[float, float]:
    return (-row.correlation.floor, -abs(row.correlation.rho)) if row.correlation else (1.0, 0.0)


def edge_matrix(networks: Sequence[NetworkFeatures], space: SearchSpace) -> EdgeMatrix | None:
    """Mean fitness of the networks with an operation on an edge of the cell less that of the others; None where an
    edge may carry too many operations for a matrix."""
    top, operations = space.top, range(len(space.operations(space.top)) + 1)
    if len(operations) > MATRIX:
        return None
    total = Sample.of(*(row.fitness for row in networks))
    symbols = [(edge_symbols(row), row.fitness) for row in networks]
    rows = []
    for place, edge in enumerate(cell_edges(space)):
        samples = _samples(symbols, place)
        cells = [_cell(samples.get(operation_symbol(each), EMPTY), total) for each in operations]
        rows.append((name_of_edge(space, edge), cells))
    kept = sorted(rows, key=_widest)[:EDGES] if len(rows) > EDGES else rows
    return EdgeMatrix([_column(space, top, each) for each in operations], kept, len(rows) - len(kept))


def name_of_edge(space: SearchSpace, edge: CellEdge) -> str:
    """`1→3`, of a pair `reduction cell 1→3`."""
    owner = f"{space.motif_name(edge.level, edge.slot)} " if space.reduction_cell else ""
    return owner + edge_name(space, edge.level, edge.successor, edge.predecessor)


def _samples(symbols: Sequence[tuple[str, float]], place: int) -> dict[str, Sample]:
    by_operation: dict[str, list[float]] = {}
    for text, fitness in symbols:
        by_operation.setdefault(text[place], []).append(fitness)
    return {symbol: Sample.of(*values) for symbol, values in by_operation.items()}


def _cell(sample: Sample, total: Sample) -> EdgeCell:
    estimate = difference(sample, total - sample) if sample.count >= FEWEST else None
    if estimate is None or not estimate.is_sure:
        return EdgeCell(sample.count, estimate, "")
    strength = sum(abs(estimate.value) >= least for least in STRENGTHS)
    kind = "gain" if estimate.value > 0 else "loss"
    return EdgeCell(sample.count, estimate, f"{kind}-{strength}" if strength else "")


def _widest(row: tuple[str, list[EdgeCell]]) -> float:
    known = [abs(cell.estimate.value) for cell in row[1] if cell.estimate is not None and cell.tint]
    return -max(known, default=0.0)


def _column(space: SearchSpace, level: int, operation: int) -> OperationColumn:
    name = space.operation_name(level, operation)
    look = "" if operation == NONE else f"op-{name}" if level == 2 else f"tone-{tone(operation)}"
    short = name if operation == NONE else operation_pill(space, level, operation)
    return OperationColumn(short, operation_label(space, level, operation), look)


def _x(rho: float) -> float:
    return round(WIDTH / 2 + (WIDTH / 2 - SIDE) * rho, 1)
