"""Who may train an evaluation: a claim is one conditional update, and the loser returns quietly."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from search.evolution.config import TRAINER_VERSION
from search.models import WorkState, statements
from search.services.journal import tell_evaluations


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
    finished_repeats: tuple[int, ...]
    """What earlier attempts left behind."""
    repeats: int
    """How many are asked for; more may be while they are trained (RepeatsMissing)."""
    experiment: int
    """The first that waits for it: for the log, nothing else."""


def claim_evaluation(*, evaluation_id: int, worker: str, device: str = "") -> Claim | None:
    """Take an evaluation that waits and that a running experiment needs; None to whoever comes too late.

    A worker of another version of the trainer would give it another fitness, and is refused like one that is late.
    """
    lease = str(uuid.uuid4())
    claimed = statements.ask_last(
        [
            (_CLAIM.format(now=statements.now()), [lease, worker, device, evaluation_id, TRAINER_VERSION]),
            (_RUNNING, [evaluation_id, evaluation_id, lease]),
            (_CLAIMED, [evaluation_id, lease]),
        ]
    )
    if not claimed:
        return None
    [(attempt, phenotype_key, protocol_key, protocol, repeats, space, levels, begun, experiment)] = claimed
    wanted = json.loads(protocol)
    tell_evaluations(
        [evaluation_id], WorkState.RUNNING, experiment=experiment, worker=worker, attempt=attempt
    )
    return Claim(
        evaluation_id=evaluation_id,
        lease=lease,
        worker=worker,
        attempt=attempt,
        phenotype_key=phenotype_key,
        protocol_key=protocol_key,
        protocol=wanted,
        genotype={"space": json.loads(space), "levels": json.loads(levels)},
        finished_repeats=tuple(repeat for repeat, _ in repeat_accuracies(evaluation_id)) if begun else (),
        repeats=repeats or wanted["repeats"],
        experiment=experiment,
    )


_CLAIM = """
UPDATE search_evaluation
SET state = 'running', lease = %s, worker = %s, device = %s, attempts = attempts + 1, claimed_at = {now},
    heartbeat_at = {now}, progress = 0, live_curve = '[]', reason = '', reason_code = ''
WHERE id = %s AND state = 'waiting' AND trainer = %s AND attempts < max_attempts AND EXISTS (
  SELECT 1 FROM search_individual i JOIN search_experiment x ON x.id = i.experiment_id
  WHERE i.evaluation_id = search_evaluation.id AND i.state IN ('waiting', 'running') AND x.state = 'running'
)
"""
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
    WHERE i.evaluation_id = search_evaluation.id AND i.state IN ('waiting', 'running'))
FROM search_evaluation WHERE id = %s AND lease = %s
"""


def repeat_accuracies(evaluation_id: int) -> list[tuple[int, float]]:
    """(repeat, accuracy) of the finished repeats."""
    sql = "SELECT repeat, accuracy FROM search_fitnessrecord WHERE evaluation_id = %s ORDER BY repeat"
    return [(repeat, accuracy) for repeat, accuracy in statements.ask(sql, [evaluation_id])]
