"""Claim of an evaluation by a worker: one conditional update; the loser returns quietly."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from search.database import statements
from search.evolution.experiments.config import TRAINER_VERSION
from search.evolution.experiments.resources import Offer, column_text
from search.models import Evaluation, WorkState
from search.services.leasing import claim_statement
from search.services.state_log import log_evaluations

NO_OFFER = Offer()


@dataclass(frozen=True)
class Claim:
    """The right of one attempt to train one evaluation and to write what comes of it."""

    evaluation_id: int
    lease: str
    worker: str
    attempt: int
    """From 1."""
    phenotype_key: str
    protocol_key: str
    protocol: dict[str, Any]
    genotype: dict[str, Any]
    """The document that `Genotype.from_json` reads."""
    context_key: str
    context: dict[str, Any]
    """What the result depends on besides; empty for a training from scratch."""
    finished_repeats: tuple[int, ...]
    """What earlier attempts left behind."""
    repeats: int
    """How many are asked for; more may be while they are trained (RepeatsMissing)."""
    experiment: int
    """The first that waits for it: for the log, nothing else."""


def claim_evaluation(
    *, evaluation_id: int, worker: str, device: str = "", offer: Offer = NO_OFFER
) -> Claim | None:
    """Take an evaluation that waits and that a running experiment needs; None to whoever comes too late.

    A worker of another version of the trainer would give it another fitness, and is refused like one that is late;
    so is one that does not offer what the evaluation needs.
    """
    lease = str(uuid.uuid4())
    offered, values = _offered(offer)
    claim = claim_statement(Evaluation, wanted=f"{_WANTED} AND {offered}", besides=", live_curve = '[]'")
    claimed = statements.ask_last(
        [
            (claim, [lease, worker, device, evaluation_id, TRAINER_VERSION, *values]),
            (_RUNNING, [evaluation_id, evaluation_id, lease]),
            (_CLAIMED, [evaluation_id, lease]),
        ]
    )
    if not claimed:
        return None
    [
        (attempt, phenotype_key, protocol_key, protocol, repeats, space, levels, begun, experiment, *context)
    ] = claimed
    context_key, context_document = context
    wanted = json.loads(protocol)
    log_evaluations([evaluation_id], WorkState.RUNNING, experiment=experiment, worker=worker, attempt=attempt)
    return Claim(
        evaluation_id=evaluation_id,
        lease=lease,
        worker=worker,
        attempt=attempt,
        phenotype_key=phenotype_key,
        protocol_key=protocol_key,
        protocol=wanted,
        genotype={"space": json.loads(space), "levels": json.loads(levels)},
        context_key=context_key,
        context=json.loads(context_document),
        finished_repeats=tuple(repeat for repeat, _ in repeat_accuracies(evaluation_id)) if begun else (),
        repeats=repeats or wanted["repeats"],
        experiment=experiment,
    )


def _offered(offer: Offer) -> tuple[str, list[Any]]:
    """The condition that nothing is needed beyond an offer, with its values: without the offered tags none is left."""
    left = "needs"
    for _ in offer.tags:
        left = f"REPLACE({left}, %s, '')"
    return f"{left} = '' AND memory_gib <= %s", [
        *(column_text([tag]) for tag in offer.tags),
        offer.memory_gib,
    ]


READY = """(artifact_id IS NULL OR EXISTS
  (SELECT 1 FROM search_artifact a WHERE a.id = artifact_id AND a.state = 'done'))"""
"""Of an evaluation: nothing that it needs first is missing."""
_WANTED = f"""{READY} AND EXISTS (
  SELECT 1 FROM search_individual i JOIN search_experiment x ON x.id = i.experiment_id
  WHERE i.evaluation_id = search_evaluation.id AND i.state IN ('waiting', 'running') AND x.state = 'running'
)"""
_RUNNING = """
UPDATE search_individual SET state = 'running' WHERE evaluation_id = %s AND state = 'waiting'
  AND EXISTS (SELECT 1 FROM search_evaluation e WHERE e.id = %s AND e.lease = %s)
"""
"""By a statement of its own: it sees whoever joined while the claim waited for the row."""
_CLAIMED = """
SELECT attempts, phenotype_key, protocol_key, protocol, repeats,
  (SELECT space FROM search_genotype g WHERE g.id = genotype_id),
  (SELECT levels FROM search_genotype g WHERE g.id = genotype_id),
  EXISTS (SELECT 1 FROM search_fitnessrecord r WHERE r.evaluation_id = search_evaluation.id),
  (SELECT min(i.experiment_id) FROM search_individual i
    WHERE i.evaluation_id = search_evaluation.id AND i.state IN ('waiting', 'running')),
  context_key, context
FROM search_evaluation WHERE id = %s AND lease = %s
"""


def repeat_accuracies(evaluation_id: int) -> list[tuple[int, float]]:
    """(repeat, accuracy) of the finished repeats."""
    sql = "SELECT repeat, accuracy FROM search_fitnessrecord WHERE evaluation_id = %s ORDER BY repeat"
    return [(repeat, accuracy) for repeat, accuracy in statements.ask(sql, [evaluation_id])]
