"""Every write. Each function is one transaction, or says where it is several; what it refuses raises Conflict.

Nothing here enqueues: callers send the ids that come back, after the commit.
"""

from search.services.awaiting import begin_to_look, saw_data
from search.services.claiming import Claim, claim_evaluation
from search.services.completing import Completed, complete_evaluation
from search.services.decisions.stopping import Judgement, Point, judge_point
from search.services.errors import Conflict, LeaseLost, NotFound, RepeatsMissing
from search.services.evaluations import (
    Repeat,
    Verdict,
    fail_evaluation,
    finish_evaluation,
    heartbeat_evaluation,
    postpone_evaluation,
    record_repeat,
    release_evaluation,
)
from search.services.experiments import (
    create_experiment,
    pause_experiment,
    resume_experiment,
    start_experiment,
    stop_experiment,
)
from search.services.genotypes import keep_genotype
from search.services.humans import Evaluated, evaluate_genotype
from search.services.interventions import cancel_evaluation, retry_evaluation
from search.services.proposing import advance_experiment
from search.services.sweeping import Swept, recover_silent, release_everything, release_worker, sweep

__all__ = [
    "Claim",
    "Completed",
    "Conflict",
    "Evaluated",
    "Judgement",
    "LeaseLost",
    "NotFound",
    "Point",
    "Repeat",
    "RepeatsMissing",
    "Swept",
    "Verdict",
    "advance_experiment",
    "begin_to_look",
    "cancel_evaluation",
    "claim_evaluation",
    "complete_evaluation",
    "create_experiment",
    "evaluate_genotype",
    "fail_evaluation",
    "finish_evaluation",
    "heartbeat_evaluation",
    "judge_point",
    "keep_genotype",
    "pause_experiment",
    "postpone_evaluation",
    "record_repeat",
    "recover_silent",
    "release_evaluation",
    "release_everything",
    "release_worker",
    "resume_experiment",
    "retry_evaluation",
    "saw_data",
    "start_experiment",
    "stop_experiment",
    "sweep",
]
