"""What one training under a protocol tells of its network, in a sentence, where a benchmark table knows it."""

from typing import Any

from search.evolution.experiments.config import Protocol
from search.tables.reports import table_names, table_report

NO_MATTER = frozenset(
    {"steps", "repeats", "seed", "split_seed", "time_limit_seconds", "evaluator", "needs", "memory_gib"}
)
"""Fields in which a protocol may differ from the table's; the steps must be one of its budgets."""


def told_by(budget: dict[str, Any]) -> str:
    """Of one budget of a table's report; empty where each network was trained once only."""
    told = budget["reliability"]
    if told is None:
        return ""
    low, value, high = (100 * max(0.0, told[name]) for name in ("low", "correlation", "high"))
    return (
        f"One training tells {value:.0f} % of what there is to know of a network ({low:.0f} to {high:.0f} %): so much "
        "of the differences between single trainings is the networks' own, the rest is noise."
    )


def signal_sentence(protocol: Protocol) -> str:
    """Empty where no table that comes with the project was made under that protocol, or where trainings do not begin
    with random weights: they tell something else."""
    if protocol.evaluator.kind not in ("train", "table"):
        return ""
    for name in table_names():
        report = table_report(name, "report")
        if report is None or not _same(protocol, Protocol.model_validate(report["about"]["protocol"])):
            continue
        for budget in report["budgets"]:
            if budget["steps"] == protocol.steps and (text := told_by(budget)):
                return f"{text} Measured on the {report['facts']['networks']:,} networks of table {name}."
    return ""


def _same(one: Protocol, other: Protocol) -> bool:
    fields = type(one).model_fields
    return all(getattr(one, name) == getattr(other, name) for name in fields if name not in NO_MATTER)
