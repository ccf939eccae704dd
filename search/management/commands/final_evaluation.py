"""manage.py final_evaluation EXPERIMENT: networks of a search trained on all training images and scored on the test
set."""

import json
import shutil
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import selectors
from search.artifacts.finals import package_file, package_state
from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment, FinalEvaluation, Individual, WorkState
from search.selectors.evolution_gain import best_along
from search.selectors.finals import best_individuals, final_runs, summarise
from search.services import ask_for_baseline
from search.services.finals.of_searches import ask_for_finals
from search.tasks import nudge_final
from search.worker.final_attempts import run_final_attempt
from search.worker.final_packages import make_final_package


class Command(BaseCommand):
    help = "Train networks of an experiment on all training images and score them on the test set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("experiment", type=int)
        parser.add_argument("--step", type=int, help="one individual; without it the best")
        parser.add_argument("--best", type=int, default=1, help="so many of the best networks (1)")
        parser.add_argument(
            "--along", type=int, help="the best of so many moments of the search, and its first"
        )
        parser.add_argument("--baseline", choices=sorted(BASELINES), help="a reference cell instead")
        parser.add_argument("--preset", choices=sorted(FINAL_PRESETS), default=DEFAULT_PRESET)
        parser.add_argument("--runs", type=int, help="trainings of each, in place of the preset's")
        parser.add_argument("--file", help="a JSON document of protocol fields in place of the preset's")
        parser.add_argument("--package", help="with --here: write the package to take away into this file")
        parser.add_argument("--here", action="store_true", help="train in this process")

    def handle(self, *args: Any, **options: Any) -> None:
        over = json.loads(Path(options["file"]).read_text()) if options["file"] else {}
        if options["runs"] is not None:
            over["repeats"] = options["runs"]
        try:
            rows = self._ask(options, over)
        except ConfigError as refusal:
            raise CommandError(str(refusal)) from None
        for row in rows:
            if row.state == WorkState.WAITING and not options["here"]:
                nudge_final(row.pk)
            while options["here"] and run_final_attempt(
                final_id=row.pk, worker=f"command@{socket.gethostname()}"
            ):
                pass
            if options["package"] and options["here"]:
                self._pack(row.pk, Path(options["package"]))
            self._tell(FinalEvaluation.objects.get(pk=row.pk))

    def _pack(self, final_id: int, to: Path) -> None:
        make_final_package(final_id=final_id)
        row = FinalEvaluation.objects.get(pk=final_id)
        keys: dict[str, Any] = {"phenotype_key": row.phenotype_key, "protocol_key": row.protocol_key}
        state = package_state(**keys, runs=row.runs)
        if state is None or state.problem:
            raise CommandError(f"There is no package: {state.problem if state else row.reason or row.state}")
        shutil.copyfile(package_file(**keys), to)
        self.stdout.write(f"the package is in {to}")

    def _ask(self, options: dict[str, Any], over: dict[str, Any]) -> list[FinalEvaluation]:
        if options["baseline"] is None:
            return ask_for_finals(self._individuals(options), preset=options["preset"], over=over)
        try:
            experiment = selectors.experiment_by_id(options["experiment"])
        except Experiment.DoesNotExist:
            raise CommandError(f"There is no experiment {options['experiment']}.") from None
        return [
            ask_for_baseline(experiment, baseline=options["baseline"], preset=options["preset"], over=over)
        ]

    def _individuals(self, options: dict[str, Any]) -> list[Individual]:
        try:
            if options["step"] is not None:
                return [selectors.individual(options["experiment"], options["step"])]
            experiment = selectors.experiment_by_id(options["experiment"])
            if options["along"] is not None:
                found = best_along(experiment, options["along"])
            else:
                found = best_individuals(experiment, options["best"])
        except Individual.DoesNotExist:
            raise CommandError(
                f"Experiment {options['experiment']} has no individual #{options['step']}."
            ) from None
        except Experiment.DoesNotExist:
            raise CommandError(f"There is no experiment {options['experiment']}.") from None
        if not found:
            raise CommandError(f"Experiment {options['experiment']} has no finished network yet.")
        return found

    def _tell(self, row: FinalEvaluation) -> None:
        runs = final_runs(row)
        summary = summarise(row, runs)
        self.stdout.write(f"final evaluation {row.pk} is {row.state} {row.reason}".rstrip())
        for run in runs:
            self.stdout.write(
                f"run {run.run + 1}: top-1 {100 * run.accuracy:.2f} %, top-5 {100 * run.top5:.2f} %, "
                f"{run.seconds:.1f} s on {run.device}"
            )
        if summary:
            spread = "" if summary.deviation is None else f" ± {100 * summary.deviation:.2f}"
            self.stdout.write(
                f"test accuracy {100 * summary.mean:.2f}{spread} % on {row.test_images:,} images"
            )
