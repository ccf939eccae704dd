"""A search begins with genotypes that people give it, with or without known fitness."""

from typing import Any

import pytest

from search.evolution.experiments.config import ConfigError
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.strategies import STRATEGIES
from search.models import Evaluation, FitnessRecord, Individual
from search.selectors.consistency_audit import violations
from tests.search.searching import small_config, started, work_off

LIU = PUBLISHED["liu2018"].genotype
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_now_and_then")]


def seeded(*seeds: dict[str, Any], kind: str = "evolution", **sections: Any) -> Any:
    told = {"kind": kind, "start_from": list(seeds), "initial_population": 4}
    return small_config(individuals=8, in_flight=1, strategy=told, **sections)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_strategy_begins_with_the_given_genotypes(kind: str) -> None:
    experiment = work_off(started(seeded({"genotype": LIU.text}, kind=kind)))
    assert experiment.state == "finished", experiment.reason
    first, *rest = Individual.objects.filter(experiment=experiment).order_by("step")
    assert (first.origin, first.genotype.key) == ("seed", LIU.key)
    assert first.why == "genotype 1 of 1 that the search begins with"
    assert all(row.origin != "seed" for row in rest)


def test_a_known_fitness_is_taken_for_granted_by_this_search_alone() -> None:
    given = {"genotype": LIU.text, "fitness": 0.99}
    experiment = work_off(started(seeded(given, protocol={"repeats": 2})))
    first = Individual.objects.get(experiment=experiment, step=0)
    assert (first.fitness, first.shared, first.completion) == (0.99, True, 0)
    assert FitnessRecord.objects.filter(evaluation=first.evaluation).count() == 2
    assert experiment.best == first
    other = work_off(started(seeded({"genotype": LIU.text}, protocol={"repeats": 2})))
    trained = Individual.objects.get(experiment=other, step=0)
    assert trained.evaluation_id != first.evaluation_id
    assert trained.fitness != 0.99
    assert Evaluation.objects.filter(phenotype_key=first.evaluation.phenotype_key).count() == 2
    assert violations() == []


@pytest.mark.parametrize(
    "genotype, message",
    [
        ("nonsense", "neither JSON nor a genotype"),
        ("flat:1.06.006.0006.00006.000006.0000006.00000006.000000006.0000000006", "another space"),
        (LIU.text.rsplit(":", 1)[0] + ":0.00.000.0000", "start_from: genotype 1"),
    ],
)
def test_a_genotype_that_the_search_cannot_begin_with_is_refused(genotype: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        seeded({"genotype": genotype})
