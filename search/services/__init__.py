"""Database writes. Each function is one transaction, or says where it is several; a refusal raises Conflict.

Nothing here enqueues: callers send the ids that come back, after the commit.
"""

from search.services.decisions.stopping import Judgement, TrainingPoint, judge_point
from search.services.errors import Conflict, LeaseLost, NotFound, RepeatsMissing
from search.services.evaluations.claiming import Claim, claim_evaluation
from search.services.evaluations.interventions import cancel_evaluation, retry_evaluation
from search.services.evaluations.recording import (
    Repeat,
    Verdict,
    fail_evaluation,
    finish_evaluation,
    heartbeat_evaluation,
    postpone_evaluation,
    record_repeat,
    release_evaluation,
)
from search.services.evaluations.sweeping import (
    Swept,
    recover_silent,
    sweep,
)
from search.services.experiments.lifecycle import (
    create_experiment,
    pause_experiment,
    resume_experiment,
    start_experiment,
    stop_experiment,
)
from search.services.experiments.rescoring import rescore_best
from search.services.learning.claiming import take_unsent_learning
from search.services.pauses.dataset_pauses import ask_for_data, begin_to_look, saw_data
from search.services.proposing.advancing import Advanced, advance_experiment, advance_for_a_while
from search.services.proposing.baselines import ask_for_baseline
from search.services.proposing.completing import Completed, complete_evaluation
from search.services.proposing.genotypes import keep_genotype
from search.services.proposing.manual_individuals import Evaluated, evaluate_genotype
from search.services.releasing import release_everything, release_worker

__all__ = [
    "Advanced",
    "Claim",
    "Completed",
    "Conflict",
    "Evaluated",
    "Judgement",
    "LeaseLost",
    "NotFound",
    "Repeat",
    "RepeatsMissing",
    "Swept",
    "TrainingPoint",
    "Verdict",
    "advance_experiment",
    "advance_for_a_while",
    "ask_for_baseline",
    "ask_for_data",
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
    "rescore_best",
    "resume_experiment",
    "retry_evaluation",
    "saw_data",
    "start_experiment",
    "stop_experiment",
    "sweep",
    "take_unsent_learning",
]
