"""A final evaluation whose runs are made up: for tests of what is shown of it."""

import base64
from typing import Any

from search.evolution.finals.protocol import run_seed
from search.evolution.finals.scores import FinalScore, Mistake
from search.models import Experiment, FinalEvaluation, Individual
from search.selectors.finals import best_individuals
from search.services.finals.attempts import claim_final, finish_final, record_run
from search.services.finals.of_searches import ask_for_finals

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
"""One grey pixel as PNG."""


def made_up_score(right: int, *, classes: int = 3, images: int = 10) -> FinalScore:
    """`right` of the `images` test images of each class are classified right, the others as the next class."""
    confusion = []
    for label in range(classes):
        confusion.append((label, label, right))
        confusion.append((label, (label + 1) % classes, images - right))
    return FinalScore(
        accuracy=right / images,
        top5=1.0,
        loss=0.5,
        confusion=tuple(row for row in confusion if row[2]),
        mistakes=(Mistake(7, 0, 1, 0.99, PIXEL), Mistake(21, 2, 0, 0.8, PIXEL)),
        test_images=classes * images,
        seen=1,
        classes=("bag", "coat", "dress")[:classes],
        curve=(
            {"step": 5, "loss": 0.9, "train_accuracy": 0.5, "validation_accuracy": None, "seconds": 1.0},
            {"step": 10, "loss": 0.4, "train_accuracy": 0.8, "validation_accuracy": None, "seconds": 2.0},
        ),
        seconds=2.0,
        device="cpu",
        weights=b"",
    )


def made_up_final(
    search: Experiment, *, right: tuple[int, ...] = (7, 9), preset: str = "short", **over: Any
) -> FinalEvaluation:
    """Of the best network of a search: done, with a run for each number."""
    return scored(best_individuals(search, 1)[0], right=right, preset=preset, **over)


def scored(
    individual: Individual, *, right: tuple[int, ...] = (7, 9), preset: str = "short", **over: Any
) -> FinalEvaluation:
    """Of one individual: done, with a run for each number."""
    over = {"steps": 10, "repeats": len(right)} | over
    [row] = ask_for_finals([individual], preset=preset, over=over)
    claim = claim_final(final_id=row.pk, worker="worker@laptop")
    assert claim is not None
    for run, hits in enumerate(right):
        seed = run_seed(row.phenotype_key, row.protocol_key, run)
        record_run(claim=claim, run=run, seed=seed, score=made_up_score(hits))
    finish_final(claim=claim)
    row.refresh_from_db()
    return row
