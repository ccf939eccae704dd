"""Learning curves as a still picture."""

import itertools
import math

from visualize.pages.genotypes.learning_curves import NAME_HEIGHT, learning_curves


def point(step: int, validation: float | None, training: float | None = None) -> dict[str, float | None]:
    return {
        "step": step,
        "loss": 1.0,
        "validation_accuracy": validation,
        "train_accuracy": training,
        "seconds": 1.0,
    }


def test_each_repeat_is_a_line_through_what_was_measured() -> None:
    curves = learning_curves([(1, [point(10, None, 0.3), point(20, 0.5, 0.6), point(40, 0.7)])], steps=40)
    assert curves is not None
    (line,) = curves.lines
    assert line.validation.count("L") == 1
    assert line.training.count("L") == 1
    assert line.end_x == curves.frame.x(40)


def test_a_single_measurement_is_a_dot() -> None:
    curves = learning_curves([(1, [point(40, 0.7)])], steps=40)
    assert curves is not None
    assert curves.lines[0].validation.endswith("h0")


def test_a_running_training_is_shown_against_all_its_steps() -> None:
    curves = learning_curves([(1, [point(10, 0.2), point(20, 0.4)])], steps=100)
    assert curves is not None
    assert curves.frame.x_max == 100


def test_numbers_of_repeats_that_end_alike_do_not_lie_on_each_other() -> None:
    curves = learning_curves([(repeat, [point(40, 0.7 + repeat / 1e6)]) for repeat in range(1, 5)], steps=40)
    assert curves is not None
    heights = sorted(line.end_y for line in curves.lines)
    assert all(later - earlier >= NAME_HEIGHT for earlier, later in itertools.pairwise(heights))


def test_nothing_measured_is_no_picture_and_nonsense_is_left_out() -> None:
    assert learning_curves([], steps=10) is None
    assert learning_curves([(1, [point(1, None), {}])], steps=10) is None
    assert learning_curves([(1, [point(1, math.nan)])], steps=10) is None


def test_a_stretch_of_the_steps_is_drawn_by_itself() -> None:
    points = [point(step, step / 1000, 0.1) for step in range(0, 401, 10)]
    curves = learning_curves([(1, points), (2, points[:5])], steps=400, stretch=(195, 255))
    assert curves is not None
    assert (curves.frame.x_min, curves.frame.x_max, curves.end, curves.zoomed) == (195, 255, 400, True)
    (line,) = curves.lines  # the other ended before
    assert line.validation.count("L") == 7  # six measured ones between both ends
    assert line.end_x == curves.frame.x_end
    whole = learning_curves([(1, points)], steps=400, stretch=(500, 900))
    assert whole is not None
    assert not whole.zoomed
