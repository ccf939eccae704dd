"""A run's figures as text."""

from tests.benchmarks.report import as_table
from tests.faults.kinds import FAULTS
from tests.faults.run import Report


def as_text(report: Report) -> str:
    rows = [
        {"fault": fault.name, "injected": report.injected[fault.name], "truly hit": report.hit[fault.name]}
        for fault in FAULTS
        if report.injected[fault.name]
    ]
    rows.append({"fault": "all", "injected": report.injected.total(), "truly hit": report.hit.total()})
    lines = [
        as_table(rows),
        f"seed {report.seed}: {report.rounds} rounds, {report.individuals} individuals, {report.repeats} repeats "
        f"in {report.seconds:.0f} s",
        f"leases expired {report.leases_expired}, given back {report.handed_back}; trainings that ended twice "
        f"because their lease had expired: {report.twice_after_expiry}",
        f"processes that ended by themselves and were started again: {dict(report.ended_by_themselves) or 'none'}",
        f"violations: {len(report.violations)}",
        *report.violations[:50],
    ]
    return "\n".join(lines) + "\n"
