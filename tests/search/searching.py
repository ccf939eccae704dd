"""A small search for tests: its configuration, and one process that works it off."""

from collections import deque
from typing import Any

from search import services
from search.evolution.evaluation import Evaluated
from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.models import Evaluation, Experiment, FitnessRecord, Genotype, Individual
from search.services import Claim
from search.worker.attempts import run_attempt
from search.worker.learning import run_learning
from tests.processes import eventually


def small_config(
    *,
    individuals: int = 12,
    in_flight: int = 2,
    seed: int = 1,
    space: object = "hierarchical",
    **sections: dict[str, Any],
) -> ExperimentConfig:
    """Hierarchical genotypes on digits; sections such as `strategy={...}` change single fields."""
    document: dict[str, Any] = {
        "space": space,
        "strategy": {"initial_population": 5, "initial_mutations": 100},
        "protocol": {"dataset": "digits", "channels": 4, "steps": 10, "batch_size": 16},
        "budget": {"individuals": individuals, "in_flight": in_flight},
        "seed": seed,
    }
    for name, section in sections.items():
        document[name] = {**document.get(name, {}), **section}
    return experiment_config(document)


def created(config: ExperimentConfig | None = None, *, name: str = "test") -> Experiment:
    return services.create_experiment(name=name, config=config or small_config())


def started(config: ExperimentConfig | None = None, *, name: str = "test") -> Experiment:
    return services.start_experiment(experiment_id=created(config, name=name).pk)


def work_off(experiment: Experiment, *, worker: str = "worker") -> Experiment:
    """One process that advances and evaluates in turn, until nothing is left to do."""
    queue = deque(advanced(experiment.pk))
    while queue:
        first = queue.popleft()
        for experiment_id in run_attempt(evaluation_id=first, worker=worker, send=queue.append):
            queue.extend(advanced(experiment_id))
    experiment.refresh_from_db()
    return experiment


def advanced(experiment_id: int) -> list[int]:
    """As the tasks do it, learned strategies included: the evaluations to train."""
    send = services.advance_experiment(experiment_id=experiment_id)
    while services.take_unsent_learning(experiment_id=experiment_id):
        run_learning(experiment_id=experiment_id, worker="learner")
        send += services.advance_experiment(experiment_id=experiment_id)
    return send


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


def claim_next(experiment: Experiment, *, worker: str = "worker") -> Claim:
    """Advance if need be and claim the earliest individual's evaluation."""
    services.advance_experiment(experiment_id=experiment.pk)
    waiting = Individual.objects.filter(experiment=experiment, state="waiting").order_by("step").first()
    assert waiting is not None
    claim = services.claim_evaluation(evaluation_id=waiting.evaluation_id, worker=worker)
    assert claim is not None
    return claim


def record(claim: Claim, *accuracies: float, first: int = 0) -> None:
    """Finished repeats with these accuracies."""
    for repeat, accuracy in enumerate(accuracies, start=first):
        services.record_repeat(claim=claim, repeat=repeat, seed=repeat, result=trained(accuracy))


def trained(accuracy: float) -> Evaluated:
    return Evaluated(accuracy=accuracy, curve=({"step": 1, "loss": 0.5},), seconds=2.0, device="cpu")


def finish(claim: Claim, accuracy: float = 0.5) -> list[int]:
    """End an evaluation of one repeat."""
    record(claim, accuracy)
    return services.finish_evaluation(claim=claim)


def individual(experiment: Experiment, step: int) -> Individual:
    return Individual.objects.select_related("evaluation", "genotype", "parent").get(
        experiment=experiment, step=step
    )


def forget_everything() -> None:
    """No network is known any more."""
    Experiment.objects.update(best=None)
    for model in (FitnessRecord, Individual, Evaluation, Genotype, Experiment):
        model.objects.all().delete()


def ends(experiment: Experiment, state: str = "finished", *, seconds: float = 60) -> None:
    """Wait until an experiment is in a state."""

    def reached() -> bool:
        experiment.refresh_from_db()
        return experiment.state == state

    eventually(reached, f"experiment {experiment.pk} is {state}", seconds=seconds)
