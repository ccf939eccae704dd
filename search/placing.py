"""Before a claim: room on the device for what would be trained, so that nobody holds a lease while he waits."""

import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings

from search.evolution.config import Protocol
from search.evolution.evaluation import (
    Appraiser,
    EvaluationFailed,
    Need,
    Progress,
    Trainer,
    TrainResult,
)
from search.evolution.genotype import Genotype
from search.evolution.phenotype import Infeasible, Phenotype, build_phenotype
from search.selectors.evaluations import waiting_evaluation
from search.shares import Share, share_of

log = logging.getLogger(__name__)

UNLIMITED = 10**6
SETTLED_STEP = 3
"""After so many steps a training has taken all its memory."""
ASK_SECONDS = 2.0
"""Between two looks whether what waits for room is still wanted."""


@contextmanager
def room_for(evaluation_id: int, trainer: Trainer) -> Iterator[Trainer | None]:
    """The trainer, once its device has room for this evaluation; None when the evaluation is not wanted any more.

    Whatever goes wrong in the asking is the attempt's to tell: it starts then as if there were room.
    """
    row = waiting_evaluation(evaluation_id)
    if row is None:
        yield None
        return
    need = _need(trainer, row.protocol, {"space": row.genotype.space, "levels": row.genotype.levels})
    with ExitStack() as stack:
        if need is None:
            yield trainer
            return
        try:
            share = stack.enter_context(_share(evaluation_id, need))
        except OSError as error:
            log.warning("shares of %s cannot be kept, trainings start without: %s", need.device, error)
            yield trainer
            return
        yield None if share is None else _settling(trainer, share)


def appraises(trainer: Trainer) -> bool:
    """Whether that trainer says what it needs."""
    return _appraiser(trainer) is not None


def _appraiser(trainer: Trainer) -> Appraiser | None:
    module = sys.modules.get(getattr(trainer, "__module__", ""))
    found: Appraiser | None = getattr(module, "appraise", None)
    return found


def _need(trainer: Trainer, protocol: Any, genotype: Any) -> Need | None:
    appraise = _appraiser(trainer)
    if appraise is None:
        return None
    try:
        phenotype = build_phenotype(Genotype.from_json(genotype))
        return appraise(phenotype, Protocol.model_validate(protocol), device=settings.DEVICE)
    except (EvaluationFailed, Infeasible, ValueError):
        return None
    except RuntimeError as error:  # a driver's
        log.warning("what a training needs is not known, it starts without: %s", error)
        return None


@contextmanager
def _share(evaluation_id: int, need: Need) -> Iterator[Share | None]:
    asked = 0.0

    def wanted() -> bool:
        nonlocal asked
        if not asked:
            gib = need.bytes / 2**30
            log.info("evaluation %s waits for %.2f GiB of %s", evaluation_id, gib, need.device)
        if time.monotonic() - asked < ASK_SECONDS:
            return True
        asked = time.monotonic()
        return waiting_evaluation(evaluation_id) is not None

    with share_of(
        settings.VAR_DIR / "shares" / socket.gethostname() / need.device,
        bytes=need.bytes,
        most=settings.GPU_TRAININGS if need.is_gpu else UNLIMITED,
        memory=need.memory,
        wanted=wanted,
    ) as share:
        yield share


def _settling(trainer: Trainer, share: Share) -> Trainer:
    """The same trainer; the share learns when its memory is taken."""

    def train(
        phenotype: Phenotype, protocol: Protocol, *, progress: Callable[[Progress], None], **options: Any
    ) -> TrainResult:
        def told(point: Progress) -> None:
            if point.step >= SETTLED_STEP:
                share.settle()
            progress(point)

        return trainer(phenotype, protocol, progress=told, **options)

    return train
