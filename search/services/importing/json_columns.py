"""Validation of the JSON columns of an archive: learning curves and mutations."""

from typing import Any

from search.evolution.genotypes.mutation import Mutation
from search.services.importing.reading import BadFile, FileLine


def check_curve(value: Any, line: FileLine) -> None:
    if not (isinstance(value, list) and all(_is_point(point) for point in value)):
        raise BadFile("evaluation: a curve is a list of objects of numbers", line=line.number)


def _is_point(point: Any) -> bool:
    return isinstance(point, dict) and all(
        type(value) in (int, float, type(None)) for value in point.values()
    )


def check_mutation(value: Any, line: FileLine) -> None:
    if value is None:
        return
    try:
        numbers = Mutation.from_json(value).to_json().values()
    except TypeError:
        numbers = {}.values()
    if not numbers or not all(type(number) is int and 0 <= number < 1000 for number in numbers):
        raise BadFile(
            "individual.mutation must be null or {level, motif, successor, predecessor, old, new}",
            line=line.number,
        )
