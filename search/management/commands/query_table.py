"""`manage.py query_table`: what a benchmark table holds of a network, or what the table is."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from search.evolution.genotypes.genotype import GenotypeError
from search.tables.analysis import analyse_table
from search.tables.library import DEFAULT, load_table
from search.tables.lookup import TableLookup
from search.tables.reports import sample_names
from search.tables.table import BenchmarkTable, OutOfDomain, Split, UnreadableTable

SURROGATES = "search.learning.tabular.documents"
"""Found by its path: it needs scikit-learn, which no command loads before."""


class Command(BaseCommand):
    help = (
        "Print what a benchmark table holds of a genotype's network (text or JSON, - reads it from standard input), or "
        "without one what the table is; of a sample, what its surrogate predicts. Exit status: 0, or 2 for what the "
        "table does not hold."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("genotype", nargs="?", help="a genotype's text or JSON, or - for standard input")
        parser.add_argument(
            "--table", default=DEFAULT, help=f"the table's or sample's name (default: {DEFAULT})"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--analyse",
            type=Path,
            metavar="FILE",
            help="write what the table tells as a whole to a JSON file",
        )

    def handle(self, **options: Any) -> None:
        try:
            text = sys.stdin.read() if options["genotype"] == "-" else options["genotype"]
            ask = _of_surrogate if options["table"] in sample_names() else _of_table
            document = ask(options["table"], text, options["analyse"])
        except (OutOfDomain, UnreadableTable, GenotypeError) as error:
            raise CommandError(str(error), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps(document, indent=2))
            return
        for name, value in document.items():
            self.stdout.write(f"{name}: {value}")


def _of_table(name: str, text: str | None, analysed: Path | None) -> dict[str, Any]:
    table = load_table(name)
    if analysed:
        report = analyse_table(TableLookup(table)).to_json()
        analysed.write_text(json.dumps(report, indent=1) + "\n")
    return asdict(table.facts) if text is None else network_document(table, text)


def _of_surrogate(name: str, text: str | None, analysed: Path | None) -> dict[str, Any]:
    def document(of: str, *arguments: str) -> dict[str, Any]:
        make: Callable[..., dict[str, Any]] = import_string(f"{SURROGATES}.{of}_document")
        return make(name, *arguments)

    if analysed:
        # One line: most of it are the pairs of predicted and measured accuracies.
        analysed.write_text(json.dumps(document("report")) + "\n")
    return document("facts") if text is None else document("network", text)


def network_document(table: BenchmarkTable, text: str) -> dict[str, Any]:
    """All that the table holds of the network that a genotype builds. Raises OutOfDomain, GenotypeError."""
    key = table.canonical(text)
    row = table.row(key)

    def means(split: Split) -> dict[str, float]:
        return {
            str(budget): round(table.accuracy_of(row, budget, split, seed="mean"), 5)
            for budget in table.budgets
        }

    last = table.budgets[-1]
    return {
        "network": key,
        "genotype": table.genotype(key).text,
        "genotypes": int(table.genotype_counts[row]),
        "parameters": int(table.parameters[row]),
        "multiply_adds": int(table.multiply_adds[row]),
        "depth": int(table.depths[row]),
        "live_edges": int(table.live_edges[row]),
        "train_accuracy": means("train"),
        "validation_accuracy": means("validation"),
        "test_accuracy": means("test"),
        "validation_accuracy_by_seed": [
            round(table.accuracy_of(row, last, seed=seed), 5) for seed in range(table.seeds)
        ],
        "test_accuracy_by_seed": [
            round(table.accuracy_of(row, last, "test", seed=seed), 5) for seed in range(table.seeds)
        ],
        "seconds": {
            str(budget): round(table.seconds_of(row, budget, seed="mean"), 4) for budget in table.budgets
        },
        "regret": round(table.regret(text), 5),
        "proxies": {name: float(values[row]) for name, values in table.proxies.items()},
    }
