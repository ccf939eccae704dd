"""Database consistency audit of final evaluations: their runs, their times, and that somebody comes back to them."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now

from search.evolution.finals.protocol import run_seed
from search.models import FinalEvaluation, FinalRun, WorkState
from search.selectors.audit_rules import CLOCK_SECONDS, GRACE_SECONDS, Violation


def final_violations() -> Iterator[Violation]:
    yield from _runs()
    yield from _times()
    yield from _forgotten()


def _runs() -> Iterator[Violation]:
    """Every run once, from its own seed, with the score of its confusion."""
    for row in FinalEvaluation.objects.defer("live_curve", "log").order_by("pk").iterator(1000):
        where, runs = f"final evaluation {row.pk}", list(row.records.defer("curve", "mistakes"))
        numbers = [run.run for run in runs]
        if row.state == WorkState.DONE and numbers != list(range(row.runs)):
            yield Violation("repeats", where, f"is done with runs {numbers} of {row.runs}")
        for run in runs:
            if run.seed != run_seed(row.phenotype_key, row.protocol_key, run.run):
                yield Violation("repeats", where, f"run {run.run} is not from the seed that is its own")
            yield from _score(where, row, run)


def _score(where: str, row: FinalEvaluation, run: FinalRun) -> Iterator[Violation]:
    images = sum(count for _, _, count in run.confusion)
    right = sum(count for label, predicted, count in run.confusion if label == predicted)
    if images != row.test_images:
        text = f"run {run.run} was scored on {images} test images of {row.test_images}"
        yield Violation("repeats", where, text)
    elif run.accuracy != right / images:
        text = f"run {run.run} has accuracy {run.accuracy}, its confusion says {right / images}"
        yield Violation("repeats", where, text)


def _times() -> Iterator[Violation]:
    early = Q(finished_at__lt=F("created_at") - timedelta(seconds=CLOCK_SECONDS))
    for row in FinalEvaluation.objects.filter(early):
        text = f"made {row.created_at}, ended {row.finished_at}"
        yield Violation("times", f"final evaluation {row.pk}", text)


def _forgotten() -> Iterator[Violation]:
    """Open ones that nobody would come back to, and ends without a reason."""
    between = timedelta(seconds=2 * settings.SWEEP_SECONDS + GRACE_SECONDS)
    silent = Q(heartbeat_at__lt=Now() - timedelta(seconds=settings.LEASE_SECONDS) - between)
    running = FinalEvaluation.objects.filter(state=WorkState.RUNNING)
    for row in running.filter(silent | Q(heartbeat_at=None)):
        text = f"{row.worker} is silent since {row.heartbeat_at}"
        yield Violation("explained", f"final evaluation {row.pk}", text)
    late = Now() - timedelta(seconds=settings.RESEND_SECONDS) - between
    for row in FinalEvaluation.objects.filter(state=WorkState.WAITING, sent_at__lt=late):
        text = f"waits, last sent {row.sent_at}: does a clock ask for sweeps?"
        yield Violation("explained", f"final evaluation {row.pk}", text)
    ends = (WorkState.FAILED, WorkState.CANCELLED)
    for row in FinalEvaluation.objects.filter(state__in=ends, reason=""):
        yield Violation("explained", f"final evaluation {row.pk}", f"{row.state} without a reason")
