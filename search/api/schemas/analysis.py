"""Schemas: motif statistics, mutation effects, Pareto front, workers."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import Document
from search.api.schemas.motifs import EXAMPLE_MOTIF, MotifRow
from search.evolution.statistics.samples import Estimate, Sample, mean_of
from search.selectors.motifs.statistics import MotifCount
from search.selectors.mutation_effects import EffectOf
from search.selectors.workers import Presence

INTERVAL = "End of the 95 % confidence interval; null where too few networks tell"


class Difference(Document):
    """A difference of mean fitnesses."""

    value: float
    low: float | None = Field(description=INTERVAL)
    high: float | None = Field(description=INTERVAL)

    @classmethod
    def of(cls, estimate: Estimate | None) -> "Difference | None":
        if estimate is None:
            return None
        sure = estimate.margin is not None
        return cls(
            value=estimate.value, low=estimate.low if sure else None, high=estimate.high if sure else None
        )


EXAMPLE_DIFFERENCE: dict[str, Any] = {"value": 0.012, "low": 0.004, "high": 0.02}


class CountedMotif(MotifRow):
    """A motif in one experiment. Fitness is over networks: each counts once, with the first individual that has it."""

    carriers: int = Field(description="Individuals whose network uses it")
    first_step: int = Field(description="Step at which it first appeared")
    networks: int = Field(description="Evaluated networks that use it")
    mean_fitness: float | None = Field(description="Of these networks")
    against_the_rest: Difference | None = Field(
        description="Mean fitness of these networks less that of the others"
    )

    @classmethod
    def of_count(cls, motif: models.Motif, count: MotifCount, rest: Estimate | None) -> Self:
        return cls(
            **dict(MotifRow.of(motif)),
            carriers=count.carriers,
            first_step=count.first,
            networks=count.networks.count,
            mean_fitness=count.networks.mean,
            against_the_rest=Difference.of(rest),
        )


EXAMPLE_COUNTED: dict[str, Any] = EXAMPLE_MOTIF | {
    "carriers": 41,
    "first_step": 3,
    "networks": 38,
    "mean_fitness": 0.91,
    "against_the_rest": EXAMPLE_DIFFERENCE,
}


class CountedMotifPage(Document):
    """A page of motifs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"individuals": 80, "items": [EXAMPLE_COUNTED], "next_cursor": None}]}
    )

    individuals: int = Field(description="Of the experiment, among which carriers are counted")
    items: list[CountedMotif]
    next_cursor: str | None = Field(description="Null on the last page")


class MutationEffect(Document):
    """All mutations of one level from one operation to another. Operations are ids at that level; 0 is no edge."""

    level: int
    old: int
    new: int
    kind: Literal["add", "alter", "remove", "same"]
    count: int
    silent: int = Field(description="The child builds the same network as its parent")
    failed: int = Field(description="The child's evaluation failed")
    compared: int = Field(description="Child and parent both have a fitness")
    better: int
    worse: int
    change: Difference | None = Field(
        description="Mean fitness of child less parent, once for each pair of networks, silent ones left out"
    )

    @classmethod
    def of(cls, row: EffectOf) -> Self:
        effect = row.effect
        heard: Sample = effect.heard
        return cls(
            level=row.level,
            old=row.old,
            new=row.new,
            kind=row.kind,
            count=effect.count,
            silent=effect.silent,
            failed=effect.failed,
            compared=effect.compared,
            better=effect.better,
            worse=effect.worse,
            change=Difference.of(mean_of(heard)),
        )


class MutationEffects(Document):
    """Every sort of mutation that occurred, by level, old and new operation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "level": 2, "old": 4, "new": 3, "kind": "alter", "count": 12, "silent": 2, "failed": 0,
                            "compared": 9, "better": 5, "worse": 4, "change": EXAMPLE_DIFFERENCE,
                        }
                    ]
                }
            ]
        }
    )  # fmt: skip

    items: list[MutationEffect]


class FrontPlace(Document):
    """A place on the front."""

    cost: float
    fitness: float
    step: int = Field(description="Of the earliest individual there")
    individuals: int = Field(description="That stand there")
    networks: int = Field(description="Different ones among them; those that share one evaluation count once")


class Front(Document):
    """What nothing else beats in both fitness and cost."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cost": "parameters",
                    "evaluated": 78,
                    "items": [{"cost": 9830.0, "fitness": 0.91, "step": 4, "individuals": 3, "networks": 1}],
                }
            ]
        }
    )

    cost: Literal["parameters", "multiply_adds", "seconds"]
    evaluated: int = Field(description="Individuals that were compared")
    items: list[FrontPlace] = Field(description="By increasing cost")


class WorkerDocument(Document):
    """A worker that was seen within a week."""

    name: str
    alive: bool = Field(description="Heard of within 35 seconds, and it has not said goodbye")
    device: str
    version: str
    processes: int = Field(
        description="Trainings that it runs at once; 0: it only takes the steps between them"
    )
    offers: str = Field(description="Resource tags that it offers, such as gpu,memory=80 (GiB)")
    started_at: datetime
    seen_at: datetime
    stopped_at: datetime | None
    finished: int = Field(description="Evaluations that it brought to an end")
    evaluations: list[int] = Field(description="Numbers of the evaluations that it trains now")
    finals: list[int] = Field(description="Numbers of the final evaluations that it trains now")

    @classmethod
    def of(cls, row: Presence) -> Self:
        worker = row.worker
        same = ("name", "version", "processes", "offers", "started_at", "seen_at", "stopped_at")
        return cls(
            **{name: getattr(worker, name) for name in same},
            alive=row.alive,
            device=row.device,
            finished=row.finished,
            evaluations=[evaluation.pk for evaluation in row.doing],
            finals=[final.pk for final in row.finals],
        )


class WorkerList(Document):
    """All workers, the living first, and how much work there is for them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "running": 1, "waiting": 3, "failed": 0, "oldest_waiting": "2026-11-22T09:01:00Z",
                    "items": [
                        {
                            "name": "worker@laptop", "alive": True, "device": "cpu", "version": "0.1.0",
                            "processes": 2, "offers": "memory=16", "started_at": "2026-11-22T09:00:00Z",
                            "seen_at": "2026-11-22T09:01:00Z", "stopped_at": None, "finished": 17,
                            "evaluations": [18], "finals": [],
                        }
                    ],
                }
            ]
        }
    )  # fmt: skip

    running: int = Field(description="Evaluations under way")
    waiting: int
    failed: int
    oldest_waiting: datetime | None = Field(
        description="When the evaluation that waits longest was asked for"
    )
    items: list[WorkerDocument]
