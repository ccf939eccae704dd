"""`manage.py run_search`: a whole search in one process, without a broker or a worker."""

import json
import os
import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from search import services
from search.evolution.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.presets import PRESETS
from search.logcontext import only_problems
from search.management.one_process import OneProcessSearch
from search.management.search_report import as_document, as_text
from search.models import Experiment, ExperimentState
from search.selectors import experiment_by_id
from search.stopping import forget, tell_to_stop, told_to_stop

PAUSED_ELSEWHERE = 3
STDERR = 2
STOPPING = "\nStopping at the next sign of progress; once more: at once.\n"


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
        parser.add_argument("--name", help="the experiment's name (default: the configuration's)")
        parser.add_argument("--individuals", type=int, help="candidates to evaluate in all")
        parser.add_argument(
            "--in-flight", type=int, help="candidates under way at once (default: 1 with a preset)"
        )
        parser.add_argument("--seed", type=int, help="the same seed gives the same search")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, **options: Any) -> None:
        only_problems()
        if settings.EMBEDDED:  # one person's own database, perhaps not there yet
            call_command("migrate", interactive=False, verbosity=0)
        experiment = _resumed(options["resume"]) if options["resume"] else _created(options)
        search = OneProcessSearch(experiment, self.stderr)
        with _interruptions(), suppress(KeyboardInterrupt):
            search.run()
        experiment = experiment_by_id(experiment.pk)
        if experiment.state == ExperimentState.RUNNING:
            services.pause_experiment(experiment_id=experiment.pk)
            raise CommandError(
                f"Paused. Go on with: manage.py run_search --resume {experiment.pk}", returncode=130
            )
        self.stdout.write(
            json.dumps(as_document(experiment), indent=2) if options["json"] else as_text(experiment)
        )
        if experiment.state != ExperimentState.FINISHED:
            paused = experiment.state == ExperimentState.PAUSED
            raise CommandError(
                f"The experiment is {experiment.state}. {experiment.reason}".strip(),
                returncode=PAUSED_ELSEWHERE if paused else 1,
            )


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
        document = _preset(options).config.to_json()
        document["budget"]["in_flight"] = (
            1  # one process trains one at a time; more would only be proposed blindly
        )
    for option, section, field in (
        ("individuals", "budget", "individuals"),
        ("in_flight", "budget", "in_flight"),
        ("seed", None, "seed"),
    ):
        if options[option] is not None and isinstance(document, dict):
            target = document if section is None else document.setdefault(section, {})
            target[field] = options[option]
    try:
        return experiment_config(document)
    except ConfigError as error:
        lines = [f"  {path}: {message}" for path, message in error.errors]
        raise CommandError("\n".join(["The configuration is not right:", *lines]), returncode=2) from None


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
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


@contextmanager
def _interruptions() -> Iterator[None]:
    """Ctrl-C and SIGTERM end a training at its next sign of progress, so that none ends and is lost; a second one ends
    it where it is."""
    forget()
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        forget()


def _interrupt(number: int, frame: FrameType | None) -> None:
    if told_to_stop():
        raise KeyboardInterrupt
    tell_to_stop()
    os.write(STDERR, STOPPING.encode())  # printing may be what was interrupted
