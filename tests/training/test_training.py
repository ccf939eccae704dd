"""Real trainings on real images."""

import pytest

from search.evolution.evaluation import Evaluated, Progress
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.loop import run
from tests.training import runs
from tests.training.cases import LIU, digits_protocol, small_cell


def trained(phenotype: Phenotype, seed: int, **changes: object) -> Evaluated:
    return runs.trained(phenotype, digits_protocol(**changes), seed=seed)


def without_times(result: Evaluated) -> list[dict[str, object]]:
    return [{name: value for name, value in point.items() if name != "seconds"} for point in result.curve]


def losses(result: Evaluated) -> list[float]:
    return [loss for point in result.curve if (loss := point["loss"]) is not None]


def test_the_published_cell_learns_digits_far_above_chance() -> None:
    result = trained(build_phenotype(LIU), 1, channels=8, steps=60, batch_size=64, learning_rate_drops=[45])
    assert result.accuracy > 0.75
    assert result.device == "cpu"
    assert result.seconds > 0


def test_the_same_seed_gives_the_same_result_to_the_last_bit() -> None:
    phenotype = build_phenotype(LIU)
    options = {"crop": 7, "crop_padding": 1, "flip": True, "learning_rate_drops": [6]}
    first, same, other = (trained(phenotype, seed, **options) for seed in (5, 5, 6))
    assert first.accuracy == same.accuracy
    assert without_times(first) == without_times(same)
    assert without_times(first) != without_times(other)


def test_the_curve_has_points_of_which_a_handful_are_scored() -> None:
    seen: list[Progress] = []
    result = runs.trained(small_cell(), digits_protocol(steps=50), progress=seen.append)
    points = [point for point in seen if point.loss is not None]
    assert [point["step"] for point in result.curve] == [point.step for point in points]
    assert len(result.curve) == run.CURVE_POINTS
    scored = [point for point in result.curve if point["validation_accuracy"] is not None]
    assert len(scored) == len(run.SCORED_POINTS)
    assert scored[-1]["step"] == 50
    assert scored[-1]["validation_accuracy"] == result.accuracy
    assert all(0 <= (point["train_accuracy"] or 0) <= 1 for point in result.curve)
    assert min(losses(result)) > 0
    assert losses(result)[-1] < losses(result)[0]


@pytest.mark.parametrize("steps", [1, 2, 5, 13])
def test_short_trainings_end_with_a_score(steps: int) -> None:
    result = trained(small_cell(), 1, steps=steps)
    assert result.curve[-1]["step"] == steps
    assert result.curve[-1]["validation_accuracy"] == result.accuracy
    assert len(result.curve) == min(steps, run.CURVE_POINTS)


def test_a_learning_rate_dropped_to_nothing_stops_the_learning() -> None:
    frozen = trained(small_cell(), 1, steps=24, learning_rate_drops=[12], drop_factor=1e-12, momentum=0)
    again = trained(small_cell(), 1, steps=12, momentum=0)
    assert frozen.curve[5]["step"] == 12
    half = [point["validation_accuracy"] for point in frozen.curve if point["step"] == 12]
    assert half == [again.accuracy]
    going_on = trained(small_cell(), 1, steps=24, momentum=0)
    assert losses(going_on)[-1] < losses(frozen)[-1]


def test_images_of_odd_sizes_train() -> None:
    assert trained(build_phenotype(LIU), 1, image_size=11, steps=2).accuracy >= 0


def test_a_larger_host_trains() -> None:
    assert trained(small_cell(), 1, host="large", cells=2, final_separable="s2_2c", steps=2).accuracy >= 0
