"""manage.py resnet_baseline EXPERIMENT: what ResNet-18 scores on the test set under a search's final protocol."""

import json
from argparse import ArgumentParser
from importlib import import_module
from statistics import fmean, stdev
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import selectors
from search.evolution.evaluation import EvaluationFailed, Progress
from search.evolution.experiments.config import ConfigError, experiment_config
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS, final_from_preset
from search.models import Experiment

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
            searched = experiment_config(experiment.config).protocol
            protocol = final_from_preset(options["preset"], searched, over)
            scores = []
            for score in import_module(TRAINER).baseline_scores(protocol, self._tell, options["device"]):
                scores.append(score.accuracy)
                self.stdout.write(
                    f"run {len(scores)}: {100 * score.accuracy:.2f} % of {score.test_images:,} test images, top-5 "
                    f"{100 * score.top5:.2f} %, {score.parameters:,} parameters, {score.seconds:.0f} s, {score.device}"
                )
        except Experiment.DoesNotExist:
            raise CommandError(f"there is no experiment {options['experiment']}") from None
        except (ConfigError, EvaluationFailed, ValueError, TypeError) as error:
            raise CommandError(str(error)) from None
        spread = f" ± {100 * stdev(scores):.2f}" if len(scores) > 1 else ""
        self.stdout.write(f"mean of {len(scores)}: {100 * fmean(scores):.2f}{spread} %")

    def _tell(self, progress: Progress) -> None:
        if progress.loss is not None:
            self.stderr.write(f"step {progress.step} of {progress.steps}, loss {progress.loss:.3f}")
