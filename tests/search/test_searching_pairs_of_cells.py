"""A search over pairs of cells, with real trainings on digits: what it proposes, trains and stores."""

from typing import Any

import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, Motif
from search.selectors.consistency_audit import violations
from tests.search.importing.files import empty_the_database, exported, imported
from tests.search.searching import history, small_config, started, work_off

PAIR = {"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}

pytestmark = pytest.mark.django_db


def searched(name: str, **sections: Any) -> Experiment:
    config = small_config(individuals=10, in_flight=1, space=PAIR, **sections)
    return work_off(started(config, name=name))


def test_a_real_search_on_digits_trains_pairs_and_learns(settings: Any) -> None:
    settings.TRAINER = "search.training.trainer.evaluate"
    experiment = searched("pair", protocol={"steps": 60, "batch_size": 64, "validation_images": 500})
    assert (experiment.state, experiment.failed) == ("finished", 0)
    assert experiment.best is not None
    assert (experiment.best.fitness or 0) > 0.5, "ten classes: guessing gives 0.1"
    host = small_config().protocol.shape_host
    for row in experiment.individuals.select_related("genotype"):
        genotype = Genotype.of_row(row.genotype)
        assert genotype.space.reduction_cell
        phenotype = build_phenotype(genotype)
        assert row.genotype.phenotype_key == phenotype.key
        assert row.parameters == network_cost(phenotype, host).parameters
        assert row.genotype.motifs.count() == 5
    assert violations() == []


def test_the_same_seed_repeats_the_search() -> None:
    assert history(searched("one")) == history(searched("other"))


@pytest.mark.parametrize("kind", ["crossover", "coevolution", "aging", "q_learning"])
def test_other_strategies_search_pairs_to_the_end_with_nothing_inconsistent(kind: str) -> None:
    experiment = searched(kind, strategy={"kind": kind})
    assert (experiment.state, experiment.failed) == ("finished", 0)
    assert violations() == []


def test_a_cell_is_stored_once_whichever_slot_it_stands_in() -> None:
    searched("pair")
    cells = Motif.objects.filter(level=3)
    assert cells.count() == cells.values("key").distinct().count() > 2
    assert not cells.filter(phenotype_key="").exists()


def test_a_whole_experiment_travels_in_a_file_and_back() -> None:
    before = searched("travels")
    content, told = exported(before), history(before)
    empty_the_database()
    imported(content)
    after = Experiment.objects.get()
    assert history(after) == told
    assert after.config["space"] == before.config["space"]
    assert violations() == []
