"""manage.py train_trellis: the trellis of Convolutional Neural Fabrics, trained from scratch as a baseline."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.evolution.experiments.config import ConfigError, experiment_config

PUBLISHED_LAYERS = 8


class Command(BaseCommand):
    help = (
        "Train the trellis of Convolutional Neural Fabrics from scratch, a baseline of which nothing is searched for, "
        "under the same protocol as a search's networks, and print its validation accuracy."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--protocol", default="{}", metavar="JSON", help='fields of a protocol, such as {"steps": 500}'
        )
        parser.add_argument(
            "--layers", type=int, default=PUBLISHED_LAYERS, help="of the trellis (8, as published)"
        )
        parser.add_argument("--runs", type=int, default=1, help="trainings, each with a seed of its own (1)")
        parser.add_argument("--device", default="auto", help="auto, cpu or cuda (auto)")
        parser.add_argument("--json", action="store_true", help="one JSON line for each training")

    def handle(self, *args: Any, **options: Any) -> None:
        protocol = self._protocol(options["protocol"])
        if options["layers"] < 1 or options["runs"] < 1:
            raise CommandError(
                f"--layers {options['layers']} and --runs {options['runs']} must be at least 1"
            )
        for run in range(options["runs"]):
            asked = {
                "protocol": protocol,
                "layers": options["layers"],
                "seed": protocol["seed"] + run,
                "device": options["device"],
            }
            found = self.trained(asked)
            text = (
                f"{100 * found['accuracy']:.2f} % of the validation images, {found['parameters']:,} parameters, "
                f"{found['seconds']:.1f} s on {found['device']}"
            )
            self.stdout.write(json.dumps(found) if options["json"] else text)

    def _protocol(self, text: str) -> dict[str, Any]:
        try:
            config = experiment_config({"protocol": json.loads(text)})
        except (ValueError, ConfigError) as error:
            raise CommandError(f"--protocol {text}: {error}") from error
        document: dict[str, Any] = config.protocol.model_dump(mode="json")
        return document

    def trained(self, asked: dict[str, Any]) -> dict[str, Any]:
        """By a process of its own, because this one must not load torch."""
        command = [sys.executable, "-m", "search.training.trellis.training"]
        done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"the training failed: {done.stderr.strip()[-500:]}")
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer
