"""The tables: fields, states and constraints. Reads are in selectors, writes in services (ARCHITECTURE.md)."""

from search.models.access import Account, ApiToken, IdempotentReply, LoginAttempt, Role, Scope
from search.models.evaluations import Evaluation, FitnessRecord
from search.models.experiments import Experiment
from search.models.genotypes import Genotype, Motif, MotifUse
from search.models.individuals import Individual
from search.models.states import ExperimentState, WorkState
from search.models.workers import Worker

__all__ = [
    "Account",
    "ApiToken",
    "Evaluation",
    "Experiment",
    "ExperimentState",
    "FitnessRecord",
    "Genotype",
    "IdempotentReply",
    "Individual",
    "LoginAttempt",
    "Motif",
    "MotifUse",
    "Role",
    "Scope",
    "WorkState",
    "Worker",
]
