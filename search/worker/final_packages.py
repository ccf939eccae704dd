"""Package of a finished final evaluation: gathered from the database and the files, made and verified by torch."""

import logging
from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

from search.artifacts.finals import keep_package, refuse_package, run_weights
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import FinalEvaluation, WorkState
from search.selectors.finals import final_by_id, final_runs, first_individual, summarise
from search.worker.attempts import load_trainer

log = logging.getLogger(__name__)

PACKAGER = "search.training.finals.package"
NO_WEIGHTS = (
    "the weights of run {run} are not on this machine, so there is nothing to pack; run it on the worker's"
)


def make_final_package(*, final_id: int) -> None:
    """Keep the package, or why there is none. Nothing happens for one that is not done."""
    final = final_by_id(final_id)
    if final.state != WorkState.DONE:
        return
    load_trainer()  # says how many threads torch may use
    keys: dict[str, Any] = {"phenotype_key": final.phenotype_key, "protocol_key": final.protocol_key}
    verified: Callable[[Any], Any] = import_string(f"{PACKAGER}.verified_package")
    refused: type[Exception] = import_string(f"{PACKAGER}.NotOffered")
    try:
        packed = verified(_finished(final, keys, refused))
    except refused as reason:
        log.warning("the package of final evaluation %s is not offered: %s", final_id, reason)
        refuse_package(**keys, runs=final.runs, problem=str(reason))
        return
    keep_package(**keys, runs=final.runs, content=packed.content, left_out=packed.left_out)


def _finished(final: FinalEvaluation, keys: dict[str, Any], refused: type[Exception]) -> object:
    records = final_runs(final)
    summary = summarise(final, records)
    genotype = Genotype.of_row(final.genotype)
    runs = []
    for record in records:
        weights = run_weights(**keys, run=record.run)
        if weights is None:
            raise refused(NO_WEIGHTS.format(run=record.run + 1))
        figures = {name: getattr(record, name) for name in ("accuracy", "top5", "loss", "device")}
        runs.append({**figures, "weights": weights})
    assert summary is not None  # a done one has runs
    return import_string(f"{PACKAGER}.Finished")(
        phenotype=build_phenotype(genotype),
        protocol=Protocol.model_validate(final.protocol),
        genotype=genotype,
        lineage=_lineage(final.phenotype_key),
        classes=final.classes,
        test_images=final.test_images,
        seen=final.seen,
        mean=summary.mean,
        deviation=summary.deviation,
        runs=runs,
    )


def _lineage(phenotype_key: str) -> str:
    row = first_individual(phenotype_key)
    if row is None:
        return "Given by hand."
    parent = f", a child of #{row.parent.step}" if row.parent else ""
    return (
        f"Individual #{row.step} of the search “{row.experiment.name}”, generation {row.generation}{parent}; "
        f"it was chosen by a validation accuracy of {100 * (row.fitness or 0):.2f} %."
    )
