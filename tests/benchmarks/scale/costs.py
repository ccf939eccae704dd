"""Costs of what a search asks of its servers: claim, step, heartbeat, report, sweep and message, each by itself.

Each is measured three ways: by the clock, in processor time of the worker, and in that of its database process. By the
clock it says how long things take on this machine in this minute, which is what a real run beside it is compared with;
the processor times say the same on a busy machine as on a quiet one, and go into the simulation of other machines.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nasweb.celery import app
from search import services, tasks
from search.evolution.evaluation import CurvePoint, Evaluated
from search.models import Experiment
from search.services import Claim, Repeat
from search.services.workers import report_worker
from search.worker.attempts import run_attempt
from tests.benchmarks.processor import broker_seconds, database_seconds
from tests.benchmarks.scale.simulation import Costs
from tests.benchmarks.synthetic import benchmark_config

ROOM = 100_000
RESULT = Evaluated(accuracy=0.5, curve=({"step": 1, "loss": 0.5},), seconds=1.0, device="none")
CURVE: list[CurvePoint] = [
    {"step": step, "loss": 0.5, "train_accuracy": 0.5, "validation_accuracy": 0.5, "seconds": 1.0}
    for step in range(50)
]
"""A heartbeat writes the points that there are so far."""


@dataclass(frozen=True)
class Cost:
    """Seconds for one."""

    wall: float
    worker: float
    """Of the processor, in the worker's process."""
    database: float
    """Of the processor, in the database's process."""


@dataclass(frozen=True)
class Measured:
    """All costs."""

    claim: Cost
    step: Cost
    attempt: Cost
    """A whole evaluation whose training takes no time: claim and step are in it."""
    heartbeat: Cost
    report: Cost
    sweep: Cost
    broker: float
    """Processor seconds of the broker for one message."""

    def by_the_clock(self) -> Costs:
        """As this machine takes them now."""
        return self._costs(lambda cost: max(0.0, cost.wall - cost.database))

    def elsewhere(self, way: float) -> Costs:
        """On a machine that is not busy; `way` seconds beside the processors for each transaction: the network's and
        the disk's."""
        return self._costs(lambda cost: cost.worker + way)

    def _costs(self, client: Callable[[Cost], float]) -> Costs:
        return Costs(
            claim_database=self.claim.database,
            claim_client=client(self.claim),
            step_database=self.step.database,
            step_client=client(self.step),
            rest_client=max(0.0, client(self.attempt) - client(self.claim) - client(self.step)),
            heartbeat_database=self.heartbeat.database,
            report_database=self.report.database,
            sweep_database=self.sweep.database,
            broker=self.broker,
        )


def searched(in_flight: int, seed: int) -> tuple[Experiment, list[int]]:
    """A running search without a budget to speak of, and the evaluations that wait."""
    config = benchmark_config(ROOM, in_flight=in_flight, seed=seed, share_fitness=False)
    experiment = services.create_experiment(name=f"scale {seed}", config=config)
    services.start_experiment(experiment_id=experiment.pk)
    return experiment, services.advance_experiment(experiment_id=experiment.pk)


def claimed(waiting: list[int]) -> list[Claim]:
    claims = [services.claim_evaluation(evaluation_id=key, worker="benchmark") for key in waiting]
    return [claim for claim in claims if claim is not None]


def measure(evaluations: int, *, messages: bool) -> Measured:
    """On the configured database; `messages` also on the configured broker."""
    _, waiting = searched(evaluations, seed=1)
    claims: list[Claim] = []

    def claim(key: int) -> None:
        claims.extend(claimed([key]))

    # The first few load code and prepare statements.
    for key in waiting[: evaluations // 5]:
        claim(key)
    first = list(claims)
    for each in first:
        _step(each)
    claim_cost = _cost([partial(claim, key) for key in waiting[len(first) :]])
    mine = claims[len(first) :]
    heartbeat = _cost([partial(_beat, each) for each in mine])
    report = _cost([partial(_report, number) for number in range(len(mine))])
    sweep = _cost([services.sweep] * 5)
    step = _cost([partial(_step, each) for each in mine])
    _, more = searched(evaluations, seed=2)
    attempt = _cost([partial(_attempt, key) for key in more])
    broker = _message(evaluations) if messages else 0.0
    return Measured(claim_cost, step, attempt, heartbeat, report, sweep, broker)


def _cost(acts: Sequence[Callable[[], object]]) -> Cost:
    began, worked, used = time.perf_counter(), time.process_time(), database_seconds()
    for act in acts:
        act()
    wall, worker = time.perf_counter() - began, time.process_time() - worked
    database, number = database_seconds() - used, len(acts)
    return Cost(wall / number, worker / number, database / number)


def _step(claim: Claim) -> None:
    services.complete_evaluation(claim=claim, last=Repeat(0, claim.evaluation_id, RESULT), propose=True)


def _beat(claim: Claim) -> None:
    services.heartbeat_evaluation(claim=claim, progress=0.5, live_curve=CURVE)


def _report(number: int) -> None:
    report_worker(name=f"benchmark-{number % 20}", device="cpu", version="trainer", processes=1)


def _attempt(key: int) -> None:
    run_attempt(evaluation_id=key, worker="benchmark", send=lambda _: None)


def _message(number: int) -> float:
    """Sent, taken and acknowledged as Celery does it."""
    before = broker_seconds()
    for key in range(number):
        tasks.evaluate.delay(key)
    with app.connection_for_read() as connection, connection.SimpleQueue("training") as queue:
        for _ in range(number):
            queue.get(timeout=10).ack()
    return (broker_seconds() - before) / number
