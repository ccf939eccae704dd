"""Subjects of a request: the experiments, or the study, that its address or form would change.

An id is read as leniently as any view reads it; what is no id at all names nothing, and the view refuses it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from search.models import Experiment, Study
from search.permissions import Owned
from search.selectors.accounts import experiments_touched
from search.selectors.shared_trainings import experiments_using

Subject = Callable[[HttpRequest, Mapping[str, Any]], Sequence[Owned]]
LARGEST = 2**63 - 1


def experiment_in_address(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Experiment]:
    return _experiments(arguments.get("experiment_id"))


def experiment_in_form(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Experiment]:
    """The one that the editor's form says the genotype is for."""
    return _experiments(request.POST.get("in"))


def experiments_picked(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Experiment]:
    """Those ticked in the list, unless they are only to be looked at."""
    if request.POST.get("do") in ("compare", "export"):
        return []
    words = ",".join(request.POST.getlist("pick")).split(",")
    numbers = [number for word in words if (number := _number(word)) is not None]
    return list(Experiment.objects.select_related("owner").filter(pk__in=numbers))


def experiments_of_evaluation(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Experiment]:
    number = _number(arguments.get("evaluation_id"))
    return [] if number is None else experiments_touched(number)


def study_in_address(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Study]:
    number = _number(arguments.get("study_id"))
    return [] if number is None else list(Study.objects.select_related("owner").filter(pk=number))


def experiments_using_shared_training(request: HttpRequest, arguments: Mapping[str, Any]) -> list[Experiment]:
    number = _number(arguments.get("training_id"))
    return [] if number is None else experiments_using(number)


def _experiments(value: object) -> list[Experiment]:
    number = _number(value)
    rows = Experiment.objects.select_related("owner")
    return [] if number is None else list(rows.filter(pk=number))


def _number(value: object) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if 0 < number <= LARGEST else None
