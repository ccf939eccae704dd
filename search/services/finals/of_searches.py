"""Final evaluations of a search's networks: one of its individuals, or its best."""

from collections.abc import Mapping, Sequence
from typing import Any

from search.evolution.experiments.config import Protocol
from search.evolution.finals.presets import DEFAULT_PRESET, final_from_preset
from search.models import FinalEvaluation, Individual
from search.services.finals.asking import ask_for_final


def ask_for_finals(
    individuals: Sequence[Individual],
    *,
    preset: str = DEFAULT_PRESET,
    over: Mapping[str, Any] | None = None,
    owner_id: int | None = None,
) -> list[FinalEvaluation]:
    """One for each individual, on the data set that its search was made on unless `over` says otherwise. Those that
    wait are to be sent. Each is a transaction of its own.

    Raises ConfigError for what is no protocol, KeyError for an unknown preset; nothing is asked for then.
    """
    wanted = [
        (row, final_from_preset(preset, Protocol.model_validate(row.evaluation.protocol), over))
        for row in individuals
    ]
    return [
        ask_for_final(genotype=row.genotype, protocol=protocol, owner_id=owner_id)[0]
        for row, protocol in wanted
    ]
