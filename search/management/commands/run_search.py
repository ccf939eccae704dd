"""`manage.py run_search`: a whole search in one process, without broker or workers."""

import json
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from search import services
from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.experiments.preset_datasets import moved_to_dataset
from search.evolution.experiments.presets import PRESETS
from search.evolution.text_input import decoded, read_json
from search.logcontext import only_problems
from search.management.interruptions import stop_on_interrupt
from search.management.one_process import OneProcessSearch, lacks
from search.management.search_report import as_document, as_text
from search.models import Experiment, ExperimentState
from search.selectors import experiment_by_id
from search.selectors.budgets import budget_hours

PAUSED_ELSEWHERE = 3
MOST_REPEATS = 16


class Command(BaseCommand):
    help = (
        "Run a whole search in this process and print the best genotype. Ctrl-C pauses it; --resume goes on. "
        "Exit status: 0 finished, 1 failed or stopped, 2 wrong arguments, 3 paused by somebody else, "
        "130 paused by Ctrl-C."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--preset", choices=PRESETS, help="a ready-made configuration (default: quick)")
        source.add_argument("--config", metavar="FILE", help="a configuration as JSON")
        source.add_argument("--resume", metavar="ID", type=int, help="go on with this experiment")
        parser.add_argument(
            "--dataset", help="train on this data set instead of the preset's: a name or folder:NAME"
        )
        parser.add_argument("--name", help="the experiment's name (default: the configuration's)")
        parser.add_argument("--individuals", type=int, help="candidates to evaluate in all")
        parser.add_argument(
            "--in-flight", type=int, help="candidates under way at once (default: 1 with a preset)"
        )
        parser.add_argument(
            "--device-hours",
            metavar="HOURS",
            help="of training, or money such as 30EUR, which end the search",
        )
        parser.add_argument("--seed", type=int, help="the same seed gives the same search")
        parser.add_argument(
            "--rescore",
            type=int,
            default=0,
            metavar="N",
            help="then train the best afresh, N times with new seeds",
        )
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, **options: Any) -> None:
        only_problems()
        if settings.EMBEDDED:  # one person's own database, perhaps not there yet
            call_command("migrate", interactive=False, verbosity=0)
        if not 0 <= options["rescore"] <= MOST_REPEATS:
            raise CommandError(
                f"--rescore {options['rescore']}: give a number from 0 (not at all) to {MOST_REPEATS}",
                returncode=2,
            )
        experiment = _resumed(options["resume"]) if options["resume"] else _created(options)
        if lacking := lacks(experiment):
            raise CommandError(lacking, returncode=2)
        experiment = self._run(experiment)
        if options["rescore"] and experiment.state == ExperimentState.FINISHED:
            self._rescore(experiment, options["rescore"])
        self.stdout.write(
            json.dumps(as_document(experiment), indent=2) if options["json"] else as_text(experiment)
        )
        if experiment.state != ExperimentState.FINISHED:
            paused = experiment.state == ExperimentState.PAUSED
            raise CommandError(
                f"The experiment is {experiment.state}. {experiment.reason}".strip(),
                returncode=PAUSED_ELSEWHERE if paused else 1,
            )

    def _run(self, experiment: Experiment) -> Experiment:
        """To its end, or to Ctrl-C, which pauses it."""
        search = OneProcessSearch(experiment, self.stderr)
        with stop_on_interrupt(), suppress(KeyboardInterrupt):
            search.run()
        experiment = experiment_by_id(experiment.pk)
        if experiment.state == ExperimentState.RUNNING:
            services.pause_experiment(experiment_id=experiment.pk)
            raise CommandError(
                f"Paused. Go on with: manage.py run_search --resume {experiment.pk}", returncode=130
            )
        return experiment

    def _rescore(self, experiment: Experiment, repeats: int) -> None:
        try:
            self._run(services.rescore_best(experiment_id=experiment.pk, repeats=repeats))
        except services.Conflict as error:
            self.stderr.write(f"--rescore: {error}")


def _created(options: dict[str, Any]) -> Experiment:
    config = _config(options)
    name = options["name"] or (Path(options["config"]).stem if options["config"] else _preset(options).title)
    experiment = services.create_experiment(name=name, config=config)
    return services.start_experiment(experiment_id=experiment.pk)


def _preset(options: dict[str, Any]) -> Any:
    return PRESETS[options["preset"] or "quick"]


def _config(options: dict[str, Any]) -> ExperimentConfig:
    if options["config"]:
        document = _read(Path(options["config"]))
    else:
        config = _preset(options).config
        over = {"dataset": options["dataset"]} if options["dataset"] else {}
        document = config.to_json() | {"protocol": moved_to_dataset(config.protocol, over) | over}
        document["budget"]["in_flight"] = (
            1  # one process trains one at a time; more would only be proposed blindly
        )
    for option, section, field in (
        ("individuals", "budget", "individuals"),
        ("in_flight", "budget", "in_flight"),
        ("device_hours", "budget", "device_hours"),
        ("seed", None, "seed"),
    ):
        if options[option] is not None and isinstance(document, dict):
            target = document if section is None else document.setdefault(section, {})
            target[field] = _hours(options[option]) if option == "device_hours" else options[option]
    try:
        return experiment_config(document)
    except ConfigError as error:
        lines = [f"  {path}: {message}" for path, message in error.errors]
        raise CommandError("\n".join(["The configuration is not right:", *lines]), returncode=2) from None


def _hours(written: object) -> float:
    try:
        return budget_hours(str(written))
    except ValueError as refusal:
        raise CommandError(f"--device-hours: {refusal}", returncode=2) from None


def _read(path: Path) -> Any:
    try:
        return read_json(decoded(path.read_bytes()))
    except OSError as error:
        raise CommandError(f"--config {path}: {error.strerror}", returncode=2) from None
    except ValueError as error:
        raise CommandError(f"--config {path} is not JSON: {error}", returncode=2) from None


def _resumed(experiment_id: int) -> Experiment:
    try:
        experiment = experiment_by_id(experiment_id)
        if experiment.state == ExperimentState.DRAFT:
            services.start_experiment(experiment_id=experiment_id)
        elif experiment.state not in (ExperimentState.RUNNING, ExperimentState.FINISHED):
            services.resume_experiment(experiment_id=experiment_id)
    except Experiment.DoesNotExist:
        raise CommandError(f"--resume {experiment_id}: there is no such experiment", returncode=2) from None
    except services.Conflict as error:
        raise CommandError(f"--resume {experiment_id}: {error}", returncode=2) from None
    return experiment
