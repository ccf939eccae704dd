"""A strategy's report as a page shows it: facts, tables, numbers over versions as lines."""

from dataclasses import dataclass
from typing import Any

from search.models import Experiment
from search.selectors.strategy_reports import latest_proposals, strategy_report
from visualize.charts.agreement import agreement
from visualize.charts.frame import sparkline
from visualize.pages.shared.report_tables import report_tables
from visualize.style.strategy_words import strategy_summary

WIDTH, HEIGHT = 240.0, 60.0
BESIDE = ("version", "observed")
"""Numbers of a version that are not drawn: they are the axis."""


@dataclass(frozen=True)
class Trend:
    """One number over the versions of a model."""

    name: str
    path: str
    first: float
    last: float


def strategy_page(experiment: Experiment) -> dict[str, Any]:
    """The context of the template."""
    found = strategy_report(experiment)
    return {
        "row": found.row,
        "summary": strategy_summary(experiment.configuration.strategy),
        "facts": found.report["facts"],
        "tables": report_tables(found.report),
        "agreement": agreement(found.report.get("against", ())),
        "trends": _trends(found.history),
        "state": found.state,
        "drafts": found.drafts,
        "latest": latest_proposals(experiment),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _trends(history: list[dict[str, float]]) -> list[Trend]:
    names = [name for name in (history[-1] if history else {}) if name not in BESIDE]
    trends = []
    for name in names:
        values = [row[name] for row in history if name in row]
        # What is equal as it is written is drawn level.
        path = sparkline([round(value, 3) for value in values], WIDTH, HEIGHT)
        trends.append(Trend(name.replace("_", " "), path, values[0], values[-1]))
    return trends
