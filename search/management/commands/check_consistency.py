"""`manage.py check_consistency`: database consistency audit; exit status 1 if an invariant is violated."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.selectors.consistency_audit import RULES, violations


class Command(BaseCommand):
    help = (
        "Check that nothing was lost or doubled: steps, genotypes, repeats, outcomes, counters, and that all that is "
        "open or failed says why. Reads one snapshot, changes nothing, and ends with status 1 if a rule is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, **options: Any) -> None:
        found = violations()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(violation) for violation in found], indent=1))
        else:
            for violation in found:
                self.stdout.write(str(violation))
        if found:
            raise CommandError(f"{len(found)} contradictions. What must hold: " + " ".join(RULES.values()))
        if not options["json"]:
            self.stdout.write("No contradictions.")
