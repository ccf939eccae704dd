"""manage.py shared_training VERB: shared trainings started, watched, paused, resumed, stopped and made use of."""

import json
import shutil
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.artifacts.stored import artifact_file
from search.evolution.artifacts import artifact_key
from search.evolution.experiments.config import ConfigError
from search.evolution.experiments.shared_trainings import METHODS, shared_training
from search.models import Artifact
from search.selectors.shared_trainings import agreement, shared_training_by_id, shared_trainings
from search.services.artifacts import asking
from search.services.errors import Conflict
from search.services.proposing.shared_weights import retrain_best, search_with_weights
from search.tasks import nudge_artifact, nudge_experiment
from search.worker.artifact_attempts import run_artifact_attempt

PLAIN = {"pause": asking.pause_artifact, "stop": asking.stop_artifact}
AGAIN = {"resume": asking.resume_artifact, "retry": asking.retry_artifact}


class Command(BaseCommand):
    help = "Shared trainings: start, list, show, pause, resume, stop, retry, weights, search, retrain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        start = verbs.add_parser(
            "start", help="train shared weights, on a worker or with --here in this process"
        )
        start.add_argument("--file", help="a JSON document with method, space, protocol, epochs and so on")
        start.add_argument("--method", choices=sorted(METHODS), help="in place of the document's")
        start.add_argument("--name", default="shared weights")
        start.add_argument("--here", action="store_true", help="train in this process")
        verbs.add_parser("list", help="all of them, the latest first")
        for verb in ("show", *PLAIN, *AGAIN):
            verbs.add_parser(verb).add_argument("id", type=int)
        weights = verbs.add_parser("weights", help="copy the finished weights to a file")
        weights.add_argument("id", type=int)
        weights.add_argument("to", type=Path)
        for verb, count in (("search", 50), ("retrain", 5)):
            command = verbs.add_parser(verb)
            command.add_argument("id", type=int)
            command.add_argument("--count", type=int, default=count, help=f"networks ({count})")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}", self._change)(options)
        except (Conflict, ConfigError) as refusal:
            raise CommandError(str(refusal)) from None
        except Artifact.DoesNotExist:
            raise CommandError(f"There is no shared training {options['id']}.") from None

    def _start(self, options: dict[str, Any]) -> None:
        document = json.loads(Path(options["file"]).read_text()) if options["file"] else {}
        if options["method"]:
            document["method"] = options["method"]
        stored = shared_training(document).to_json()
        row, new = asking.ask_for_artifact(key=artifact_key(stored), name=options["name"], document=stored)
        self.stdout.write(f"shared training {row.pk} is {row.state}" + ("" if new else ", known already"))
        if options["here"]:
            evaluations, _ = run_artifact_attempt(
                artifact_id=row.pk, worker=f"command@{socket.gethostname()}"
            )
            self._show({"id": row.pk})
            self.stdout.write(f"{len(evaluations)} evaluations waited for it")
        else:
            nudge_artifact(row.pk)

    def _list(self, options: dict[str, Any]) -> None:
        for row in shared_trainings().iterator(chunk_size=500):
            state = "paused" if row.paused else row.state
            self.stdout.write(
                f"{row.pk}  {row.document['method']:7} {state:9} {100 * row.progress:3.0f} %  {row.name}"
            )

    def _show(self, options: dict[str, Any]) -> None:
        row = shared_training_by_id(options["id"])
        self.stdout.write(f"{row.name}: {row.document['method']}, {row.state} {row.reason}".rstrip())
        for point in row.history:
            accuracy = "" if point["accuracy"] is None else f", {100 * point['accuracy']:.1f} %"
            self.stdout.write(
                f"epoch {point['epoch']}: loss {point['loss']:.3f}{accuracy} {point['derived']}".rstrip()
            )
        if row.result:
            self.stdout.write(f"derived {row.result['derived']}, {100 * row.result['accuracy']:.1f} %")
        if (found := agreement(row)) is not None:
            for name, tau in (("shared weights", found.shared), ("parameters", found.parameters)):
                self.stdout.write(
                    f"Kendall's tau of {name} with training from scratch: {tau.tau:.2f} "
                    f"[{tau.low:.2f}, {tau.high:.2f}] over {tau.pairs} networks"
                )

    def _change(self, options: dict[str, Any]) -> None:
        verb, key = options["verb"], options["id"]
        if verb in PLAIN:
            PLAIN[verb](artifact_id=key)
        else:
            AGAIN[verb](artifact_id=key)
            nudge_artifact(key)
        self._list(options)

    def _weights(self, options: dict[str, Any]) -> None:
        path = artifact_file(shared_training_by_id(options["id"]).key)
        if not path.is_file():
            raise CommandError(f"Shared training {options['id']} has left no weights on this machine yet.")
        shutil.copyfile(path, options["to"])

    def _search(self, options: dict[str, Any]) -> None:
        row = shared_training_by_id(options["id"])
        experiment = search_with_weights(artifact=row, individuals=options["count"])
        nudge_experiment(experiment.pk)
        self.stdout.write(f"experiment {experiment.pk}: {experiment.name}")

    def _retrain(self, options: dict[str, Any]) -> None:
        experiment = retrain_best(artifact=shared_training_by_id(options["id"]), count=options["count"])
        nudge_experiment(experiment.pk)
        self.stdout.write(f"experiment {experiment.pk}: {experiment.name}")
