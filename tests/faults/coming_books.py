"""The search under which workers come and go, and what must hold of its rows afterwards."""

import time

from search import services, tasks
from search.evolution.experiments.config import experiment_config
from search.models import AttemptOutcome, EndedAttempt, Evaluation, Experiment, Worker, WorkState
from search.selectors.consistency_audit import violations
from tests.faults import audit
from tests.faults.coming_and_going import FATES, LEASE_SECONDS, Report
from tests.faults.ledger import Ledger, all_violations
from tests.faults.stage import SWEEP_SECONDS, Stage
from tests.faults.trainers import read_diary

ENDLESS = 100_000
IN_FLIGHT = 8


def begin_search(seed: int) -> Experiment:
    """It is not at its end before the workers are."""
    config = experiment_config(
        {
            "space": "hierarchical",
            "strategy": {"initial_population": 20, "initial_mutations": 60, "share_fitness": False},
            "protocol": {"dataset": "digits", "channels": 4, "steps": 100, "batch_size": 16},
            "budget": {"individuals": ENDLESS, "in_flight": IN_FLIGHT},
            "seed": seed,
        }
    )
    experiment = services.create_experiment(name=f"coming and going {seed}", config=config)
    experiment = services.start_experiment(experiment_id=experiment.pk)
    tasks.nudge_experiment(experiment.pk)
    return experiment


def settle(report: Report, experiment: Experiment, stage: Stage) -> None:
    """No worker is left: leases of killed ones run out, then all rows are examined."""
    deadline = time.monotonic() + LEASE_SECONDS + 60 * SWEEP_SECONDS + 30
    while Evaluation.objects.filter(state=WorkState.RUNNING).exists() and time.monotonic() < deadline:
        stage.keep()
        time.sleep(0.2)
    experiment.refresh_from_db()
    report.evaluated = experiment.evaluated
    changes = audit.lease_changes()
    report.given_back = sum(change.handed_back for change in changes)
    report.leases_expired = sum(change.taken_back for change in changes)
    ledger = Ledger()
    ledger.watch()
    found = [*violations(), *all_violations(ledger, read_diary(stage.diary))[0]]
    report.violations += [str(violation) for violation in found]
    report.violations += _unjust(report)
    if Evaluation.objects.filter(state=WorkState.RUNNING).exists():
        report.violations.append("an evaluation runs though no worker is left")
    if report.evaluated == 0:
        report.violations.append("nothing was evaluated")
    if missing := {fate.name for fate in FATES} - set(report.ended):
        report.violations.append(f"fates that no worker met: {missing}")


def _unjust(report: Report) -> list[str]:
    """Attempts that counted although their worker ended in order: who was killed has said no goodbye."""
    left = set(Worker.objects.filter(stopped_at__isnull=False).values_list("name", flat=True))
    killed = set(Worker.objects.filter(stopped_at=None).values_list("name", flat=True))
    counted = EndedAttempt.objects.exclude(outcome=AttemptOutcome.GIVEN_BACK)
    found = [
        f"attempt {row.number} at evaluation {row.evaluation_id} counts though {row.worker} ended in order"
        for row in counted.filter(worker__in=left)
    ]
    found += [
        f"evaluation {row.pk} failed: {row.reason}"
        for row in Evaluation.objects.filter(state=WorkState.FAILED)
    ]
    trainers = {name for name in killed if name.startswith("training@visitor-")}
    if len(trainers) != report.ended["killed"]:
        found.append(f"{sorted(trainers)} said no goodbye, killed were {report.ended['killed']}")
    return found
