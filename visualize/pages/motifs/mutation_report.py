"""Mutation effects by kind and level, and as a matrix of operations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.evolution.statistics.samples import Estimate, mean_of
from search.models import Experiment
from search.selectors.mutation_effects import Effect, EffectOf, mutation_effects
from search.selectors.population_cache import cached_for_population
from visualize.drawings.names import operation_label, operation_pill
from visualize.pages.motifs.interval_plot import Whisker, whiskers
from visualize.style.palette import tone

KINDS = {
    "add": ("Add an edge", "none → operation"),
    "alter": ("Alter an edge", "operation → another"),
    "remove": ("Remove an edge", "operation → none"),
    "same": ("Keep an edge", "the draw changed nothing"),
}
MATRIX = 12
"""Operations up to which a level is shown as a matrix; more are listed, the most frequent first."""
LISTED = 25
STRENGTHS = (0.0005, 0.003, 0.01)
"""Mean changes from which on a cell is tinted lightly, clearly, strongly; fractions."""


@dataclass(frozen=True)
class EffectRow:
    """Mutations of one kind or from one operation to another."""

    title: str
    note: str
    effect: Effect
    estimate: Estimate | None
    """Mean change over all pairs."""
    heard: Estimate | None
    """Over those that are not silent."""
    whisker: Whisker | None


@dataclass(frozen=True)
class OperationHeading:
    """A heading of the matrix."""

    name: str
    label: str
    look: str


@dataclass(frozen=True)
class MatrixCell:
    """From one operation to another. None of them happened: `effect` is None."""

    effect: Effect | None
    heard: Estimate | None
    tint: str
    label: str


@dataclass(frozen=True)
class LevelReport:
    """All mutations of one level."""

    level: int
    is_cell: bool
    kinds: list[EffectRow]
    operations: list[OperationHeading]
    matrix: list[tuple[OperationHeading, list[MatrixCell]]]
    """Empty where a level has too many operations."""
    listed: list[EffectRow]
    unlisted: int


@dataclass(frozen=True)
class Report:
    total: EffectRow | None
    levels: list[LevelReport]
    shares_fitness: bool


def mutation_report(experiment: Experiment) -> Report:
    config = experiment.configuration
    effects = cached_for_population("mutations", experiment, lambda: mutation_effects(experiment))
    space = config.search_space
    levels = [
        _level(space, level, [row for row in effects if row.level == level])
        for level in range(space.top, 1, -1)
    ]
    return Report(
        total=_rows([("All mutations", "", _sum(effects))])[0] if effects else None,
        levels=[level for level in levels if level.kinds],
        shares_fitness=config.strategy.share_fitness,
    )


def _level(space: SearchSpace, level: int, effects: Sequence[EffectOf]) -> LevelReport:
    kinds = [
        (title, note, _sum(row for row in effects if row.kind == kind))
        for kind, (title, note) in KINDS.items()
    ]
    operations = len(space.operations(level))
    is_matrix = operations <= MATRIX
    frequent = sorted(effects, key=lambda row: -row.effect.count)[: 0 if is_matrix else LISTED]
    return LevelReport(
        level=level,
        is_cell=level == space.top,
        kinds=_rows([row for row in kinds if row[2].count]),
        operations=[_operation(space, level, value) for value in range(operations + 1)] if is_matrix else [],
        matrix=_matrix(space, level, effects) if is_matrix else [],
        listed=_rows(
            [
                (f"{_name(space, level, row.old)} → {_name(space, level, row.new)}", "", row.effect)
                for row in frequent
            ]
        ),
        unlisted=max(0, len(effects) - LISTED) if not is_matrix else 0,
    )


def _matrix(
    space: SearchSpace, level: int, effects: Sequence[EffectOf]
) -> list[tuple[OperationHeading, list[MatrixCell]]]:
    known = {(row.old, row.new): row.effect for row in effects}
    values = range(len(space.operations(level)) + 1)
    return [
        (
            _operation(space, level, old),
            [
                _cell(known.get((old, new)), _name(space, level, old), _name(space, level, new))
                for new in values
            ],
        )
        for old in values
    ]


def _cell(effect: Effect | None, old: str, new: str) -> MatrixCell:
    if effect is None:
        return MatrixCell(None, None, "", f"{old} → {new}: none")
    heard = mean_of(effect.heard)
    return MatrixCell(effect, heard, _tint(heard), f"{old} → {new}")


def _tint(estimate: Estimate | None) -> str:
    """`gain-1` to `gain-3`, `loss-1` to `loss-3`; empty where zero lies in the interval."""
    if estimate is None or not estimate.is_sure:
        return ""
    strength = sum(abs(estimate.value) >= least for least in STRENGTHS)
    return f"{'gain' if estimate.value > 0 else 'loss'}-{strength}" if strength else ""


def _rows(sorts: Sequence[tuple[str, str, Effect]]) -> list[EffectRow]:
    heard = [mean_of(effect.heard) for _, _, effect in sorts]
    drawn = whiskers(heard)
    return [
        EffectRow(title, note, effect, mean_of(effect.changes), estimate, whisker)
        for (title, note, effect), estimate, whisker in zip(sorts, heard, drawn, strict=True)
    ]


def _operation(space: SearchSpace, level: int, value: int) -> OperationHeading:
    name = space.operation_name(level, value)
    look = "" if value == NONE else f"op-{name}" if level == 2 else f"tone-{tone(value)}"
    return OperationHeading(_name(space, level, value), operation_label(space, level, value), look)


def _name(space: SearchSpace, level: int, value: int) -> str:
    return "none" if value == NONE else operation_pill(space, level, value)


def _sum(effects: Iterable[EffectOf]) -> Effect:
    return sum((row.effect for row in effects), Effect())
