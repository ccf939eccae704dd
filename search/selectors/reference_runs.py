"""Runs of reference networks: which are there, and the scores of each network under each protocol."""

import statistics
from dataclasses import dataclass
from typing import Any

from search.models import ReferenceRun


@dataclass(frozen=True)
class ReferenceScore:
    """A network under one final protocol."""

    name: str
    protocol: dict[str, Any]
    accuracies: tuple[float, ...]
    """On the test set, of each run, fractions 0..1."""
    top5: float
    """Mean over the runs."""
    parameters: int
    device: str

    @property
    def mean(self) -> float:
        return statistics.fmean(self.accuracies)

    @property
    def deviation(self) -> float | None:
        """Over runs; None of one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else None


def reference_scores(name: str, dataset: str) -> list[ReferenceScore]:
    """On a data set, the protocol with the latest run first."""
    found: dict[str, list[ReferenceRun]] = {}
    for row in ReferenceRun.objects.filter(name=name, protocol__dataset=dataset).order_by("-pk"):
        found.setdefault(row.protocol_key, []).append(row)
    return [
        ReferenceScore(
            name,
            rows[0].protocol,
            tuple(row.accuracy for row in reversed(rows)),
            statistics.fmean(row.top5 for row in rows),
            rows[0].parameters,
            rows[0].device,
        )
        for rows in found.values()
    ]


def reference_runs(name: str, protocol_key: str) -> dict[int, ReferenceRun]:
    """Number of the run -> what it gave."""
    rows = ReferenceRun.objects.filter(name=name, protocol_key=protocol_key)
    return {row.run: row for row in rows}
