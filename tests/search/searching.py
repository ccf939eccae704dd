"""A small search for tests: its configuration, and one process that works it off."""

from collections import deque
from typing import Any

from search import services
from search.attempts import run_attempt
from search.evolution.config import ExperimentConfig, experiment_config
from search.models import Experiment, Individual


def small_config(
    *, individuals: int = 12, in_flight: int = 2, seed: int = 1, **sections: dict[str, Any]
) -> ExperimentConfig:
    """Hierarchical genotypes on digits; sections such as `strategy={...}` change single fields."""
    document: dict[str, Any] = {
        "space": "hierarchical",
        "strategy": {"initial_population": 5, "initial_mutations": 100},
        "protocol": {"dataset": "digits", "channels": 4, "steps": 10, "batch_size": 16},
        "budget": {"individuals": individuals, "in_flight": in_flight},
        "seed": seed,
    }
    for name, section in sections.items():
        document[name] = {**document[name], **section} if isinstance(section, dict) else section
    return experiment_config(document)


def created(config: ExperimentConfig | None = None, *, name: str = "test") -> Experiment:
    return services.create_experiment(name=name, config=config or small_config())


def started(config: ExperimentConfig | None = None, *, name: str = "test") -> Experiment:
    return services.start_experiment(experiment_id=created(config, name=name).pk)


def work_off(experiment: Experiment, *, worker: str = "worker") -> Experiment:
    """One process that advances and evaluates in turn, until nothing is left to do."""
    queue = deque(services.advance_experiment(experiment_id=experiment.pk))
    while queue:
        for experiment_id in run_attempt(evaluation_id=queue.popleft(), worker=worker):
            queue.extend(services.advance_experiment(experiment_id=experiment_id))
    experiment.refresh_from_db()
    return experiment


def history(experiment: Experiment) -> list[tuple[Any, ...]]:
    """What a repeated search must repeat."""
    rows = Individual.objects.filter(experiment=experiment).order_by("step")
    fields = (
        "step",
        "genotype__key",
        "parent__step",
        "origin",
        "fitness",
        "completion",
        "population_seen",
        "state",
    )
    return list(rows.values_list(*fields))
