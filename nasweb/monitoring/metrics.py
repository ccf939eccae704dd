"""Prometheus metrics, all from the database, so that any number of web processes answer alike."""

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from search.selectors import monitoring

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """The figures of this moment in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Searches())
    return generate_latest(registry)


class _Searches(Collector):
    def describe(self) -> list[Metric]:
        """Nothing: the registry would read the database to learn the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _work(monitoring.work())
        yield from _totals(monitoring.totals())
        yield from _workers()


def _work(work: monitoring.WorkCounts) -> Iterator[Metric]:
    yield _gauge("evaluations_waiting", "Evaluations that wait for a worker: the queue.", work.waiting)
    yield _gauge(
        "evaluations_held", "Evaluations that wait because no experiment that needs them runs.", work.held
    )
    yield _gauge("evaluations_running", "Evaluations that are being trained.", work.running)
    yield _gauge(
        "evaluation_oldest_waiting_seconds",
        "Age of the oldest evaluation of the queue, 0 when it is empty.",
        work.oldest_waiting_seconds,
    )
    yield _gauge(
        "evaluation_oldest_heartbeat_seconds",
        "Silence of the training that is silent for longest, 0 when nothing is trained.",
        work.oldest_heartbeat_seconds,
    )
    yield _counters("evaluations_ended", "Evaluations that came to an end.", "state", work.ended)
    yield _counters("evaluation_failures", "Failed evaluations.", "reason", work.failures)


def _totals(totals: monitoring.Totals) -> Iterator[Metric]:
    experiments = GaugeMetricFamily("nasweb_experiments", "Experiments.", labels=["state"])
    for state, count in totals.experiments.items():
        experiments.add_metric([state], count)
    yield experiments
    yield _counter("individuals_proposed", "Individuals of all experiments.", totals.proposed)
    yield _counter("individuals_evaluated", "Individuals with a fitness.", totals.evaluated)
    yield _counter("individuals_failed", "Individuals whose evaluation failed.", totals.failed)
    yield _counter("individuals_shared", "Individuals whose network was known or under way.", totals.shared)
    yield _counter("train_seconds", "Seconds of finished trainings.", totals.train_seconds)


def _workers() -> Iterator[Metric]:
    alive = GaugeMetricFamily("nasweb_workers_alive", "Workers that train, by where.", labels=["device"])
    processes = GaugeMetricFamily(
        "nasweb_worker_processes", "Trainings that the living workers can run at once.", labels=["device"]
    )
    silence = GaugeMetricFamily(
        "nasweb_worker_heartbeat_seconds",
        "Silence of each worker that has not said goodbye, for an hour.",
        labels=["worker", "device"],
    )
    living: dict[str, tuple[int, int]] = {}
    steps = 0
    for row in monitoring.watched_workers():
        silence.add_metric([row.name, row.device], row.silent_seconds)
        if not row.processes:
            steps += row.alive
            continue
        workers, trainings = living.get(row.device, (0, 0))  # a silent one leaves a zero behind, which alarms
        living[row.device] = (workers + row.alive, trainings + row.alive * row.processes)
    for device, (workers, trainings) in living.items():
        alive.add_metric([device], workers)
        processes.add_metric([device], trainings)
    yield from (alive, processes, silence)
    yield _gauge("steps_workers_alive", "Workers that only take the steps between trainings.", steps)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"nasweb_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"nasweb_{name}", meaning, value=value)


def _counters(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"nasweb_{name}", meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
