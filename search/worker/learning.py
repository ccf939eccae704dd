"""Attempt to fit the next version of a learned strategy's model."""

import logging
import random
import time
from contextlib import suppress
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

from search.database.retrying import AWAY
from search.evolution.evaluation import Cancelled
from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.feasibility import is_acceptable
from search.learning.base import Learner
from search.models import Experiment
from search.selectors.observations import observations
from search.services.errors import LeaseLost
from search.services.learning.claiming import (
    Learned,
    LearningClaim,
    claim_learning,
    give_up_learning,
    heartbeat_learning,
    record_learning,
    release_learning,
)
from search.worker.stop_flag import told_to_stop

log = logging.getLogger(__name__)

STOPPING = "{worker} stops: experiment {key}'s model waits for another one"
NOT_NEEDED = "nobody needs the model of experiment {key} from {worker} any more"


def run_learning(*, experiment_id: int, worker: str) -> bool:
    """Try once. Returns whether the experiment is to be advanced; not when it was not ours to try."""
    claim = claim_learning(experiment_id=experiment_id, worker=worker)
    if claim is None:
        return False
    try:
        record_learning(claim=claim, learned=_learn(claim))
    except (Cancelled, LeaseLost) as reason:
        log.info("%s", reason)
        release_learning(claim=claim, counts=False)
        return False
    except AWAY:
        raise  # the sweep takes it back when the lease has run out
    except Exception as error:
        log.exception("experiment %s: learning failed", experiment_id)
        give_up_learning(claim=claim, reason=f"{type(error).__name__}: {error}")
    except BaseException:
        with suppress(DatabaseError):
            release_learning(claim=claim)
        raise
    return True


def _learn(claim: LearningClaim) -> Learned:
    began = time.monotonic()
    config = experiment_config(
        Experiment.objects.values_list("config", flat=True).get(pk=claim.experiment_id)
    )
    learner, tick = _learner(config), _Tick(claim)
    # Derived from what is made, not from when or by whom: whoever makes this version makes the same.
    rng = random.Random(derive_seed("learning", config.seed, claim.version))
    learner.load(claim.content)
    first = 0 if learner.wants_all else claim.observed_until
    learner.update(observations(claim.experiment_id, first, claim.wanted_until), rng, tick)
    count = getattr(config.strategy, "drafts", 1)
    ideas = learner.propose(count, rng, tick)
    report = learner.report()
    return Learned(
        learner.state(),
        [(idea.genotype, idea.why) for idea in ideas],
        report.to_json(),
        report.numbers | {"observed": claim.wanted_until},
        time.monotonic() - began,
    )


def _learner(config: ExperimentConfig) -> Learner[Any]:
    row = STRATEGIES[config.strategy.kind]
    make = _load(row.learner)

    def accept(genotype: Genotype) -> bool:
        return is_acceptable(genotype, config)

    return make(config.strategy, config.space, accept, config.budget.individuals)


@cache
def _load(path: str) -> type[Learner[Any]]:
    """Imported in the process that learns and nowhere else."""
    return cast(type[Learner[Any]], import_string(path))


class _Tick:
    """A sign of life every HEARTBEAT_SECONDS; raises Cancelled where the attempt is to end."""

    def __init__(self, claim: LearningClaim) -> None:
        self._claim = claim
        self._last = time.monotonic()

    def __call__(self) -> None:
        about = {"key": self._claim.experiment_id, "worker": self._claim.worker}
        if told_to_stop():
            raise Cancelled(STOPPING.format(**about))
        if time.monotonic() - self._last < settings.HEARTBEAT_SECONDS:
            return
        self._last = time.monotonic()
        if not heartbeat_learning(claim=self._claim):
            raise Cancelled(NOT_NEEDED.format(**about))
