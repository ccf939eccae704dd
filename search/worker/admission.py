"""Admission control: waits for device memory before an evaluation is claimed."""

import logging
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from django.conf import settings

from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    Evaluate,
    Evaluated,
    EvaluationFailed,
    Job,
    Progress,
    ResourceEstimate,
)
from search.selectors.evaluations import waiting_evaluation
from search.worker.device_queue import DeviceShare, share_of
from search.worker.jobs import Prepared

log = logging.getLogger(__name__)

UNLIMITED = 10**6
SETTLED_STEP = 3
"""After so many steps a training has taken all its memory."""
ASK_SECONDS = 2.0
"""Between two looks whether what waits for room is still wanted."""


@dataclass(frozen=True)
class Room:
    """What became of asking a device for room."""

    is_wanted: bool
    """Whether the training is still to be done."""
    shares: tuple[DeviceShare, ...] = ()
    """One of each device; it starts without where its need or a device's shares cannot be told."""

    def told(self, step: int) -> None:
        """The training has done so many steps: whether it has taken all its memory."""
        for share in self.shares if step >= SETTLED_STEP else ():
            share.settle()


@contextmanager
def room_for(evaluation_id: int, prepared: Prepared) -> Iterator[Prepared | None]:
    """The evaluation, once its device has room for it; None when it is not wanted any more.

    Whatever goes wrong in the asking is the attempt's to tell: it starts then as if there were room.
    """

    def needs() -> list[ResourceEstimate]:
        need = None if prepared.estimate is None else prepared.estimate(prepared.job())
        return [] if need is None else [need]

    def is_wanted() -> bool:
        return waiting_evaluation(evaluation_id) is not None

    with device_room(f"evaluation {evaluation_id}", needs, is_wanted) as room:
        if not room.is_wanted:
            yield None
        elif not room.shares:
            yield prepared
        else:
            yield replace(prepared, evaluate=_settling(prepared.evaluate, room))


@contextmanager
def device_room(
    what: str, needs: Callable[[], Sequence[ResourceEstimate]], is_wanted: Callable[[], bool]
) -> Iterator[Room]:
    """Room on each of its devices for a training that `what` names, waited for while it `is_wanted`.

    Devices are waited for in the order of their names, so that no two trainings hold what the other one waits for.
    """
    shares: list[DeviceShare] = []
    with ExitStack() as stack:
        for need in sorted(_resources(needs), key=lambda need: need.device):
            try:
                share = stack.enter_context(_share(what, need, is_wanted))
            except (OSError, ValueError, TypeError) as error:
                log.warning("shares of %s cannot be kept, trainings start without: %s", need.device, error)
                continue
            if share is None:
                yield Room(is_wanted=False)
                return
            shares.append(share)
        yield Room(True, tuple(shares))


def _resources(needs: Callable[[], Sequence[ResourceEstimate]]) -> Sequence[ResourceEstimate]:
    try:
        return needs()
    except EvaluationFailed:
        return ()
    except RuntimeError as error:  # a driver's
        log.warning("what a training needs is not known, it starts without: %s", error)
        return ()


@contextmanager
def _share(what: str, need: ResourceEstimate, is_wanted: Callable[[], bool]) -> Iterator[DeviceShare | None]:
    asked = 0.0

    def wanted() -> bool:
        nonlocal asked
        if not asked:
            log.info("%s waits for %.2f GiB of %s", what, need.bytes / 2**30, need.device)
        if time.monotonic() - asked < ASK_SECONDS:
            return True
        asked = time.monotonic()
        return is_wanted()

    with share_of(
        settings.VAR_DIR / "shares" / socket.gethostname() / need.device,
        bytes=need.bytes,
        most=settings.GPU_TRAININGS if need.is_gpu else UNLIMITED,
        memory=need.memory,
        wanted=wanted,
    ) as share:
        yield share


def _settling(evaluate: Evaluate, room: Room) -> Evaluate:
    """The same evaluator; the share learns when its memory is taken."""

    def settles(
        job: Job,
        *,
        progress: Callable[[Progress], None],
        checkpoint: Checkpoint | None = None,
        artifacts: Artifacts | None = None,
    ) -> Evaluated:
        def told(point: Progress) -> None:
            room.told(point.step)
            progress(point)

        return evaluate(job, progress=told, checkpoint=checkpoint, artifacts=artifacts)

    return settles
