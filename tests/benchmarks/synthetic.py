"""A realistic experiment of any size, written in bulk: real genotypes and networks, stand-in fitness.

Random genotypes first, then one mutation each of a small tournament's winner, as a search would have it; among
them failed ones, shared networks, people's own, and as many under way as a running search has.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from search import models
from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation, random_genotype
from search.evolution.networks.cost import Cost, network_cost
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype
from search.models import WorkState
from search.selectors.protocols import key_of
from search.services.proposing.genotypes import motif_phenotype_key, resolved_motifs

CHUNK = 500
FAILED, HUMAN = 0.02, 0.005
CONTESTANTS = 20
KEPT_PARENTS = 2000
"""The latest so many may become parents: the memory of the filling stays small."""
START = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS_EACH = 4.0
Say = Callable[[str], None]


def benchmark_config(
    individuals: int, *, in_flight: int = 16, seed: int = 1, share_fitness: bool = True
) -> ExperimentConfig:
    return experiment_config(
        {
            "space": "hierarchical",
            "strategy": {"share_fitness": share_fitness},
            "protocol": {"dataset": "fashion-mnist", "steps": 1000, "batch_size": 64},
            "budget": {"individuals": individuals, "in_flight": in_flight},
            "seed": seed,
        }
    )


@dataclass(frozen=True)
class Draft:
    """One individual before it is written."""

    step: int
    genotype: Genotype
    phenotype: Phenotype
    cost: Cost
    parent: int | None
    mutation: Mutation | None
    state: WorkState
    fitness: float
    human: bool


def fill(individuals: int, *, name: str, under_way: int = 16, seed: int = 1, say: Say) -> models.Experiment:
    """Write an experiment of that many individuals, the last ones of them under way."""
    config = benchmark_config(individuals + 10_000, seed=seed)
    experiment = models.Experiment.objects.create(
        name=name,
        config=config.to_json(),
        individuals_planned=config.budget.individuals,
        state="running" if under_way else "stopped",
        started_at=START,
        finished_at=None if under_way else START + timedelta(seconds=SECONDS_EACH * individuals),
    )
    writer = _Writer(experiment, config)
    drafts = _drafts(individuals, under_way, config, random.Random(seed))
    while chunk := list(islice(drafts, CHUNK)):
        writer.write(chunk)
        say(f"{name}: {chunk[-1].step + 1:,} of {individuals:,} individuals")
    writer.close()
    return experiment


def _drafts(count: int, under_way: int, config: ExperimentConfig, rng: random.Random) -> Iterator[Draft]:
    space, host = config.search_space, config.protocol.shape_host
    parents: list[Draft] = []
    fresh: list[Draft] = []
    for step in range(count):
        if step % CHUNK == 0:  # parents are written before their children
            parents, fresh = [*parents, *fresh][-KEPT_PARENTS:], []
        parent, mutation = None, None
        while True:
            if step < config.strategy.initial_population or not parents:
                genotype = random_genotype(space, rng)
            else:
                parent = max(rng.choices(parents, k=CONTESTANTS), key=lambda draft: draft.fitness)
                mutation = draw_mutation(parent.genotype, rng)
                genotype = apply_mutation(parent.genotype, mutation)
            try:
                phenotype = build_phenotype(genotype)
            except Infeasible:
                continue
            break
        state = _state(step, count - under_way, rng)
        fitness = min(1.0, max(0.0, instant_fitness(phenotype) + rng.gauss(0, 0.01)))
        cost = network_cost(phenotype, host)
        draft = Draft(
            step, genotype, phenotype, cost, parent.step if parent else None, mutation, state, fitness,
            human=rng.random() < HUMAN,
        )  # fmt: skip
        if state == WorkState.DONE:
            fresh.append(draft)
        yield draft


def _state(step: int, ended: int, rng: random.Random) -> WorkState:
    if step >= ended:
        return WorkState.RUNNING if rng.random() < 0.5 else WorkState.WAITING
    return WorkState.FAILED if rng.random() < FAILED else WorkState.DONE


class _Writer:
    """Writes chunks of drafts and remembers what later ones refer to."""

    def __init__(self, experiment: models.Experiment, config: ExperimentConfig) -> None:
        self._experiment = experiment
        self._protocol = config.protocol.model_dump(mode="json")
        self._protocol_key = key_of(config.protocol)
        self._motifs: dict[str, int] = {}
        self._genotypes: dict[str, int] = {}
        self._evaluations: dict[str, models.Evaluation] = {}
        self._individuals: dict[int, tuple[int, int]] = {}
        """step -> primary key, generation"""
        self._best: models.Individual | None = None
        self._best_fitness = 0.0
        known = models.Evaluation.objects.filter(protocol_key=self._protocol_key)
        self._evaluations = {row.phenotype_key: row for row in known}
        self._genotypes = dict(models.Genotype.objects.values_list("key", "pk"))
        self._motifs = dict(models.Motif.objects.values_list("key", "pk"))

    def write(self, drafts: list[Draft]) -> None:
        self._write_genotypes(drafts)
        shared = self._write_evaluations(drafts)
        rows = [self._individual(draft, shared) for draft in drafts]
        models.Individual.objects.bulk_create(rows)
        self._individuals |= {row.step: (row.pk, row.generation) for row in rows}
        for row in rows:
            if self._best is None or (row.fitness or 0) > (self._best.fitness or 0):
                self._best = row

    def close(self) -> None:
        self._experiment.best = self._best
        self._experiment.save()

    def _write_genotypes(self, drafts: list[Draft]) -> None:
        fresh = {draft.genotype.key: draft for draft in drafts if draft.genotype.key not in self._genotypes}
        places = {key: resolved_motifs(draft.genotype) for key, draft in fresh.items()}
        motifs: dict[str, models.Motif] = {}
        for key, found in places.items():
            for place, (motif, structure) in found.items():
                if motif not in self._motifs and motif not in motifs:
                    draft = fresh[key]
                    phenotype_key = motif_phenotype_key(draft.genotype, draft.phenotype, place, motif)
                    motifs[motif] = models.Motif(
                        key=motif, level=place[0], structure=structure, phenotype_key=phenotype_key
                    )
        models.Motif.objects.bulk_create(motifs.values())
        self._motifs |= {key: row.pk for key, row in motifs.items()}
        rows = {key: _genotype_row(draft) for key, draft in fresh.items()}
        models.Genotype.objects.bulk_create(rows.values())
        self._genotypes |= {key: row.pk for key, row in rows.items()}
        models.MotifUse.objects.bulk_create(
            models.MotifUse(
                genotype_id=rows[key].pk,
                motif_id=self._motifs[motif],
                level=level,
                slot=slot,
                uses=uses[level, slot],
            )
            for key, found in places.items()
            for uses in (analyse(fresh[key].genotype).uses,)
            for (level, slot), (motif, _) in found.items()
        )

    def _write_evaluations(self, drafts: list[Draft]) -> set[int]:
        """The steps whose network was known."""
        shared: set[int] = set()
        fresh: list[tuple[models.Evaluation, Draft]] = []
        for draft in drafts:
            if draft.phenotype.key in self._evaluations:
                shared.add(draft.step)
                continue
            row = self._evaluation(draft)
            self._evaluations[draft.phenotype.key] = row
            fresh.append((row, draft))
        models.Evaluation.objects.bulk_create(row for row, _ in fresh)
        done = [(row, draft) for row, draft in fresh if row.state == WorkState.DONE]
        models.FitnessRecord.objects.bulk_create(_record(row, draft.step) for row, draft in done)
        return shared

    def _evaluation(self, draft: Draft) -> models.Evaluation:
        ended = draft.state in (WorkState.DONE, WorkState.FAILED)
        running = draft.state == WorkState.RUNNING
        moment = _moment(draft.step)
        return models.Evaluation(
            phenotype_key=draft.phenotype.key,
            protocol_key=self._protocol_key,
            protocol=self._protocol,
            genotype_id=self._genotypes[draft.genotype.key],
            state=draft.state,
            attempts=0 if draft.state == WorkState.WAITING else 1,
            lease=f"lease-{draft.step}" if running else "",
            worker=f"worker-{draft.step % 8}@benchmark",
            device="cpu",
            sent_at=moment,
            claimed_at=moment,
            heartbeat_at=moment,
            progress=1.0 if ended else 0.4,
            reason_code="not_finite" if draft.state == WorkState.FAILED else "",
            reason="The loss became not a number." if draft.state == WorkState.FAILED else "",
            fitness=draft.fitness if draft.state == WorkState.DONE else None,
            train_seconds=40.0,
            created_at=moment,
            finished_at=moment + timedelta(seconds=40) if ended else None,
        )

    def _individual(self, draft: Draft, shared: set[int]) -> models.Individual:
        experiment, evaluation = self._experiment, self._evaluations[draft.phenotype.key]
        state, known = WorkState(evaluation.state), draft.step in shared
        done = state == WorkState.DONE
        ended = done or state == WorkState.FAILED
        completion = experiment.population if done else None
        best = max(self._best_fitness, evaluation.fitness or 0.0) if done else None
        self._best_fitness = best or self._best_fitness
        experiment.proposed += 1
        experiment.evaluated += done
        experiment.failed += state == WorkState.FAILED
        experiment.shared += known
        experiment.population += done
        experiment.train_seconds += 0 if known or not ended else 40.0
        origin = "human" if draft.human else "mutation" if draft.mutation else "initial"
        parent, generation = self._individuals.get(-1 if draft.parent is None else draft.parent, (None, -1))
        return models.Individual(
            experiment=experiment,
            step=draft.step,
            genotype_id=self._genotypes[draft.genotype.key],
            parent_id=parent,
            generation=generation + 1,
            mutation=draft.mutation.to_json() if draft.mutation else None,
            origin=origin,
            parameters=draft.cost.parameters,
            multiply_adds=draft.cost.multiply_adds,
            evaluation=evaluation,
            state=state,
            fitness=evaluation.fitness,
            reason=evaluation.reason,
            shared=known,
            completion=completion,
            best_so_far=best,
            population_seen=max(0, experiment.population - 16),
            created_at=_moment(draft.step),
            finished_at=_moment(draft.step) + timedelta(seconds=40) if ended else None,
        )


def _genotype_row(draft: Draft) -> models.Genotype:
    document = draft.genotype.to_json()
    return models.Genotype(
        key=draft.genotype.key,
        text=draft.genotype.text,
        space=document["space"],
        levels=document["levels"],
        phenotype_key=draft.phenotype.key,
        operation_counts=Counter(operation.name for operation in draft.phenotype.operations),
    )


def _record(row: models.Evaluation, step: int) -> models.FitnessRecord:
    accuracy = row.fitness or 0.0
    curve: list[dict[str, Any]] = [
        {
            "step": 200 * place,
            "loss": round(2.3 / place, 4),
            "train_accuracy": round(accuracy * place / 5, 4),
            "validation_accuracy": round(accuracy * place / 5, 4),
            "seconds": 8.0 * place,
        }
        for place in range(1, 6)
    ]
    return models.FitnessRecord(
        evaluation=row, repeat=0, seed=step, accuracy=accuracy, curve=curve, seconds=40.0, device="cpu",
        worker=row.worker, attempt=1,
    )  # fmt: skip


def _moment(step: int) -> datetime:
    return START + timedelta(seconds=SECONDS_EACH * step)
