"""What the best of a search reached when it was trained afresh, beside the value that won."""

from dataclasses import dataclass

from search.evolution.statistics.samples import Estimate, Sample, mean_of
from search.models import Experiment, ExperimentState, FitnessRecord, Individual


@dataclass(frozen=True)
class Rescored:
    """Fresh trainings of one individual's network, over all experiments that were started for that."""

    step: int
    won: float
    """The fitness that it became the best by, a fraction."""
    trainings: int
    """That have ended."""
    planned: int
    estimate: Estimate | None
    """Their mean with its 95 % interval; None before the first has ended."""
    experiments: tuple[int, ...]
    """In which they are, the latest last."""

    @property
    def loss(self) -> float | None:
        """What the winning fitness loses, as a fraction; negative where it gains."""
        return None if self.estimate is None else self.won - self.estimate.value

    @property
    def is_open(self) -> bool:
        return self.trainings < self.planned

    @property
    def summary(self) -> str:
        """In one sentence."""
        if self.estimate is None or self.loss is None:
            return f"It is being trained afresh, {self.planned} times: none has ended yet."
        times = "once" if self.trainings == 1 else f"{self.trainings} times"
        interval = ""
        if self.estimate.margin is not None:
            low, high = 100 * max(0.0, self.estimate.low), 100 * min(1.0, self.estimate.high)
            interval = f" (95 % interval of the mean {low:.1f} to {high:.1f})"
        side = "below" if self.loss >= 0 else "above"
        return (
            f"Trained afresh {times} with other seeds it reached {100 * self.estimate.value:.1f} %{interval}: "
            f"{100 * abs(self.loss):.1f} points {side} the {100 * self.won:.1f} % that won."
        )


def rescored(individual: Individual | None) -> Rescored | None:
    """None of an individual without fitness, and of one that nobody has trained afresh."""
    if individual is None or individual.fitness is None:
        return None
    made = list(Experiment.objects.filter(rescores=individual).order_by("pk").only("pk", "config", "state"))
    if not made:
        return None
    # What people add to such an experiment by hand takes a later step.
    networks = Individual.objects.filter(experiment__in=made, step=0)
    records = FitnessRecord.objects.filter(evaluation__in=networks.values("evaluation"))
    accuracies = list(records.values_list("accuracy", flat=True))
    going_on = [row for row in made if row.state in (ExperimentState.RUNNING, ExperimentState.PAUSED)]
    planned = len(accuracies)
    if going_on:
        planned = sum(row.configuration.protocol.repeats for row in made)
    return Rescored(
        step=individual.step,
        won=individual.fitness,
        trainings=len(accuracies),
        planned=planned,
        estimate=mean_of(Sample.of(*accuracies)),
        experiments=tuple(row.pk for row in made),
    )
