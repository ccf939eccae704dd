"""`manage.py build_table`: train every network of a small space, for a benchmark table."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from search.logcontext import only_problems
from search.management.interruptions import stop_on_interrupt
from search.management.stored_trainings import StoredTrainings, write_lines
from search.management.table_builder import Share, TableBuilder
from search.management.table_check import check_table
from search.management.table_export import ExportOptions, export_table
from search.selectors.table_records import Trained, trained_repeats
from search.tables.plans import PLANS, Part, TablePlan, trainings
from search.tables.writing import Incomplete

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Train the networks of a benchmark table that are not trained yet; takes hours, and may be interrupted and "
        "started again at any time. Exit status: 0 all is trained, 1 the time was up, 130 interrupted."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", choices=PLANS, default="small", help="which table (default: small)")
        parser.add_argument("--status", action="store_true", help="say what is trained of each part, and end")
        parser.add_argument(
            "--minutes", type=float, help="end after the training during which these are over"
        )
        parser.add_argument(
            "--process", default="1/1", metavar="N/M", help="this is process N of M that share the work"
        )
        parser.add_argument(
            "--part", help="for --export and --check: which part of the plan (default: the last)"
        )
        parser.add_argument(
            "--export",
            type=Path,
            metavar="FILE",
            help="write a part that is wholly trained as FILE.npz with its metadata FILE.json, and end",
        )
        parser.add_argument(
            "--seeds",
            type=int,
            help="train, or with --export write, only so many of each network's trainings",
        )
        parser.add_argument(
            "--from",
            type=Path,
            nargs="+",
            default=(),
            metavar="FILE",
            help="read the trainings that an earlier version of the table (.npz) or --lines (.jsonl) holds from there "
            "instead of making them again",
        )
        parser.add_argument(
            "--lines",
            type=Path,
            metavar="FILE.jsonl",
            help="write what is trained and not in the files of --from, for another machine to go on from, and end",
        )
        parser.add_argument("--table-version", default="0.1", help="with --export: the table's version")
        parser.add_argument("--hardware", default="", help="with --export: what it was trained on, in words")
        parser.add_argument(
            "--check", type=float, metavar="SHARE", help="train a share of a part's networks again, and end"
        )

    def handle(self, **options: Any) -> None:
        only_problems()
        if settings.EMBEDDED:  # one person's own database, perhaps not there yet
            call_command("migrate", interactive=False, verbosity=0)
        plan = PLANS[options["plan"]]
        if options["status"]:
            self._tell_status(plan)
            return
        if options["export"] or options["check"]:
            self._use(plan, _part(plan, options["part"]), options)
            return
        stored = StoredTrainings(options["from"], plan)
        if options["lines"]:
            count = write_lines(options["lines"], plan, stored)
            self.stdout.write(f"{options['lines'].name}: {count} trainings")
            return
        share = Share(*_share(options["process"]), seeds=options["seeds"] or plan.protocol.repeats)
        builder = TableBuilder(plan, share, stored, self.stderr.write)
        minutes = options["minutes"]
        with stop_on_interrupt():
            whole = builder.run(most_seconds=None if minutes is None else 60 * minutes)
        self._tell_status(plan)
        if not whole:
            raise CommandError("Not all is trained; the same command goes on.", returncode=1)

    def _use(self, plan: TablePlan, part: Part, options: dict[str, Any]) -> None:
        if options["check"]:
            check = check_table(plan, part, share=options["check"])
            self.stdout.write(check.as_text())
            if not check.agrees:
                raise CommandError("The table does not hold what training gives.", returncode=1)
            return
        try:
            exported = export_table(
                plan,
                part,
                ExportOptions(
                    name=options["export"].name,
                    version=options["table_version"],
                    seeds=options["seeds"] or plan.protocol.repeats,
                    hardware=options["hardware"],
                ),
            )
        except Incomplete as error:
            raise CommandError(str(error), returncode=1) from None
        for path in exported.write(options["export"]):
            self.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes")

    def _tell_status(self, plan: TablePlan) -> None:
        have = trained_repeats(plan.protocol)
        wanted, done = Counter[str](), Counter[str]()
        for row in trainings(plan):
            wanted[row.part] += 1
            done[row.part] += Trained(row.key, row.repeat) in have
        for part, count in wanted.items():
            self.stdout.write(f"{part}: {done[part]} of {count} trainings")


def _part(plan: TablePlan, name: str | None) -> Part:
    parts = {part.name: part for part in plan.parts}
    if name is not None and name not in parts:
        raise CommandError(f"--part {name}: plan {plan.name} has {', '.join(parts)}", returncode=2)
    return plan.parts[-1] if name is None else parts[name]


def _share(text: str) -> tuple[int, int]:
    """(index from 0, count)."""
    first, _, second = text.partition("/")
    if first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return int(first) - 1, int(second)
    raise CommandError(f"--process {text}: use N/M with N from 1 to M, e.g. 1/2", returncode=2)
