"""manage.py check_supernet: is a supernet with one genotype's choices that genotype's own network?"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.evolution.genotypes.space import SPACES

TOLERANCE = 1e-9
"""Relative difference in float64 that is still rounding."""
DIFFERS = 1e-3
"""What a control must differ by at least."""


class Command(BaseCommand):
    help = (
        "Compare the supernet with the straightforward network of random genotypes, in float64: scores, gradients, "
        "columns of absent producers, and controls that must differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--genotypes", type=int, default=50, help="how many random genotypes (50)")
        parser.add_argument("--seed", type=int, default=0, help="draws genotypes, weights and images (0)")
        parser.add_argument("--space", choices=sorted(SPACES), default="hierarchical")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self.rows(options["genotypes"], options["seed"], options["space"])
        faults = [fault for row in rows if (fault := _fault(row))]
        worst = {name: max(row[name] for row in rows) for name in ("scores", "gradients", "absent")}
        self.stdout.write(
            f"{len(rows)} genotypes: largest difference of scores {worst['scores']:.1e}, of gradients "
            f"{worst['gradients']:.1e}; largest gradient in absent columns {worst['absent']:.1e}"
        )
        for name, what in (("mutated", "one gene changed"), ("swapped", "columns of one 1x1 reversed")):
            found = [row[name] for row in rows if row[name] is not None]
            least = f"least difference {min(found):.1e}" if found else "no genotype has one"
            self.stdout.write(f"control, {what}: {len(found)} networks, {least}")
        if faults:
            raise CommandError(f"{len(faults)} of {len(rows)} genotypes are not exact:\n" + "\n".join(faults))
        self.stdout.write("exact")

    def rows(self, count: int, seed: int, space: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "search.training.supernets.check", str(count), str(seed), space]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"the check could not be run: {done.stderr.strip()[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]


def _fault(row: dict[str, Any]) -> str:
    """What is wrong with a genotype; empty when nothing is."""
    if max(row["scores"], row["gradients"]) > TOLERANCE:
        return f"{row['genotype']}: scores differ by {row['scores']:.1e}, gradients by {row['gradients']:.1e}"
    if row["absent"] > 0:
        return f"{row['genotype']}: absent producers' columns have a gradient of {row['absent']:.1e}"
    for control in ("mutated", "swapped"):
        if row[control] is not None and row[control] < DIFFERS:
            return f"{row['genotype']}: control {control} differs by {row[control]:.1e} only"
    return ""
