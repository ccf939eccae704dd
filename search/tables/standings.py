"""How contenders of the league compare: regret, trainings and seconds to the best networks, ranks.

Must import neither Django nor torch.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search.tables.league import Contender, SearchTrace
from search.tables.lookup import ScoredNetworks

TOP_SHARE = 0.01
CURVE_POINTS = 60
Floats = npt.NDArray[np.float64]
_NEMENYI = (
    1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164, 3.219, 3.268, 3.313, 3.354, 3.391, 3.426, 3.458,
    3.489, 3.517, 3.544,
)  # fmt: skip
"""Critical values of the two-sided Nemenyi test at 5 % for 2, 3, ... contenders (Demšar 2006, table 5, continued)."""


@dataclass(frozen=True)
class Band:
    """Mean over the seeds with its quartiles, after each of `trainings`."""

    trainings: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Standing:
    """One strategy's result."""

    kind: str
    settings: dict[str, Any]
    knobs: int
    """Settings that are left to the user."""
    regret: Band
    """Of the network that it would return, on the mean test accuracy, a fraction 0..1."""
    final_regret: float
    final_regret_error: float
    """Standard error over the seeds."""
    to_top: float | None
    """Median number of trainings until a network of the top 1 % was among them; None where half the runs never
    trained one."""
    seconds_to_top: float | None
    """Median of the trainings' seconds until then."""
    reached: float
    """Share of the runs that trained one."""
    rank: float
    """Mean rank of the final regret over the seeds; 1 is best."""
    against_random: float | None
    """Chance that noise alone would make its final regret differ so much from random search's (two-sided sign test
    over the seeds); None for random search."""


@dataclass(frozen=True)
class League:
    """All strategies beside each other."""

    table: str
    version: str
    networks: int
    top: int
    """Networks in the top 1 %."""
    trainings: int
    seeds: int
    critical_difference: float
    """Mean ranks that lie further apart differ beyond chance (Nemenyi, 5 %)."""
    proposals_per_second: float
    standings: tuple[Standing, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def top_rows(table: ScoredNetworks) -> frozenset[int]:
    """The top 1 % by mean test accuracy, at least one; of a surrogate's rows all that are as good as the top 1 % of its
    sample."""
    count, test = max(1, math.ceil(TOP_SHARE * len(table))), table.test_accuracy
    top = np.argsort(-test[: len(table)], kind="stable")[:count]
    beyond = len(table) + np.flatnonzero(test[len(table) :] >= test[top[-1]])
    return frozenset([*top.tolist(), *beyond.tolist()])


def regrets(table: ScoredNetworks, traces: Sequence[SearchTrace], trainings: int) -> Floats:
    """[seed, training]: the regret of what each run would return; one that ended early keeps its last."""
    test = table.test_accuracy
    best = test.max()
    rows = []
    for trace in traces:
        values = best - test[trace.returned]
        rows.append(np.concatenate([values, np.full(trainings - len(values), values[-1])]))
    return np.array(rows)


def first_in(trace: SearchTrace, rows: frozenset[int]) -> int | None:
    """After how many trainings one of those networks was trained."""
    for number, row in enumerate(trace.trained.tolist(), start=1):
        if row in rows:
            return number
    return None


def sign_test(one: Floats, other: Floats) -> float:
    """Two-sided chance of as uneven a split of the signs of the differences; ties are left out.

    >>> round(sign_test(np.array([1.0] * 8), np.array([0.0] * 8)), 4)
    0.0078
    """
    signs = np.sign(one - other)
    wins, losses = int((signs > 0).sum()), int((signs < 0).sum())
    count: int = wins + losses
    tail: float = sum(math.comb(count, k) for k in range(min(wins, losses) + 1)) / 2**count
    return min(1.0, 2 * tail)


def mean_ranks(values: Floats) -> Floats:
    """[contender, seed] -> mean rank of each contender, lower values first, ties sharing their ranks."""
    below = (values[None, :, :] < values[:, None, :]).sum(axis=1)
    equal = (values[None, :, :] == values[:, None, :]).sum(axis=1)
    ranks: Floats = (below + (equal + 1) / 2).mean(axis=1)
    return ranks


def critical_difference(contenders: int, seeds: int) -> float:
    """Of mean ranks, by Nemenyi's test at 5 % (Demšar 2006). Raises ValueError for fewer than 2 or more than 20."""
    if not 2 <= contenders <= len(_NEMENYI) + 1:
        raise ValueError(
            f"{contenders} contenders; the table of critical values holds 2 to {len(_NEMENYI) + 1}"
        )
    return _NEMENYI[contenders - 2] * math.sqrt(contenders * (contenders + 1) / (6 * seeds))


def standings(
    table: ScoredNetworks, contenders: Sequence[Contender], *, trainings: int, seconds: float
) -> League:
    """The league, best mean rank first. `seconds`: what all searches took together."""
    all_regrets = [regrets(table, row.traces, trainings) for row in contenders]
    final = np.array([values[:, -1] for values in all_regrets])
    ranks = mean_ranks(final)
    random = next((index for index, row in enumerate(contenders) if row.kind == "random"), None)
    top = top_rows(table)
    found = [
        _standing(row, all_regrets[index], float(ranks[index]), top, _chance(final, index, random))
        for index, row in enumerate(contenders)
    ]
    seeds = final.shape[1]
    steps = sum(trace.steps for row in contenders for trace in row.traces)
    return League(
        table=table.facts.name,
        version=table.facts.version,
        networks=len(table),
        top=len(top),
        trainings=trainings,
        seeds=seeds,
        critical_difference=critical_difference(len(contenders), seeds),
        proposals_per_second=steps / seconds,
        standings=tuple(sorted(found, key=lambda row: (row.rank, row.kind))),
    )


def _chance(final: Floats, index: int, random: int | None) -> float | None:
    return None if random is None or index == random else sign_test(final[index], final[random])


def _standing(
    row: Contender, values: Floats, mean_rank: float, top: frozenset[int], chance: float | None
) -> Standing:
    firsts = [first_in(trace, top) for trace in row.traces]
    seconds = [
        None if first is None else float(trace.seconds[first - 1])
        for first, trace in zip(firsts, row.traces, strict=True)
    ]
    return Standing(
        kind=row.kind,
        settings=row.config.model_dump(mode="json"),
        knobs=len(set(type(row.config).model_fields) - {"kind", "share_fitness"}),
        regret=_band(values),
        final_regret=float(values[:, -1].mean()),
        final_regret_error=float(values[:, -1].std(ddof=1) / math.sqrt(len(values)))
        if len(values) > 1
        else 0.0,
        to_top=_median(firsts),
        seconds_to_top=_median(seconds),
        reached=sum(first is not None for first in firsts) / len(firsts),
        rank=mean_rank,
        against_random=chance,
    )


def _band(values: Floats) -> Band:
    """At up to CURVE_POINTS numbers of trainings, closer together where they are few."""
    last = values.shape[1]
    places = np.unique(np.geomspace(1, last, CURVE_POINTS).round().astype(int))
    chosen = values[:, places - 1]
    low, high = np.quantile(chosen, (0.25, 0.75), axis=0)
    return Band(
        tuple(places.tolist()), tuple(chosen.mean(axis=0).tolist()), tuple(low.tolist()), tuple(high.tolist())
    )


def _median(values: Sequence[float | None]) -> float | None:
    """None where half of them or more are missing."""
    ordered = sorted(math.inf if value is None else value for value in values)
    middle = float(np.median(ordered))
    return middle if math.isfinite(middle) else None
