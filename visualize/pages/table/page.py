"""What the page of a benchmark table shows."""

from typing import Any

from search.evolution.strategies.rows import STRATEGIES
from search.tables.reports import table_names, table_report
from visualize.pages.shared.signal_sentence import told_by
from visualize.pages.table.regret_chart import look, regret_chart

SURE = 0.01
"""A difference from random search that noise makes less often than this is shown as one."""


def table_page(name: str | None) -> dict[str, Any]:
    """The template's context; of the first table where none is named, without a report where there is none."""
    names = table_names()
    chosen = name if name in names else next(iter(names), None)
    report = table_report(chosen, "report") if chosen else None
    leagues = [] if chosen is None else [league_of(chosen, kind) for kind in ("league", "tuned")]
    return {
        "name": chosen,
        "names": names,
        "report": report,
        "signal": told_by(report["budgets"][-1]) if report else "",
        "leagues": [league for league in leagues if league is not None],
    }


def league_of(name: str, kind: str) -> dict[str, Any] | None:
    """A league with its chart; each row with its strategy's title and look, None where it was not played."""
    league = table_report(name, kind)
    if league is None:
        return None
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
