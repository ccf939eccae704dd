"""Populations made by hand, whose statistics can be worked out on paper: rows alone, nothing is proposed or trained."""

from collections.abc import Mapping
from typing import Any

from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import Genotype as Text
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.models import Evaluation, Experiment, Genotype, Individual, Motif, MotifUse, WorkState

Uses = Mapping[str, int]
"""Motif's name -> how often the network uses it."""

CHAIN = [["sep3x3"], [None, "max3x3"], [None, None, "identity"]]


class Population:
    """An experiment that grows one individual at a time; `close` writes its counters."""

    def __init__(
        self, name: str = "by hand", *, config: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        document = {**PRESETS["quick"].config.to_json(), "decisions": {}, **(config or {})}
        self.experiment = Experiment.objects.create(
            name=name, config=document, individuals_planned=1000, **{"state": "finished", **fields}
        )

    def add(
        self,
        fitness: float | None,
        *,
        network: str,
        motifs: Uses | list[tuple[str, int]] = (),  # type: ignore[assignment]
        parent: int | None = None,
        mutation: tuple[int, int, int] | None = None,
        parameters: int = 1000,
        seconds: float = 10.0,
        state: str | None = None,
    ) -> Individual:
        """`motifs` in slots 1, 2, …; pairs may name one twice. `mutation` is (level, old, new)."""
        step = self.experiment.proposed
        state = state or (WorkState.WAITING if fitness is None else WorkState.DONE)
        listed = list(motifs.items()) if isinstance(motifs, Mapping) else list(motifs)
        genotype = carrier(f"{self.experiment.pk}-{step}", listed)
        evaluation = _evaluation(genotype, network, fitness, seconds, state)
        done = state == WorkState.DONE
        individual = Individual.objects.create(
            experiment=self.experiment,
            step=step,
            genotype=genotype,
            parent=None if parent is None else self.at(parent),
            mutation=_mutation(*mutation) if mutation else None,
            origin="mutation" if mutation else "initial",
            parameters=parameters,
            multiply_adds=10 * parameters,
            evaluation=evaluation,
            state=state,
            fitness=fitness if done else None,
            completion=self.experiment.population if done else None,
            best_so_far=self._best(fitness or 0.0) if done else None,
        )
        self.experiment.proposed += 1
        self.experiment.evaluated += done
        self.experiment.population += done
        self.experiment.failed += state == WorkState.FAILED
        if done and (self.experiment.best is None or (fitness or 0) > (self.experiment.best.fitness or 0)):
            self.experiment.best = individual
        self.experiment.save()
        return individual

    def at(self, step: int) -> Individual:
        return self.experiment.individuals.get(step=step)

    def _best(self, fitness: float) -> float:
        return max(fitness, self.experiment.best.fitness or 0.0) if self.experiment.best else fitness


def motif(name: str, *, level: int = 2, structure: Any = None, builds: str | None = None) -> Motif:
    """The motif of that name, made when it is new."""
    row, _ = Motif.objects.get_or_create(
        key=key(name),
        defaults={
            "level": level,
            "structure": CHAIN if structure is None else structure,
            "phenotype_key": name if builds is None else builds,
        },
    )
    return row


def key(name: str) -> str:
    """32 hex digits from a short name of hex digits: `ab` -> `ababab…`."""
    return (name * 32)[:32]


def carrier(name: str, motifs: list[tuple[str, int]]) -> Genotype:
    """A genotype row with these motifs; what it really is does not matter."""
    trivial: Text = trivial_genotype(SPACES["hierarchical"])
    document = trivial.to_json()
    row = Genotype.objects.create(
        key=name,
        text=trivial.text,
        space=document["space"],
        levels=document["levels"],
        phenotype_key="",
        operation_counts={},
    )
    for slot, (each, uses) in enumerate(motifs, start=1):
        found = motif(each)
        MotifUse.objects.create(motif=found, genotype=row, level=found.level, slot=slot, uses=uses)
    return row


def _evaluation(
    genotype: Genotype, network: str, fitness: float | None, seconds: float, state: str
) -> Evaluation:
    row, _ = Evaluation.objects.get_or_create(
        phenotype_key=network,
        protocol_key="protocol",
        defaults={
            "protocol": {},
            "genotype": genotype,
            "state": state,
            "fitness": fitness if state == WorkState.DONE else None,
            "train_seconds": seconds if state == WorkState.DONE else 0.0,
        },
    )
    return row


def _mutation(level: int, old: int, new: int) -> dict[str, int]:
    return {"level": level, "motif": 1, "successor": 2, "predecessor": 1, "old": old, "new": new}
