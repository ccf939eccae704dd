"""Why two fitnesses of one network differ, or may not be compared: what differs in their protocols, in words."""

from collections.abc import Mapping
from typing import Any

from search.evolution.experiments.evaluators import EVALUATORS, FROM_SCRATCH

OF_NO_EFFECT = {"seed", "split_seed", "repeats", "time_limit_seconds", "needs", "memory_gib"}
"""Fields of a protocol that do not change what a fitness means. Which images score is noise, too."""
MOST = 3
TRAINED = FROM_SCRATCH.model_dump(mode="json")
"""What protocols of before there was a choice of evaluators mean."""


def protocol_differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[str]:
    """`steps 60 against 500`, for at most three fields; how fitness is got stands first."""
    names = sorted({*left, *right} - OF_NO_EFFECT, key=lambda name: (name != "evaluator", name))
    sides = [{"evaluator": TRAINED, **side} for side in (left, right)]
    differing = [name for name in names if sides[0].get(name, "") != sides[1].get(name, "")]
    words = [_words(name, sides[0].get(name), sides[1].get(name)) for name in differing[:MOST]]
    return [*words, *([f"{len(differing) - MOST} more"] if len(differing) > MOST else [])]


def _words(name: str, left: object, right: object) -> str:
    if name != "evaluator":
        return f"{name.replace('_', ' ')} {_value(left)} against {_value(right)}"
    one, other = _evaluator(left), _evaluator(right)
    return f"{one} against {other}" if one != other else f"each {one}, which is not the same one"


def _evaluator(document: object) -> str:
    """How it says that fitness is got."""
    kind = document.get("kind") if isinstance(document, Mapping) else document
    row = EVALUATORS.get(str(kind))
    return row.description if row else str(kind)


def _value(value: object) -> str:
    return "none" if value is None else str(value)
