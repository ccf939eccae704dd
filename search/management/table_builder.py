"""Building a benchmark table through ordinary evaluations: leases, heartbeats, and going on after any interruption.

Its networks are individuals that a person added to an experiment that proposes nothing. What is trained is asked of the
fitness records alone, so a building that was killed goes on where it stood, and several processes may share it.
"""

import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import CommandError

from search import services
from search.evolution.experiments.config import DEFAULT_TRAINER, ExperimentConfig
from search.management.stored_trainings import StoredTrainings
from search.models import Experiment, ExperimentState
from search.selectors.table_records import Trained, evaluation_of_step, trained_repeats
from search.tables.plans import TablePlan, Training, trainings
from search.worker.attempts import run_attempt
from search.worker.stop_flag import told_to_stop

_TOKENS = uuid.UUID("6b2f6f2e-6a0f-4c0e-9c55-6f1f6e61aa15")
NO_TEST_SCORES = (
    "This process's trainer is {have}, which scores no test images; "
    "set NASWEB_TRAINER=search.training.table_trainer.train"
)


Say = Callable[[str], None]


@dataclass(frozen=True)
class Share:
    """What one process trains: every `processes`-th network from `process` on, the first `seeds` times."""

    process: int
    processes: int
    seeds: int


class TableBuilder:
    """Trains what a plan still misses, one network after the other."""

    def __init__(self, plan: TablePlan, share: Share, stored: StoredTrainings, say: Say) -> None:
        if settings.TRAINER == DEFAULT_TRAINER:
            raise CommandError(NO_TEST_SCORES.format(have=settings.TRAINER), returncode=2)
        self._plan, self._share, self._stored, self._say = plan, share, stored, say
        self._worker = f"build_table-{plan.name}-{share.process}@{socket.gethostname()}"
        self._experiment = _experiment_of(plan)
        services.release_worker(worker=self._worker)  # what an earlier, killed run of this process held

    def run(self, *, most_seconds: float | None = None) -> bool:
        """Until the first `seeds` trainings of each network are made, the time is up or the process is told to stop.
        Says whether all are made.
        """
        rows = trainings(self._plan)
        have = trained_repeats(self._plan.protocol)
        start = said = time.monotonic()
        for number, row in enumerate(rows):
            if (
                row.repeat >= self._share.seeds
                or Trained(row.key, row.repeat) in have
                or not self._is_ours(row)
            ):
                continue
            if told_to_stop() or (most_seconds is not None and time.monotonic() - start > most_seconds):
                return False
            self._train(row)
            if time.monotonic() - said > settings.SWEEP_SECONDS:
                said = time.monotonic()
                self._say(f"{row.part}: {number + 1} of {len(rows)} trainings")
                services.recover_silent()
        return not told_to_stop()

    def _is_ours(self, row: Training) -> bool:
        """By network: one process trains all repeats of one, for a repeat is asked for after those before it."""
        return int(row.key, 16) % self._share.processes == self._share.process

    def _train(self, row: Training) -> None:
        added = services.evaluate_genotype(
            experiment_id=self._experiment.pk,
            genotype=row.genotype,
            token=uuid.uuid5(_TOKENS, f"{self._plan.name} {row.key} {row.repeat}"),
            eligible=False,
        )
        evaluation_id = evaluation_of_step(added.experiment_id, added.step)
        if not self._stored.put_back(row, evaluation_id, worker=self._worker):
            run_attempt(evaluation_id=evaluation_id, worker=self._worker)


def _experiment_of(plan: TablePlan) -> Experiment:
    """The plan's experiment, running; made when it is not there. It never advances, so it proposes nothing."""
    launch = uuid.uuid5(_TOKENS, plan.name)
    config = ExperimentConfig.model_validate(
        {
            "space": plan.space,
            "strategy": {"kind": "random"},
            "protocol": plan.protocol,
            "budget": {"individuals": 1, "failures_before_pause": 0},
            "decisions": {"first_repeats": 1 if plan.protocol.repeats > 1 else 0},
        }
    )
    experiment = services.create_experiment(
        name=f"Benchmark table: {plan.name}", config=config, launch=launch
    )
    if experiment.state == ExperimentState.DRAFT:
        return services.start_experiment(experiment_id=experiment.pk)
    if experiment.state != ExperimentState.RUNNING:
        return services.resume_experiment(experiment_id=experiment.pk)
    return experiment
