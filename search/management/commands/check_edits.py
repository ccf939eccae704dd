"""manage.py check_edits: does a child with its parent's weights compute what its parent does?"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.evolution.genotypes.space import SPACES

TOLERANCE = 1e-5
"""Relative difference of class scores in float32 that is still rounding."""


class Command(BaseCommand):
    help = (
        "Give children of random parents their parents' weights, edit by edit, and compare the class scores in "
        "evaluation mode: edits that claim to keep them must, the others say by how much they do not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edits", type=int, default=5, help="of each kind (5)")
        parser.add_argument(
            "--seed", type=int, default=0, help="draws parents, edits, weights and images (0)"
        )
        parser.add_argument("--space", choices=sorted(SPACES), default="hierarchical")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self.rows(options["edits"], options["seed"], options["space"])
        for kind in dict.fromkeys(row["kind"] for row in sorted(rows, key=lambda row: not row["exact"])):
            found = [row["difference"] for row in rows if row["kind"] == kind]
            claim = "exact" if any(row["exact"] for row in rows if row["kind"] == kind) else "not exact"
            self.stdout.write(
                f"{kind} ({claim}): {len(found)} edits, median difference {median(found):.1e}, "
                f"largest {max(found):.1e}"
            )
        faults = [
            f"{row['parent']}, {row['edit']} ({row['kind']}): scores differ by {row['difference']:.1e}"
            for row in rows
            if row["exact"] and not row["difference"] <= TOLERANCE
        ]
        if faults:
            raise CommandError(
                f"{len(faults)} of {len(rows)} edits claim to keep the scores and do not:\n"
                + "\n".join(faults)
            )
        others = [row["difference"] for row in rows if not row["exact"]]
        if others and max(others) <= TOLERANCE:
            raise CommandError("edits that claim nothing kept the scores too: the comparison tells nothing")
        self.stdout.write("exact where it is claimed")

    def rows(self, count: int, seed: int, space: str) -> list[dict[str, Any]]:
        module = "search.training.inheritance.checking"
        command = [sys.executable, "-m", module, str(count), str(seed), space]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"the check could not be run: {done.stderr.strip()[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]
