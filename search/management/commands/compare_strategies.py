"""`manage.py compare_strategies`: the league of all strategies on a benchmark table."""

import json
import random
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.settings import StrategyConfig
from search.tables.league import Contender, run_contender
from search.tables.library import DEFAULT, load_table
from search.tables.lookup import Lookup, TableLookup
from search.tables.reports import sample_names
from search.tables.standings import League, standings
from search.tables.table import OutOfDomain, UnreadableTable
from search.tables.tuning import drawn_settings

INITIAL_SHARE = 10
"""One in so many trainings is of an initial network: the papers' counts belong to thousands of evaluations."""
INITIAL_MUTATIONS = 100
"""As thorough for the few edges of a table's space as the papers' thousand are for theirs."""
SURROGATE = "search.learning.tabular.lookup.surrogate_lookup"
"""Found by its path: it needs scikit-learn."""
NO_TRAININGS_OF_THEIR_OWN = frozenset({"halving"})
"""Draws as random search does: what it saves lies in trainings that are ended early, which a league of whole trainings
does not have."""
DRAWS = 12
"""Settings tried for each strategy of the tuned league, beside the published ones."""


class Command(BaseCommand):
    help = (
        "Run every strategy on a benchmark table, many seeds each, and print the league; those that learn take minutes "
        "a run. What a strategy sees is the validation accuracy of one training; it is judged by mean test accuracy."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--table", default=DEFAULT, help=f"the table's name (default: {DEFAULT})")
        parser.add_argument("--strategies", nargs="+", metavar="KIND", help="only these (default: all)")
        parser.add_argument(
            "--trainings", type=int, help="networks each run may train (default: a fifth of them)"
        )
        parser.add_argument("--seeds", type=int, default=30, help="runs of each strategy (default: 30)")
        parser.add_argument(
            "--tuned",
            action="store_true",
            help="tune each strategy's settings on half of the seeds and judge them on the other half",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="write the league as JSON as well")
        parser.add_argument("--json", action="store_true", help="print the league as JSON")

    def handle(self, **options: Any) -> None:
        kinds = _kinds(options["strategies"])
        if options["seeds"] < 2 + 2 * options["tuned"]:
            raise CommandError(f"--seeds {options['seeds']}: too few to compare anything", returncode=2)
        try:
            lookup = lookup_named(options["table"])
        except (OutOfDomain, UnreadableTable) as error:
            raise CommandError(str(error), returncode=2) from None
        trainings = options["trainings"] or max(10, len(lookup.table) // 5)
        if not 1 <= trainings <= len(lookup.table):
            raise CommandError(
                f"--trainings {trainings}: the table has {len(lookup.table):,} networks", returncode=2
            )
        start = time.perf_counter()
        seeds = range(options["seeds"])
        is_surrogate = options["table"] in sample_names()
        configs = [published(kind, trainings, as_published=is_surrogate) for kind in kinds]
        if options["tuned"]:
            half = len(seeds) // 2
            configs = [tuned(lookup, config, seeds=seeds[:half], trainings=trainings) for config in configs]
            seeds = seeds[half:]
            start = time.perf_counter()
        contenders: list[Contender] = []
        for config in configs:
            contenders.append(run_contender(lookup, config, seeds=seeds, trainings=trainings))
            self.stderr.write(f"{config.kind}: done")
        league = standings(lookup.table, contenders, trainings=trainings, seconds=time.perf_counter() - start)
        document = {**league.to_json(), "tuned": options["tuned"], "surrogate": is_surrogate}
        if options["out"]:
            options["out"].write_text(json.dumps(document, indent=1) + "\n")
        text = json.dumps(document, indent=1) if options["json"] else as_text(league, surrogate=is_surrogate)
        self.stdout.write(text)


def lookup_named(name: str) -> Lookup:
    """Of that table, or of the surrogate of that sample. Raises OutOfDomain, UnreadableTable."""
    if name not in sample_names():
        return TableLookup(load_table(name))
    make: Callable[[str], Lookup] = import_string(SURROGATE)
    return make(name)


def published(kind: str, trainings: int, *, as_published: bool = False) -> StrategyConfig:
    """A strategy's published settings, its initial networks in proportion; as thorough as published, too, where the
    space is the paper's own."""
    settings = STRATEGIES[kind].settings
    config = settings.model_validate({"kind": kind})
    initial = min(config.initial_population, max(2, trainings // INITIAL_SHARE))
    mutations = config.initial_mutations if as_published else INITIAL_MUTATIONS
    return config.model_copy(update={"initial_population": initial, "initial_mutations": mutations})


def tuned(lookup: Lookup, config: StrategyConfig, *, seeds: range, trainings: int) -> StrategyConfig:
    """The best of the published settings and some drawn ones, by what they return on these seeds."""
    draws = drawn_settings(config, random.Random(0))
    tried = [config, *(next(draws) for _ in range(DRAWS))]

    def final_accuracy(settings: StrategyConfig) -> float:
        """Not the regret: the best that a surrogate knows rises while it is asked."""
        traces = run_contender(lookup, settings, seeds=seeds, trainings=trainings).traces
        return float(lookup.table.test_accuracy[[trace.returned[-1] for trace in traces]].mean())

    return max(tried, key=final_accuracy)


def as_text(league: League, *, surrogate: bool = False) -> str:
    """The league for a terminal, best mean rank first."""
    kind = "surrogate of a sample, nothing was trained: " if surrogate else ""
    head = (
        f"{kind}{league.table} {league.version}: {league.networks:,} networks, {league.trainings} trainings, "
        f"{league.seeds} seeds, {league.proposals_per_second:,.0f} proposals a second"
    )
    lines = [head, f"ranks further apart than {league.critical_difference:.2f} differ beyond chance", ""]
    lines.append(
        f"{'strategy':14} {'rank':>6} {'regret %':>9} {'to top 1 %':>11} {'reached':>8} {'p':>8} {'knobs':>6}"
    )
    for row in league.standings:
        to_top = "–" if row.to_top is None else f"{row.to_top:.0f}"
        chance = "" if row.against_random is None else f"{row.against_random:.4f}"
        lines.append(
            f"{row.kind:14} {row.rank:6.2f} {100 * row.final_regret:9.3f} {to_top:>11} "
            f"{100 * row.reached:6.0f} % {chance:>8} {row.knobs:6}"
        )
    return "\n".join(lines)


def _kinds(asked: list[str] | None) -> list[str]:
    known = [kind for kind in STRATEGIES if kind not in NO_TRAININGS_OF_THEIR_OWN]
    unknown = [kind for kind in asked or () if kind not in known]
    if unknown:
        raise CommandError(f"--strategies {' '.join(unknown)}: use some of {', '.join(known)}", returncode=2)
    chosen = asked or known
    if len(chosen) < 2:
        raise CommandError("--strategies: a league has at least two", returncode=2)
    return chosen
