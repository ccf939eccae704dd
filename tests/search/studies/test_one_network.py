"""Studies of one genotype: sizes, training settings, data sets; seeds retrain it on the same split."""

import pytest
from django.test import Client

from search.evolution.experiments.config import ConfigError, Protocol
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.studies.one_network import SweepSettings, random_points
from search.evolution.studies.rows import study_cells, study_settings
from search.models import Evaluation, FinalEvaluation
from search.selectors.studies import study_by_id, study_results
from tests.search.studies.running import launched, run_to_its_end

TINY = {"protocol": {"steps": 5, "batch_size": 16, "repeats": 1}, "final_runs": 1}
CELL = PUBLISHED["liu2018"].genotype


@pytest.mark.django_db
def test_scaling_trains_every_size_and_shows_accuracy_against_its_cost(client: Client) -> None:
    study = run_to_its_end(launched("scaling", **TINY, cells_per_group=[1, 2], channels=[4], seeds=2))
    results = study_results(study_by_id(study.pk))
    assert [arm.arm for arm in results.arms] == ["1@16", "2@16"]
    assert Evaluation.objects.count() == 4
    for arm in results.arms:
        protocol = arm.cells[0].cell.plan["search"]["protocol"]
        host = Protocol.model_validate(protocol).shape_host
        assert arm.cells[0].parameters == network_cost(build_phenotype(CELL), host).parameters
        assert len(arm.scores.runs) == 2
    page = client.get(f"/studies/{study.pk}/").content.decode()
    assert "Test accuracy against parameters" in page
    assert "Test accuracy against multiply-adds" in page


@pytest.mark.django_db
def test_a_sweep_judges_by_validation_and_asks_for_no_test_score() -> None:
    study = run_to_its_end(launched("protocol-sweep", protocol=TINY["protocol"], learning_rates=[0.1, 0.2]))
    assert not FinalEvaluation.objects.exists()
    assert Evaluation.objects.count() == 4
    assert all(arm.scores.fitness for arm in study_results(study_by_id(study.pk)).arms)


def test_random_points_lie_within_the_range_and_are_the_same_again() -> None:
    settings = SweepSettings(random_points=20, batch_sizes=(16, 64))
    points = random_points(settings)
    assert points == random_points(settings)
    assert len(set(points)) == 20
    assert all(
        0.03 <= rate <= 0.3 and 3e-5 <= decay <= 3e-4 and 16 <= batch <= 64 for rate, decay, batch in points
    )


def test_transfer_changes_the_data_set_alone_and_seeds_keep_the_split() -> None:
    made = study_cells("transfer", study_settings("transfer", {"seeds": 2}))
    assert [(cell.arm, cell.seed) for cell in made] == [
        ("digits", 1),
        ("fashion-mnist", 1),
        ("digits", 2),
        ("fashion-mnist", 2),
    ]
    protocols = [cell.search.protocol.model_dump() for cell in made]
    differing = {name for name in protocols[0] if len({str(one[name]) for one in protocols}) > 1}
    assert differing == {"dataset", "seed"}


def test_what_is_no_genotype_and_no_size_is_refused() -> None:
    with pytest.raises(ConfigError, match="genotype: 'abc' is neither JSON nor a genotype's text"):
        study_settings("scaling", {"genotype": "abc"})
    with pytest.raises(ConfigError, match=r"channels\.0: Input should be greater than or equal to 1, got 0"):
        study_settings("scaling", {"channels": [0]})


def test_too_many_cells_are_refused_with_the_most_there_may_be() -> None:
    told = study_settings("protocol-sweep", {"random_points": 200, "seeds": 3})
    with pytest.raises(ConfigError, match="this makes 600 cells; a study has at most 400"):
        study_cells("protocol-sweep", told)
