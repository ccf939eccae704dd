"""What a table tells: distribution, noise, correlations, landscape, whether its best is significantly best.

Must import neither Django nor torch.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search.evolution.statistics.reliability import Reliability, reliability
from search.evolution.statistics.student import two_sided
from search.tables.correlations import Correlation, correlation
from search.tables.landscape import Landscape, landscape
from search.tables.lookup import TableLookup
from search.tables.table import SPLITS, BenchmarkTable, TableFacts

LEVELS = 5
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Some of the networks, by parameters or by accuracy."""

    low: float
    """The least of what they are grouped by."""
    high: float
    networks: int
    accuracy: tuple[float, ...]
    """Mean test accuracy: least, quartiles and most, fractions."""
    noise: float
    """Standard deviation of one network's validation accuracy over its seeds."""


@dataclass(frozen=True)
class BudgetSignal:
    """What training so far tells."""

    steps: int
    reliability: Reliability | None
    """Of one training's validation accuracy; None with a single seed."""
    against_test: Correlation
    """One training's validation accuracy then against the mean test accuracy at the end."""
    seconds: float
    """Mean, of a processor."""


@dataclass(frozen=True)
class TableAnalysis:
    """The whole report."""

    facts: TableFacts
    about: dict[str, Any]
    """When and on what it was built, and in how many seconds."""
    by_parameters: tuple[Group, ...]
    by_accuracy: tuple[Group, ...]
    budgets: tuple[BudgetSignal, ...]
    correlations: dict[str, Correlation]
    """Spearman's of two columns, named "one against the other"."""
    proxies: dict[str, Correlation]
    """Spearman's of what is known before training against the mean test accuracy."""
    landscape: Landscape
    best: dict[str, Any]
    """The two best networks by mean test accuracy, and whether they differ beyond noise."""
    genotypes: tuple[int, ...]
    """Genotypes that build one network: least, quartiles, most."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def analyse_table(lookup: TableLookup[BenchmarkTable]) -> TableAnalysis:
    """Takes seconds for hundreds of networks, a minute for thousands."""
    table = lookup.table
    test = table.test_accuracy
    counts = np.quantile(table.genotype_counts, QUANTILES, method="nearest")
    return TableAnalysis(
        facts=table.facts,
        about={name: table.about.get(name, "") for name in ("built", "hardware", "seconds", "protocol")},
        by_parameters=_groups(table, table.parameters.astype(np.float64)),
        by_accuracy=_groups(table, test),
        budgets=tuple(_signal(table, place) for place in range(len(table.budgets))),
        correlations=_correlations(table),
        proxies=_proxies(table),
        landscape=landscape(lookup),
        best=_best(table),
        genotypes=tuple(int(count) for count in counts),
    )


def _validation(table: BenchmarkTable, budget: int = -1) -> Floats:
    """[network, seed]."""
    return table.accuracy[:, :, budget, SPLITS.index("validation")].astype(np.float64)


def _noise(values: Floats) -> float:
    """Pooled standard deviation over the seeds; 0 with a single one."""
    return float(np.sqrt(values.var(axis=1, ddof=1).mean())) if values.shape[1] > 1 else 0.0


def _groups(table: BenchmarkTable, by: Floats) -> tuple[Group, ...]:
    """Equally large groups in ascending order."""
    validation = _validation(table)
    found = []
    for rows in np.array_split(np.argsort(by, kind="stable"), min(LEVELS, len(by))):
        accuracy = np.quantile(table.test_accuracy[rows], QUANTILES)
        found.append(
            Group(
                float(by[rows].min()),
                float(by[rows].max()),
                len(rows),
                tuple(float(value) for value in accuracy),
                _noise(validation[rows]),
            )
        )
    return tuple(found)


def _signal(table: BenchmarkTable, place: int) -> BudgetSignal:
    values = _validation(table, place)
    told = reliability(values.tolist()) if table.seeds > 1 else None
    against = correlation(values[:, 0], table.test_accuracy)
    return BudgetSignal(
        table.budgets[place], told, against, float(table.seconds[:, :, place].mean(dtype=np.float64))
    )


def _correlations(table: BenchmarkTable) -> dict[str, Correlation]:
    validation = _validation(table)
    found = {
        "mean validation against mean test": correlation(validation.mean(axis=1), table.test_accuracy),
        "mean training against mean test": correlation(
            table.accuracy[:, :, -1, SPLITS.index("train")].mean(axis=1, dtype=np.float64),
            table.test_accuracy,
        ),
    }
    if table.seeds > 1:
        found["one seed against another"] = correlation(validation[:, 0], validation[:, 1])
    for place, budget in enumerate(table.budgets[:-1]):
        found[f"{budget} steps against {table.budgets[-1]}"] = correlation(
            _validation(table, place).mean(axis=1), validation.mean(axis=1)
        )
    return found


def _proxies(table: BenchmarkTable) -> dict[str, Correlation]:
    columns: dict[str, npt.NDArray[Any]] = {
        "parameters": table.parameters,
        "multiply-adds": table.multiply_adds,
        "depth": table.depths,
        "live edges": table.live_edges,
        **table.proxies,
    }
    return {
        name: correlation(values.astype(np.float64), table.test_accuracy) for name, values in columns.items()
    }


def _best(table: BenchmarkTable) -> dict[str, Any]:
    """With Student's t for the two means, the noise pooled over all networks; `as_good`: within its 95 %."""
    first, second = np.argsort(-table.test_accuracy, kind="stable")[:2].tolist()
    noise = _noise(table.accuracy[:, :, -1, SPLITS.index("test")].astype(np.float64))
    freedom = len(table) * (table.seeds - 1)
    error = noise * float(np.sqrt(2 / table.seeds))
    difference = float(table.test_accuracy[first] - table.test_accuracy[second])
    return {
        "genotype": table.genotype(table.keys[first]).text,
        "accuracy": float(table.test_accuracy[first]),
        "second": table.genotype(table.keys[second]).text,
        "second_accuracy": float(table.test_accuracy[second]),
        "chance": two_sided(difference / error, freedom) if error else None,
        "as_good": int((table.test_accuracy.max() - table.test_accuracy <= 1.96 * error).sum()),
    }
