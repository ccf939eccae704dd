"""What the page of a benchmark table, or of a surrogate, shows."""

from typing import Any

from search.evolution.strategies.rows import STRATEGIES
from search.tables.reports import sample_names, sample_report, table_names, table_report
from visualize.charts.agreement import agreement
from visualize.pages.shared.signal_sentence import told_by
from visualize.pages.table.regret_chart import look, regret_chart

SURE = 0.01
"""A difference from random search that noise makes less often than this is shown as one."""


def table_page(name: str | None) -> dict[str, Any]:
    """The template's context; of the first table where none is named, without a report where there is none."""
    tables, samples = table_names(), sample_names()
    names = (*tables, *samples)
    chosen = name if name in names else next(iter(names), None)
    is_surrogate = chosen in samples and chosen not in tables
    found = sample_report if is_surrogate else table_report
    report = found(chosen, "report") if chosen else None
    leagues = [found(chosen, kind) for kind in ("league", "tuned")] if chosen else []
    page = {
        "name": chosen,
        "names": names,
        "surrogates": samples,
        "is_surrogate": is_surrogate,
        "report": report,
        "leagues": [shown(league) for league in leagues if league is not None],
    }
    return page | (_surrogate(report) if is_surrogate else {"signal": _signal(report)})


def _signal(report: dict[str, Any] | None) -> str:
    return told_by(report["budgets"][-1]) if report else ""


def _surrogate(report: dict[str, Any] | None) -> dict[str, Any]:
    """What is shown of its report beside the report itself."""
    if report is None:
        return {}
    pairs = [(0, predicted, measured) for predicted, measured in report["against"]]
    return {"last": report["ranks"][-1], "agreement": agreement(pairs)}


def shown(league: dict[str, Any]) -> dict[str, Any]:
    """A league with its chart; each row with its strategy's title and look."""
    rows = []
    for place, row in enumerate(league["standings"]):
        known = STRATEGIES.get(row["kind"])
        tone, dash = look(place)
        rows.append(
            {
                **row,
                "title": known.title if known else row["kind"],
                "number": place + 1,
                "tone": tone,
                "dash": dash,
                "beyond_chance": row["against_random"] is not None and row["against_random"] < SURE,
            }
        )
    return {**league, "rows": rows, "chart": regret_chart(league["standings"])}
