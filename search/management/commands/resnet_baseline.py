"""manage.py resnet_baseline EXPERIMENT: what ResNet-18 scores on the test set under a search's final protocol. Each
run is kept, and shown among the baselines of the search's test scores."""

import json
from argparse import ArgumentParser
from importlib import import_module
from statistics import fmean, stdev
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import selectors
from search.evolution.evaluation import EvaluationFailed, Progress
from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS, final_from_preset
from search.evolution.finals.protocol import final_key, without_cells
from search.evolution.finals.scores import RESNET
from search.models import Experiment, ReferenceRun
from search.selectors.reference_runs import reference_runs
from search.services.finals.references import keep_reference_run

TRAINER = "search.training.finals.resnet_baseline"
"""Found by its path, as everything that reads test images."""


class Command(BaseCommand):
    help = "Train ResNet-18 with the stem for small images as an experiment's networks, score it on the test set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("experiment", type=int)
        parser.add_argument("--preset", choices=sorted(FINAL_PRESETS), default=DEFAULT_PRESET)
        parser.add_argument("--runs", type=int, help="trainings, in place of the preset's")
        parser.add_argument(
            "--set", metavar="JSON", default="{}", help="protocol fields in place of the preset's"
        )
        parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            experiment = selectors.experiment_by_id(options["experiment"])
            over = json.loads(options["set"]) | ({"repeats": options["runs"]} if options["runs"] else {})
            searched = experiment.configuration.protocol
            protocol = without_cells(final_from_preset(options["preset"], searched, over))
            known = reference_runs(RESNET, final_key(protocol))
            wanted = [known[run] for run in sorted(known) if run < protocol.repeats]
            for row in wanted:
                self._print(row, "kept from before")
            trainer = import_module(TRAINER)
            for score in trainer.baseline_scores(protocol, self._tell, options["device"], known):
                row = keep_reference_run(RESNET, protocol, score)
                wanted.append(row)
                self._print(row, f"{row.seconds:.0f} s, {row.device}")
            scores = [row.accuracy for row in wanted]
        except Experiment.DoesNotExist:
            raise CommandError(f"there is no experiment {options['experiment']}") from None
        except (ConfigError, EvaluationFailed, ValueError, TypeError) as error:
            raise CommandError(str(error)) from None
        spread = f" ± {100 * stdev(scores):.2f}" if len(scores) > 1 else ""
        self.stdout.write(f"mean of {len(scores)}: {100 * fmean(scores):.2f}{spread} %")

    def _print(self, row: ReferenceRun, how: str) -> None:
        self.stdout.write(
            f"run {row.run + 1}: {100 * row.accuracy:.2f} % of {row.test_images:,} test images, top-5 "
            f"{100 * row.top5:.2f} %, {row.parameters:,} parameters, {how}"
        )

    def _tell(self, progress: Progress) -> None:
        if progress.loss is not None:
            self.stderr.write(f"step {progress.step} of {progress.steps}, loss {progress.loss:.3f}")
