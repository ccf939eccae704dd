"""Motif list of an experiment: query parameters and rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString

from search.evolution.genotypes.primitives import PRIMITIVE_NAMES
from search.evolution.statistics.samples import Estimate, difference
from search.models import Experiment, Motif
from search.selectors.motifs import statistics as motifs
from search.selectors.motifs.statistics import MotifCount, MotifTable
from search.selectors.motifs.tables import counted, with_operation
from search.selectors.population_cache import ALWAYS
from visualize.pages.experiments.population_table import SortColumn
from visualize.pages.motifs.carrier_trend import CarrierTrend, Shares, shares_of
from visualize.pages.motifs.interval_plot import Whisker, whiskers
from visualize.pages.motifs.pictures import Subject, subject, thumbnail, words

PER_PAGE = 20
NAMED = 10
"""Edges that a row names one by one; of more it counts what they carry."""
LEAST = (1, 2, 5, 20, 100, 1000)
"""Choices of how many carriers a motif needs to be listed."""
SORTS = {"carriers": "Carriers", "first": "First seen", "fitness": "Fitness against the rest"}
DESCENDING_FIRST = ("carriers", "fitness")
START = "-carriers"


@dataclass(frozen=True)
class MotifListQuery:
    """The address's query, nonsense in it answered by what is usual."""

    level: int | None
    operation: str
    least: int
    order: str
    since: bool
    """Compare with what came up since the motif did, rather than with everything else."""
    page: str

    @property
    def is_filtered(self) -> bool:
        return self.level is not None or bool(self.operation)


@dataclass(frozen=True)
class MotifRow:
    """One motif."""

    motif: Motif
    count: MotifCount
    carried: float
    """Share of all individuals."""
    svg: SafeString
    words: list[tuple[str, str]]
    below: tuple[str, ...]
    """Keys of the motifs its edges carry."""
    estimate: Estimate | None
    rest: int
    """Networks that it is compared with."""
    whisker: Whisker | None
    share: CarrierTrend

    @property
    def is_short(self) -> bool:
        """Few enough edges to name each of them."""
        return len(self.words) <= NAMED

    @property
    def operations(self) -> list[tuple[str, int]]:
        """How many edges carry what, the most frequent first."""
        return Counter(operation for _, operation in self.words).most_common()


@dataclass(frozen=True)
class MotifList:
    asked: MotifListQuery
    page: "Page[MotifCount]"
    rows: list[MotifRow]
    table: MotifTable
    counted_at: datetime | None
    """When the table was counted, if individuals have joined since."""
    levels: list[int]
    columns: dict[str, SortColumn]
    sampled: int
    """One of so many individuals was looked at for the shares over time."""

    @property
    def operations(self) -> tuple[str, ...]:
        return PRIMITIVE_NAMES

    @property
    def least(self) -> tuple[int, ...]:
        """A large population is not asked for what only one of it carries."""
        return LEAST if self.table.individuals <= ALWAYS else LEAST[1:]

    @property
    def scale(self) -> Whisker | None:
        return next((row.whisker for row in self.rows if row.whisker), None)


def asked(query: Mapping[str, Any], experiment: Experiment) -> MotifListQuery:
    level, operation = str(query.get("level", "")), str(query.get("operation", ""))
    least, order = str(query.get("least", "")), str(query.get("sort", ""))
    fewest = 1 if experiment.proposed <= ALWAYS else 2
    return MotifListQuery(
        level=int(level) if level in map(str, range(2, 9)) else None,
        operation=operation if operation in PRIMITIVE_NAMES else "",
        least=max(fewest, int(least) if least in map(str, LEAST) else 2),
        order=order if order.removeprefix("-") in SORTS else START,
        since=query.get("rest") == "since",
        page=str(query.get("page", "1")),
    )


def motif_list(experiment: Experiment, query: Mapping[str, Any]) -> MotifList:
    wanted = asked(query, experiment)
    motifs_now = counted(experiment)
    table = motifs_now.value
    chosen = _chosen(experiment, table, wanted)
    page = Paginator(_sorted(chosen, table, wanted), PER_PAGE).get_page(wanted.page)
    shares = shares_of(experiment)
    return MotifList(
        asked=wanted,
        page=page,
        rows=_rows(list(page.object_list), table, wanted, shares),
        table=table,
        counted_at=motifs_now.at if table.individuals < experiment.proposed else None,
        levels=sorted({count.level for count in table.counts}),
        columns={name: _column(name, label, wanted.order) for name, label in SORTS.items()},
        sampled=shares.every,
    )


def against_the_rest(count: MotifCount, table: MotifTable, *, since: bool) -> tuple[Estimate | None, int]:
    """Mean fitness of the networks with a motif less that of those without, and how many are without."""
    rest = (table.since(count.first) if since else table.networks) - count.networks
    return difference(count.networks, rest), rest.count


def _chosen(experiment: Experiment, table: MotifTable, wanted: MotifListQuery) -> list[MotifCount]:
    counts = [count for count in table.counts if count.carriers >= wanted.least]
    if wanted.level is not None:
        counts = [count for count in counts if count.level == wanted.level]
    if wanted.operation:
        with_it = with_operation(experiment, table, wanted.operation)
        counts = [count for count in counts if count.motif in with_it]
    return counts


def _sorted(counts: list[MotifCount], table: MotifTable, wanted: MotifListQuery) -> list[MotifCount]:
    """By the interval's end that is nearer to nothing: the surest come first, not the luckiest of two."""
    descending = wanted.order.startswith("-")

    def fitness(count: MotifCount) -> float:
        estimate, _ = against_the_rest(count, table, since=wanted.since)
        if estimate is None or estimate.margin is None:
            return float("-inf") if descending else float("inf")
        return estimate.low if descending else estimate.high

    keys: dict[str, Callable[[MotifCount], float]] = {
        "carriers": lambda count: count.carriers,
        "first": lambda count: count.first,
        "fitness": fitness,
    }
    counts = sorted(counts, key=lambda count: (count.first, count.motif))  # ties: the earliest
    return sorted(counts, key=keys[wanted.order.removeprefix("-")], reverse=descending)


def _rows(
    counts: list[MotifCount], table: MotifTable, wanted: MotifListQuery, shares: Shares
) -> list[MotifRow]:
    found = motifs.motifs_by_id(count.motif for count in counts)
    subjects = subjects_of(found.values())
    compared = [against_the_rest(count, table, since=wanted.since) for count in counts]
    drawn = whiskers([estimate for estimate, _ in compared])
    return [
        MotifRow(
            motif=found[count.motif],
            count=count,
            carried=count.carriers / table.individuals,
            svg=thumbnail(subjects[count.motif]),
            words=words(subjects[count.motif]),
            below=subjects[count.motif].below,
            estimate=estimate,
            rest=rest,
            whisker=whisker,
            share=shares.share(count.motif),
        )
        for count, (estimate, rest), whisker in zip(counts, compared, drawn, strict=True)
    ]


def subjects_of(found: Iterable[Motif]) -> dict[int, Subject]:
    """By the motifs' ids, with what is dead in them: one query for all."""
    listed = list(found)
    keys = {key for motif in listed if motif.level > 2 for row in motif.structure for key in row if key}
    below = motifs.motifs_by_key(keys) if keys else {}
    blocked = {key for key, motif in below.items() if not motif.phenotype_key}
    return {motif.pk: subject(motif, blocked) for motif in listed}


def _column(name: str, label: str, order: str) -> SortColumn:
    if order.removeprefix("-") != name:
        return SortColumn(name, label, f"-{name}" if name in DESCENDING_FIRST else name, "")
    descending = order.startswith("-")
    return SortColumn(
        name, label, name if descending else f"-{name}", "descending" if descending else "ascending"
    )
