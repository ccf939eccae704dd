"""Baselines of a search: reference cells scored on the test set under the search's protocol."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from search.evolution.experiments.config import Protocol
from search.evolution.finals.presets import DEFAULT_PRESET, final_from_preset
from search.evolution.genotypes.reference_cells import baseline_genotype
from search.models import Experiment, FinalEvaluation
from search.services.finals.asking import ask_for_final
from search.services.proposing.genotypes import keep_genotype


@transaction.atomic
def ask_for_baseline(
    experiment: Experiment,
    *,
    baseline: str,
    preset: str = DEFAULT_PRESET,
    over: Mapping[str, Any] | None = None,
    owner_id: int | None = None,
) -> FinalEvaluation:
    """The baseline's final evaluation on the search's data set; one that waits is to be sent.

    Raises ConfigError for what is no protocol, KeyError for an unknown preset or baseline.
    """
    config = experiment.configuration
    protocol = final_from_preset(preset, Protocol.model_validate(config.protocol.model_dump()), over)
    row, _ = keep_genotype(genotype=baseline_genotype(baseline, config.search_space, config.seed))
    return ask_for_final(genotype=row, protocol=protocol, owner_id=owner_id)[0]
