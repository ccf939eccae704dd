"""Database models: fields, states, constraints. Reads are in selectors, writes in services."""

from search.models.access import Account, ApiToken, IdempotentReply, LoginAttempt, Role, Scope
from search.models.artifacts import Artifact
from search.models.evaluations import AttemptOutcome, EndedAttempt, Evaluation, FitnessRecord
from search.models.experiments import Experiment
from search.models.finals import FinalEvaluation, FinalRun, ReferenceRun
from search.models.genotypes import Genotype, Motif, MotifUse
from search.models.individuals import Individual
from search.models.learning import Draft, ImportanceReport, StrategyState
from search.models.states import ExperimentState, StudyState, WorkState
from search.models.studies import ScoreAlong, Study, StudyCell
from search.models.sweeps import Sweep
from search.models.workers import Worker

__all__ = [
    "Account",
    "ApiToken",
    "Artifact",
    "AttemptOutcome",
    "Draft",
    "EndedAttempt",
    "Evaluation",
    "Experiment",
    "ExperimentState",
    "FinalEvaluation",
    "FinalRun",
    "FitnessRecord",
    "Genotype",
    "IdempotentReply",
    "ImportanceReport",
    "Individual",
    "LoginAttempt",
    "Motif",
    "MotifUse",
    "ReferenceRun",
    "Role",
    "Scope",
    "ScoreAlong",
    "StrategyState",
    "Study",
    "StudyCell",
    "StudyState",
    "Sweep",
    "WorkState",
    "Worker",
]
