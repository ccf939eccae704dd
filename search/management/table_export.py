"""A built table as its files: the table itself, its Croissant metadata and its card."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from search.evolution.evaluation import CurvePoint
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.selectors.table_records import trained_curves
from search.tables.croissant import croissant
from search.tables.plans import Part, TablePlan
from search.tables.table import BenchmarkTable
from search.tables.writing import TableContent, TrainingResult, table_bytes

PROXIES = "search.training.zero_cost.proxies"
"""Found by its path: the management commands load no torch before it is needed."""
DESCRIPTION = (
    "Every network of a small hierarchical search space ({part}: two motifs of three nodes, a cell of three nodes) "
    "trained on {protocol.dataset} at {protocol.image_size} pixels for {protocol.steps} steps of {protocol.batch_size} "
    "images, with training, validation and test accuracy at several budgets."
)

SAMPLE_DESCRIPTION = (
    "{part.sample:,} networks of random genotypes of the search space {part.name}, no whole table of it, trained on "
    "{protocol.dataset} at {protocol.image_size} pixels for {protocol.steps} steps of {protocol.batch_size} images, "
    "with training, validation and test accuracy at several budgets; a surrogate is fitted on it. How many genotypes "
    "build a network was not counted: 0."
)


@dataclass(frozen=True)
class ExportOptions:
    """How a table is to be called, and how much of it is exported."""

    name: str
    version: str
    seeds: int
    """Trainings of each network: the first so many."""
    hardware: str


@dataclass(frozen=True)
class Exported:
    """A table's file, and how it reads back."""

    content: bytes
    table: BenchmarkTable

    def write(self, path: Path) -> list[Path]:
        """As PATH.npz with its metadata PATH.json."""
        file, metadata = path.with_name(path.name + ".npz"), path.with_name(path.name + ".json")
        file.write_bytes(self.content)
        document = croissant(self.table, file.name, len(self.content))
        metadata.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        return [file, metadata]


def export_table(plan: TablePlan, part: Part, options: ExportOptions) -> Exported:
    """The whole table of one part, or its sample. Raises Incomplete when a training is missing."""
    networks = part.networks()
    budgets: tuple[int, ...] = ()
    results: dict[tuple[str, int], TrainingResult] = {}
    seconds, last = 0.0, ""
    for row in trained_curves(plan.protocol):
        if row.key not in networks or row.repeat >= options.seeds:
            continue  # of another part or plan under the same protocol
        points = row.scored
        budgets = tuple(int(point["step"]) for point in points)
        results[row.key, row.repeat] = _result(points)
        seconds += row.seconds
        last = max(last, row.finished)
    about = {
        "description": _description(plan, part),
        "built": last,
        "hardware": options.hardware,
        "seconds": round(seconds, 1),
    }
    protocol = plan.protocol.model_copy(update={"repeats": options.seeds})
    content = TableContent(options.name, options.version, part, protocol, budgets, results, {}, about)
    table_bytes(content)  # refuses at once what is incomplete, before the proxies are computed
    proxies = {} if part.sample else _proxies(plan, part)
    written = table_bytes(replace(content, proxies=proxies))
    return Exported(written, BenchmarkTable.read(written, options.name))


def _description(plan: TablePlan, part: Part) -> str:
    if part.sample:
        return SAMPLE_DESCRIPTION.format(part=part, protocol=plan.protocol)
    return DESCRIPTION.format(part=part.name, protocol=plan.protocol)


def _result(points: Sequence[CurvePoint]) -> TrainingResult:
    """Of `TrainedCurve.scored`."""
    accuracy, losses = [], []
    for point in points:
        train, validation, loss = point["train_accuracy"], point["validation_accuracy"], point["loss"]
        assert train is not None
        assert validation is not None
        assert loss is not None
        accuracy.append((train, validation, point["test_accuracy"]))
        losses.append(loss)
    return TrainingResult(tuple(accuracy), tuple(losses), tuple(point["process_seconds"] for point in points))


def _proxies(plan: TablePlan, part: Part) -> dict[str, dict[str, float]]:
    """Name -> phenotype key -> value."""
    measure: Callable[[Phenotype, Any], dict[str, float]] = import_string(PROXIES)
    found: dict[str, dict[str, float]] = {}
    for key, genotype in part.networks().items():
        for name, value in measure(build_phenotype(genotype), plan.protocol).items():
            found.setdefault(name, {})[key] = value
    return found
