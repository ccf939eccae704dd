"""Test scores of a trained network: top-1, top-5, confusion, and the images it gets most wrong."""

from dataclasses import dataclass
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from search.evolution.finals.scores import TOP, Mistake
from search.training.data.image_source import Images
from search.training.loop.run import TrainingRun

MOST_MISTAKES = 24
"""Images kept of one run."""


@dataclass(frozen=True)
class ScoresOnTest:
    """Fractions 0..1; see FinalScore."""

    accuracy: float
    top5: float
    loss: float
    confusion: tuple[tuple[int, int, int], ...]
    mistakes: tuple[Mistake, ...]


def score_on_test(run: TrainingRun, test: Images) -> ScoresOnTest:
    """Score every test image once."""
    predicted: list[Tensor] = []
    confidence: list[Tensor] = []
    top, losses, classes = 0, 0.0, 0
    for scores, labels in run.scores(test):
        found = scores.float()
        classes = found.shape[1]
        losses += float(functional.cross_entropy(found, labels, reduction="sum"))
        best = found.topk(min(TOP, classes), dim=1).indices
        top += int((best == labels[:, None]).sum())
        sure = functional.softmax(found, dim=1).max(dim=1)
        # The first of equal scores, as argmax has it where fitness is measured.
        predicted.append(found.argmax(1).cpu())
        confidence.append(sure.values.cpu())
    answers, sureness = torch.cat(predicted), torch.cat(confidence)
    labels = test.labels.cpu()
    return ScoresOnTest(
        accuracy=int((answers == labels).sum()) / len(labels),
        top5=top / len(labels),
        loss=losses / len(labels),
        confusion=_confusion(labels, answers, classes),
        mistakes=_mistakes(test, labels, answers, sureness),
    )


def _confusion(labels: Tensor, answers: Tensor, classes: int) -> tuple[tuple[int, int, int], ...]:
    counts = torch.bincount(labels * classes + answers)
    return tuple(
        (int(place) // classes, int(place) % classes, int(counts[place])) for place in counts.nonzero()[:, 0]
    )


def _mistakes(test: Images, labels: Tensor, answers: Tensor, sureness: Tensor) -> tuple[Mistake, ...]:
    wrong = (answers != labels).nonzero()[:, 0]
    order = sureness[wrong].argsort(descending=True, stable=True)[:MOST_MISTAKES]
    return tuple(
        Mistake(
            int(place),
            int(labels[place]),
            int(answers[place]),
            float(sureness[place]),
            _png(test.whole(place.reshape(1))[0]),
        )
        for place in wrong[order]
    )


def _png(pixels: Tensor) -> bytes:
    """Uint8 [H, W, C], grey or RGB."""
    array = pixels.cpu().numpy()
    buffer = BytesIO()
    Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array).save(buffer, "PNG")
    return buffer.getvalue()
