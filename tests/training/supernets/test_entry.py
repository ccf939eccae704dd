"""A whole shared training: to its end, killed and resumed, refused with the numbers, and scored with."""

from collections.abc import Callable
from typing import Any

import pytest

from search.evolution.artifacts import ArtifactJob, ArtifactProgress, TrainedArtifact
from search.evolution.evaluation import Cancelled, DeviceMemory, Evaluated, EvaluationFailed, Job, Runtime
from search.evolution.experiments.config import ConfigError
from search.evolution.experiments.evaluators import ScoreWithSharedWeights
from search.evolution.experiments.shared_trainings import METHODS, shared_training
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import build_phenotype
from search.training.supernets import evaluator, memory
from search.training.supernets.entry import train
from tests.training.states import Memory

SPACE = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
KEY = "0123456789abcdef" * 2


def document(**changes: Any) -> dict[str, Any]:
    protocol = {
        "dataset": "digits", "channels": 2, "steps": 6, "batch_size": 16, "learning_rate": 0.05,
        "train_images": 200, "validation_images": 60,
    }  # fmt: skip
    given = {"space": SPACE, "protocol": protocol, "epochs": 3, "candidates": 3, "gate_learning_rate": 0.05}
    return shared_training(given | changes).to_json()


def run(
    given: dict[str, Any],
    checkpoint: Memory | None = None,
    progress: Callable[[ArtifactProgress], None] = lambda _: None,
) -> TrainedArtifact:
    return train(ArtifactJob(given, 1, Runtime("cpu")), progress=progress, checkpoint=checkpoint)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_to_its_end_and_derives_a_network(method: str) -> None:
    points: list[Any] = []

    def progress(point: ArtifactProgress) -> None:
        if point.point is not None:
            points.append(point.point)

    found = run(document(method=method), progress=progress)
    assert [point["step"] for point in points] == [2, 4, 6]
    assert all(point["loss"] > 0 for point in points)
    assert build_phenotype(parse_genotype(found.result["derived"])).key
    accuracies = [row["accuracy"] for row in found.result["candidates"]]
    assert accuracies == sorted(accuracies, reverse=True)
    assert bool(points[-1]["gates"]) == (method in ("darts", "gdas", "enas"))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_a_normal_and_a_reduction_cell(method: str) -> None:
    pair = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 2, "nodes": 3}], "reduction_cell": True}
    found = run(document(method=method, space=pair))
    derived = parse_genotype(found.result["derived"])
    assert derived.space.reduction_cell
    assert len(derived.levels[-1]) == 2
    assert len(found.result["candidates"]) >= 3


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "gdas"},
        {"method": "enas"},
        {"method": "smash"},
        {"method": "smash", "growing_sizes": True},
    ],
    ids=lambda changes: " ".join(map(str, changes.values())),
)
def test_a_killed_one_goes_on_to_the_same_weights(changes: dict[str, Any]) -> None:
    whole, given = Memory(), document(**changes)
    expected = run(given, whole)
    resumed = Memory(whole.states[2])
    found = run(given, resumed)
    assert len(resumed.states) == 1 + 3
    assert found.content == expected.content
    assert found.result["candidates"] == expected.result["candidates"]


def test_it_can_be_interrupted() -> None:
    def stop(point: ArtifactProgress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run(document(method="random"), progress=stop)


def test_second_order_darts_trains_other_gates_than_first_order() -> None:
    first, second = (run(document(method="darts", second_order=order)) for order in (False, True))
    assert first.content != second.content


def test_small_networks_first_is_another_training_and_documents_without_it_stay_what_they_were() -> None:
    without, grown = (document(method="smash", growing_sizes=value) for value in (False, True))
    assert "growing_sizes" not in without
    assert grown == without | {"growing_sizes": True}
    assert run(without).content != run(grown).content


def test_what_cannot_fit_is_refused_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    small = DeviceMemory(2**20, 2**20)
    monkeypatch.setattr(memory, "device_memory", lambda _: small)
    with pytest.raises(
        EvaluationFailed, match=r"weights and 0\.\d MiB for each of 16 images; this cpu has 0\.0 GiB"
    ):
        run(document(method="darts"))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"method": "gdas", "second_order": True}, "second_order is of method darts"),
        ({"method": "gdas", "growing_sizes": True}, "growing_sizes is of method smash; method is 'gdas'"),
        ({"epochs": 7}, "epochs 7 are more than the 6 steps"),
        ({"method": "magic"}, "'random', 'enas', 'darts', 'gdas', 'fabric' or 'smash'"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        document(**changes)


class Files:
    """One finished shared training."""

    def __init__(self, content: bytes | None) -> None:
        self._content = content

    def artifact(self, key: str) -> bytes | None:
        return self._content if key == KEY else None

    def weights(self, **_: Any) -> bytes | None:
        return None


def scored(text: str, content: bytes | None, given: dict[str, Any]) -> Evaluated:
    genotype = parse_genotype(text)
    protocol = shared_training(given).protocol.model_copy(
        update={"evaluator": ScoreWithSharedWeights(kind="shared_weights", artifact=KEY)}
    )
    job = Job(genotype, build_phenotype(genotype), protocol, runtime=Runtime("cpu"))
    return evaluator.evaluate(job, progress=lambda _: None, artifacts=Files(content))


@pytest.mark.parametrize("method", ["gdas", "darts", "smash"])
def test_the_evaluator_scores_a_network_as_the_shared_training_did(method: str) -> None:
    given = document(method=method)
    found = run(given)
    for row in found.result["candidates"][:2]:
        assert scored(row["genotype"], found.content, given).accuracy == row["accuracy"]


def test_without_its_file_the_evaluator_says_what_is_missing() -> None:
    given = document(method="gdas")
    with pytest.raises(EvaluationFailed, match=f"no file of shared training {KEY}"):
        scored("2x3+1x3:4.15-3.10:2.11", None, given)
