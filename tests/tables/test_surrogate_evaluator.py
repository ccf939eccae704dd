"""An experiment on a surrogate: its fitness is predicted and called so; what it does not know fails with the reason."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from search.evolution.evaluation import EvaluationFailed, Job
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.learning.tabular.evaluator import evaluate
from search.learning.tabular.surrogate import Surrogate, load_surrogate
from search.models import Experiment, FitnessRecord, Individual
from search.tables import reports
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import started, work_off
from tests.tables.made_sample import DOCUMENT, NAME, ON_SURROGATE, PART, write_sample


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables with one sample in it, the same for all: a surrogate is fitted once."""
    folder = tmp_path_factory.mktemp("tables")
    write_sample(folder)
    return folder


@pytest.fixture(autouse=True)
def folder(samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reports, "FOLDER", samples)
    return samples


def surrogate() -> Surrogate:
    return load_surrogate(NAME)


def job(text: str | None = None, repeat: int = 0, **protocol: object) -> Job:
    genotype = next(iter(PART.networks().values())) if text is None else parse_genotype(text)
    document = Protocol.model_validate({**ON_SURROGATE, **protocol})
    return Job(genotype, build_phenotype(genotype), document, repeat=repeat)


def test_repeats_and_seeds_of_the_protocol_draw_other_noise_around_one_mean() -> None:
    found = [
        evaluate(job(repeat=repeat, seed=seed), progress=lambda point: None)
        for repeat in range(5)
        for seed in range(4)
    ]
    values = [row.accuracy for row in found]
    assert len(set(values)) == 20
    assert sum(values) / 20 == pytest.approx(surrogate().query(job().genotype, 40, seed="mean"), abs=0.03)
    again = evaluate(job(), progress=lambda point: None)
    assert again == found[0]
    assert [point["step"] for point in again.curve] == [10, 20, 40]
    assert [point["train_accuracy"] for point in again.curve] == [None] * 3
    assert again.seconds == pytest.approx(surrogate().simulate(job().genotype, 0, budget=40, seed=0).clock)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"steps": 30}, "steps 30: surrogate made-sample has accuracies after 10, 20, 40 steps"),
        ({"batch_size": 64}, "surrogate made-sample was made with batch_size 256; use that"),
        (
            {"evaluator": {"kind": "surrogate", "sample": "moon"}},
            "there is no surrogate 'moon'; those here: made-sample",
        ),
        ({"text": "2x3+1x3~max3x3:1.01-1.11:1.12"}, "is of another space than surrogate made-sample"),
    ],
)
def test_what_the_surrogate_does_not_know_fails_with_what_would_be_right(
    changed: dict[str, object], message: str
) -> None:
    with pytest.raises(EvaluationFailed, match=message) as failed:
        evaluate(job(**changed), progress=lambda point: None)  # type: ignore[arg-type]
    assert failed.value.code == "infeasible"


@pytest.mark.django_db
def test_a_whole_search_runs_on_the_surrogate_and_says_so_wherever_its_fitness_shows(client: Client) -> None:
    started_at = started(ExperimentConfig.model_validate(DOCUMENT))
    work_off(started_at)
    experiment = Experiment.objects.get()
    assert (experiment.state, experiment.evaluated, experiment.failed) == ("finished", 15, 0)
    assert set(FitnessRecord.objects.values_list("device", flat=True)) == {f"surrogate {NAME}"}
    row = Individual.objects.order_by("step")[3]
    pages = [
        f"/experiments/{experiment.pk}/",
        f"/experiments/{experiment.pk}/individuals/{row.step}/",
        "/experiments/",
    ]
    for address in pages:
        assert "Predicted by a surrogate" in client.get(address).content.decode(), address
    page = client.get(pages[0]).content.decode()
    assert "it is not ranked with fitness of trainings" in page
    assert "predicted, not trained" in page


@pytest.mark.django_db
def test_a_trained_network_is_another_evaluation_than_a_predicted_one(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    work_off(started(ExperimentConfig.model_validate(DOCUMENT)))
    predicted = set(Individual.objects.values_list("evaluation", flat=True))
    work_off(started(ExperimentConfig.model_validate({**DOCUMENT, "protocol": {"channels": 8, "steps": 40}})))
    others = Individual.objects.exclude(evaluation__in=predicted)
    assert others.count() == 15
