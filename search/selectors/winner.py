"""The winner of a search that is over: how it came about, and what it will likely lose when trained afresh."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, Variance

from search.models import Experiment, Individual, WorkState
from search.selectors.lineage import ancestors
from search.selectors.rescored import Rescored, rescored


@dataclass(frozen=True)
class Winner:
    """The fittest individual against the initial one that it descends from. Fitness as a fraction."""

    step: int
    start: float | None
    """Fitness of the initial individual at the beginning of its line; None where that has none, or none is known."""
    fitness: float
    edits: int
    """Steps from that individual to the winner."""
    networks: int
    """Different networks that it was the best of."""
    repeats: int
    """Trainings that its fitness is the mean of."""
    afresh: float | None
    """What its mean would be if it were trained again, as far as the noise of the search tells; None: it does not."""
    rescored: Rescored | None = None
    """What it reached when it was trained again."""

    @property
    def summary(self) -> str:
        """In one sentence how the winner came about."""
        if not self.edits:
            return f"The best stood at {_per_cent(self.fitness)} from the start: no edit led to a fitter network."
        made = "1 edit made it" if self.edits == 1 else f"{self.edits:,} edits made it"
        if self.start is None:
            return f"{_per_cent(self.fitness)}: {made}."
        return f"{100 * self.start:.1f} → {_per_cent(self.fitness)}: {made}."

    @property
    def caution(self) -> str:
        """In one sentence what a value is worth that won because it was the highest: measured, where that was done."""
        if self.rescored is not None:
            return self.rescored.summary
        if self.networks < 2:
            return ""
        each = "once" if self.repeats == 1 else f"{self.repeats} times"
        said = f"It is the highest of {self.networks:,} networks trained {each} each, so part of its value is luck"
        if self.afresh is None:
            return f"{said}: trained afresh it will likely score lower."
        return f"{said}: trained afresh it will likely reach {_per_cent(self.afresh)}."


def winner(experiment: Experiment) -> Winner | None:
    """None while there is no evaluated individual, and of an experiment that only trains another's best afresh. Walks
    up one line: for searches that are over."""
    best = experiment.best
    if best is None or best.fitness is None or experiment.rescores_id is not None:
        return None
    line = ancestors(best)
    first = line.members[0] if line.members and not line.cut else None
    rows = Individual.objects.filter(experiment=experiment, state=WorkState.DONE)
    networks = rows.aggregate(count=Count("genotype__phenotype_key", distinct=True))["count"]
    repeats = experiment.configuration.protocol.repeats
    return Winner(
        step=best.step,
        start=first.fitness if first else None,
        fitness=best.fitness,
        edits=best.generation,
        networks=networks,
        repeats=repeats,
        afresh=_trained_afresh(experiment, best.fitness, repeats),
        rescored=rescored(best),
    )


def _trained_afresh(experiment: Experiment, highest: float, repeats: int) -> float | None:
    """The highest value shrunk towards the mean by the share of the variance that is noise: the best guess of its true
    mean where both are normal. Known only where networks were trained more than once."""
    rows = Individual.objects.filter(
        experiment=experiment, state=WorkState.DONE, fitness_spread__isnull=False
    )
    found = rows.aggregate(
        mean=Avg("fitness"),
        variance=Variance("fitness"),
        noise=Avg(F("fitness_spread") * F("fitness_spread")),
    )
    if repeats < 2 or not found["variance"]:
        return None
    real: float = max(0.0, 1 - found["noise"] / repeats / found["variance"])
    mean = float(found["mean"])
    return mean + real * (highest - mean)


def _per_cent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"
