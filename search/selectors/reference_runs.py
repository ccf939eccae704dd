"""Runs of reference networks: which are there, and the scores of each network under each protocol."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any

from search.models import ReferenceRun
from search.selectors.run_scores import RunScores


@dataclass(frozen=True, kw_only=True)
class ReferenceScore(RunScores):
    """A network under one final protocol."""

    name: str
    protocol: dict[str, Any]
    parameters: int
    device: str


def reference_scores(name: str, dataset: str) -> list[ReferenceScore]:
    """On a data set, the protocol with the latest run first."""
    found: dict[str, list[ReferenceRun]] = {}
    for row in ReferenceRun.objects.filter(name=name, protocol__dataset=dataset).order_by("-pk"):
        found.setdefault(row.protocol_key, []).append(row)
    return [
        ReferenceScore(
            name=name,
            protocol=rows[0].protocol,
            accuracies=tuple(row.accuracy for row in reversed(rows)),
            top5=fmean(row.top5 for row in rows),
            parameters=rows[0].parameters,
            device=rows[0].device,
        )
        for rows in found.values()
    ]


def reference_runs(name: str, protocol_key: str) -> dict[int, ReferenceRun]:
    """Number of the run -> what it gave."""
    rows = ReferenceRun.objects.filter(name=name, protocol_key=protocol_key)
    return {row.run: row for row in rows}
