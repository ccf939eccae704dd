"""An experiment on a table: fitness is looked up with its noise, and what the table does not hold fails with why."""

from pathlib import Path

import pytest

from search.evolution.evaluation import EvaluationFailed, Job, Progress
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, FitnessRecord, Individual
from search.tables import reports
from search.tables.evaluator import evaluate
from tests.search.searching import started, work_off
from tests.tables.made_table import SPACE, made_bytes, made_table

TEXT = "2x3+1x3~sep3x3+identity:1.01-2.20:1.12"
ON_TABLE = {"channels": 8, "steps": 40, "evaluator": {"kind": "table", "table": "made"}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made.npz").write_bytes(made_bytes())
    monkeypatch.setattr(reports, "FOLDER", tmp_path)


def job(text: str = TEXT, repeat: int = 0, **protocol: object) -> Job:
    genotype = parse_genotype(text)
    document = Protocol.model_validate({**ON_TABLE, **protocol})
    return Job(genotype, build_phenotype(genotype), document, repeat=repeat)


def test_the_repeats_are_the_stored_trainings_each_once() -> None:
    found = [evaluate(job(repeat=repeat), progress=lambda point: None) for repeat in range(3)]
    stored = [made_table().query(TEXT, 40, seed=seed) for seed in range(3)]
    assert sorted(row.accuracy for row in found) == sorted(stored)
    assert [point["step"] for point in found[0].curve] == [10, 20, 40]
    assert found[0].seconds == pytest.approx(4.0)


def test_another_seed_of_the_protocol_may_meet_another_training() -> None:
    found = {evaluate(job(seed=seed), progress=lambda point: None).accuracy for seed in range(60)}
    assert found == {made_table().query(TEXT, 40, seed=seed) for seed in range(3)}


def test_a_smaller_budget_is_a_point_of_the_curve() -> None:
    told: list[Progress] = []
    result = evaluate(job(steps=20), progress=told.append)
    assert result.accuracy in {made_table().query(TEXT, 20, seed=seed) for seed in range(3)}
    assert (told[-1].step, told[-1].steps) == (20, 20)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"steps": 30}, "steps 30: table made has accuracies after 10, 20, 40 steps"),
        ({"batch_size": 64}, "batch_size 64: table made was made with batch_size 256; use that"),
        (
            {"evaluator": {"kind": "table", "table": "moon"}},
            "there is no benchmark table 'moon'; those here: made",
        ),
        ({"text": "2x3+1x3~max3x3:1.01-1.11:1.12"}, "which is not among the 248"),
        ({"repeat": 3}, "ask for at most 3 repeats"),
    ],
)
def test_what_the_table_does_not_hold_fails_with_what_would_be_right(
    changed: dict[str, object], message: str
) -> None:
    with pytest.raises(EvaluationFailed, match=message) as failed:
        evaluate(job(**changed), progress=lambda point: None)  # type: ignore[arg-type]
    assert failed.value.code == "infeasible"


@pytest.mark.django_db
def test_a_whole_search_runs_on_the_table() -> None:
    config = ExperimentConfig.model_validate(
        {
            "space": SPACE,
            "strategy": {"kind": "evolution", "initial_population": 10, "initial_mutations": 50},
            "protocol": ON_TABLE,
            "budget": {"individuals": 30, "in_flight": 1},
        }
    )
    experiment = started(config)
    work_off(experiment)
    experiment = Experiment.objects.get()
    assert (experiment.state, experiment.evaluated, experiment.failed) == ("finished", 30, 0)
    trained = Individual.objects.values("evaluation").distinct().count()
    assert experiment.train_seconds == pytest.approx(4.0 * trained)  # the table's, as if it had trained them
    for row in Individual.objects.select_related("genotype", "evaluation"):
        stored = [made_table().query(row.genotype.text, 40, seed=seed) for seed in range(3)]
        assert row.fitness in stored
    assert set(FitnessRecord.objects.values_list("device", flat=True)) == {"table made"}
