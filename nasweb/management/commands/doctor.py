"""`manage.py doctor`"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nasweb.doctor import machine, parts
from nasweb.doctor.findings import Examination, Finding, examined

EXAMINATIONS: dict[str, Examination] = {
    "python": machine.python,
    "pytorch": machine.training,
    "graphviz": machine.drawings,
    "database": parts.database,
    "broker": parts.broker,
    "workers": parts.workers,
    "disk": machine.disk,
}
MARKS = {"ok": "ok   ", "note": "note ", "fails": "FAILS"}


class Command(BaseCommand):
    help = "Say what works here and what does not, each with what helps. Changes nothing; status 1 if something fails."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Finding] = []
        for part, examination in EXAMINATIONS.items():
            findings = examined(part, examination)
            found += findings
            if not options["json"]:
                for finding in findings:
                    self._tell(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in found], indent=1))
        failing = [finding.part for finding in found if finding.state == "fails"]
        if failing:
            raise CommandError(f"What fails: {', '.join(failing)}.")

    def _tell(self, finding: Finding) -> None:
        self.stdout.write(f"{MARKS[finding.state]}  {finding.part:10} {finding.said}")
        if finding.remedy:
            self.stdout.write(f"{'':19}{finding.remedy}")
        self.stdout.flush()
