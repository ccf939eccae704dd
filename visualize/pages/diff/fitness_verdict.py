"""Verdict on a fitness difference in words: significant, noise, unknown."""

from dataclasses import dataclass
from typing import Literal

from search.evolution.statistics.significance import Comparison, Measured, Pooled, compare
from search.models import Individual, WorkState
from search.selectors.noise import pooled_spread
from visualize.pages.shared.protocol_differences import protocol_differences
from visualize.style.formats import count, per_cent, points

Kind = Literal["beyond", "within", "unknown", "same", "incomparable", "absent"]

NEVER = 0.001
FEW = 5
"""Individuals up to which being the best of them is no choice among many."""
OWN_SPLITS = (
    "Each was scored on validation images of its own, and what that adds to the noise is not known: no network of one "
    "experiment was trained again so."
)
CHOSEN = (
    " #{step} was chosen as the best of {evaluated} by this very number: part of its lead is luck, and trained afresh "
    "it would lose some of it."
)


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    headline: str
    text: str
    difference: float | None = None
    """Right minus left; None where the two cannot be compared."""


def fitness_verdict(left: Individual | None, right: Individual | None, *, same_network: bool) -> Verdict:
    """For rows that were fetched with their evaluations and experiments; None: a genotype on its own."""
    if left is None or right is None:
        return Verdict(
            "absent",
            "No fitness to compare",
            "A genotype on its own has no fitness: experiments measure it. Choose individuals, such as 12/345.",
        )
    if left.fitness is None or right.fitness is None:
        open_ones = [_why_none(row) for row in (left, right) if row.fitness is None]
        return Verdict("absent", "No fitness to compare", " ".join(dict.fromkeys(open_ones)))
    if differing := protocol_differences(left.evaluation.protocol, right.evaluation.protocol):
        return Verdict(
            "incomparable",
            "Measured differently",
            f"They were trained under different protocols ({', '.join(differing)}), so their fitness says nothing "
            "about which network is better.",
        )
    return _measured(left, right, left.fitness, right.fitness, same_network)


def _measured(
    left: Individual, right: Individual, first: float, second: float, same_network: bool
) -> Verdict:
    difference = second - first
    if left.evaluation_id == right.evaluation_id:
        text = "Both have the fitness of one training: the network is the same."
        return Verdict("same", "One measurement", text, difference)
    if same_network:
        text = (
            f"The same network was trained twice: {_amount(difference)} are noise, and show how large it is."
        )
        return Verdict("same", "Nothing but noise", text, difference)
    images = int(left.evaluation.protocol.get("validation_images") or 1)
    own_splits = _split(left) != _split(right)
    sides = [_side(row, fitness, own_splits) for fitness, row in ((first, left), (second, right))]
    pooled = None
    # Of another experiment the pool would not hold what its own split adds.
    if any(side.repeats == 1 for side in sides) and not (
        own_splits and left.experiment_id != right.experiment_id
    ):
        pooled = pooled_spread(left.experiment)
    comparison = compare(sides[0], sides[1], resolution=1 / images, pooled=pooled)
    if comparison is None:
        text = OWN_SPLITS if own_splits else _unknown(difference, sides, images)
        return Verdict("unknown", "Noise unknown", text, difference)
    kind: Kind = "beyond" if comparison.beyond_noise else "within"
    headline = "Beyond noise" if comparison.beyond_noise else "Within noise"
    return Verdict(kind, headline, _tested(comparison, sides, pooled) + _chosen(left, right), difference)


def _split(row: Individual) -> object:
    """What draws the validation images that an individual was scored on."""
    protocol = row.evaluation.protocol
    split: object = protocol.get("split_seed")
    return protocol.get("seed") if split is None else split


def _side(row: Individual, fitness: float, own_splits: bool) -> Measured:
    """Repeats share their images: where each side has images of its own, they tell nothing of what that adds, and all
    of them together count as one measurement, whose spread only networks that were trained again can tell."""
    return Measured(fitness, 1, None) if own_splits else Measured(fitness, _repeats(row), row.fitness_spread)


def _chosen(left: Individual, right: Individual) -> str:
    """The best of many owes part of its lead to luck, which no test of one pair knows of."""
    for row in (left, right):
        if row.pk is not None and row.experiment.best_id == row.pk and row.experiment.evaluated > FEW:
            return CHOSEN.format(step=row.step, evaluated=count(row.experiment.evaluated))
    return ""


def _repeats(row: Individual) -> int:
    return row.repeats or int(row.evaluation.protocol.get("repeats") or 1)


def _why_none(row: Individual) -> str:
    if row.state == WorkState.FAILED:
        reason = row.reason or row.evaluation.reason
        return f"#{row.step} failed{': ' + reason.rstrip('.') if reason else ''}."
    if row.state == WorkState.CANCELLED and row.stopped_at is not None:
        return f"#{row.step} was stopped early, at step {row.stopped_at} of its training."
    if row.state == WorkState.CANCELLED:
        return f"#{row.step} was cancelled."
    if row.evaluation.state == WorkState.RUNNING:
        return f"#{row.step} is being trained ({per_cent(row.evaluation.progress, 0)})."
    return f"#{row.step} waits for a worker."


def _unknown(difference: float, sides: list[Measured], images: int) -> str:
    each = "each" if all(side.repeats == 1 for side in sides) else "for one of them"
    return (
        f"One repeat {each}: how much of the difference is noise of training is not known. One image of the "
        f"{count(images)} it was measured on is {points(1 / images).lstrip('+')} points; the difference is "
        f"{count(round(abs(difference) * images))} of them."
    )


def _tested(comparison: Comparison, sides: list[Measured], pooled: Pooled | None) -> str:
    source = f"from {sides[0].repeats} and {sides[1].repeats} repeats"
    if pooled is not None:
        source = (
            f"from a spread of {_unsigned(pooled.spread)}, pooled over {count(pooled.networks)} networks that this "
            "experiment trained more than once"
        )
    chance = "in less than 0.1 % of cases" if comparison.chance < NEVER else f"in {_share(comparison.chance)}"
    t = abs(comparison.difference / comparison.error)
    return (
        f"{_amount(comparison.difference)}, with a standard error of {_unsigned(comparison.error)} {source}: "
        f"noise alone would make a difference at least as large {chance} "
        f"(Welch’s t = {t:.2f}, {comparison.freedom:.1f} degrees of freedom)."
    )


def _share(chance: float) -> str:
    return f"{per_cent(chance, 0 if chance >= 0.1 else 1)} of cases"


def _amount(difference: float) -> str:
    return f"{points(difference)} points"


def _unsigned(value: float) -> str:
    return f"{100 * value:.2f} points"
