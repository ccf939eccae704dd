"""Random resized crops, and what of an image is scored, on images whose answer is known."""

from typing import Any

import pytest
import torch
from torch import Tensor

from search.evolution.experiments.config import Protocol
from search.training.data.batches import Batches
from search.training.data.datasets import load_split
from search.training.data.image_source import Images
from search.training.data.resized_crops import Parts, draw_parts, resized_crops
from search.training.data.scoring_views import view_scores, views
from tests.training import runs
from tests.training.cases import digits_protocol, small_cell

ROWS_AND_COLUMNS = (10 * torch.arange(8)[:, None] + torch.arange(8)).view(1, 8, 8, 1)
"""One grey image whose pixel at row r, column c is 10 r + c."""
IMAGES = Images(ROWS_AND_COLUMNS.to(torch.uint8), torch.zeros(1, dtype=torch.int64))
FIRST = torch.tensor([0])


def part(top: int, left: int, height: int, width: int) -> Parts:
    return Parts(*(torch.tensor([[value]]) for value in (top, left, height, width)))


def protocol(**changes: Any) -> Protocol:
    return digits_protocol(**changes)


def test_a_part_at_its_own_size_is_its_pixels() -> None:
    found = resized_crops(IMAGES, FIRST, part(2, 3, 4, 4), 4)
    assert torch.equal(found[0], ROWS_AND_COLUMNS[0, 2:6, 3:7].float())


def test_a_part_in_half_the_size_is_the_mean_of_four_pixels_and_its_mirror_image_too() -> None:
    found = resized_crops(IMAGES, FIRST, part(0, 2, 4, 4), 2)
    # The mean of rows 0 and 1 and of columns 2 and 3 is 10 * 0.5 + 2.5.
    assert found[0, :, :, 0].tolist() == [[7.5, 9.5], [27.5, 29.5]]
    turned = resized_crops(IMAGES, FIRST, part(0, 2, 4, 4), 2, torch.tensor([[True]]))
    assert turned[0, :, :, 0].tolist() == [[9.5, 7.5], [29.5, 27.5]]


def test_an_enlarged_part_never_shows_what_lies_beside_it() -> None:
    found = resized_crops(IMAGES, FIRST, part(2, 3, 2, 2), 8)[0, :, :, 0]
    assert (float(found.min()), float(found.max())) == (23.0, 34.0)


def test_drawn_parts_lie_in_the_image_with_areas_and_ratios_as_asked_for() -> None:
    parts = draw_parts(4000, 100, 0.08, torch.Generator().manual_seed(1))
    for start, length in ((parts.top, parts.height), (parts.left, parts.width)):
        assert int(start.min()) == 0
        assert int((start + length).max()) == 100
    share = (parts.height * parts.width).double() / 100**2
    ratio = parts.width.double() / parts.height
    assert 0.07 < float(share.min()) < 0.1
    # A uniform area would have mean 0.54; large ones that fit in no direction are drawn again.
    assert 0.45 < float(share.mean()) < 0.54
    assert 1.2 < float(ratio.max()) <= 1.4
    assert float(ratio.log().mean()) == pytest.approx(0, abs=0.02)
    whole = draw_parts(50, 100, 1.0, torch.Generator().manual_seed(1))
    assert int((whole.height * whole.width).min()) > 9900


def test_batches_train_on_parts_at_the_size_of_the_crop_and_score_whole_images() -> None:
    split = load_split(protocol())
    for crop, side in ((None, 8), (6, 6)):
        settings = protocol(resized_crop=0.3, crop=crop, flip=True)
        batches = Batches(split, settings, torch.device("cpu"), seed=1)
        images, _ = next(batches.training())
        assert images.shape[1:] == (1, side, side)
        assert next(batches.scoring())[0].shape[2:] == (8, 8)


def corner_values(scoring: str) -> list[float]:
    """The upper left pixel of each view of side 4."""
    settings = protocol(scoring=scoring, scoring_size=4)
    image = ROWS_AND_COLUMNS.permute(0, 3, 1, 2).float()
    return [float(view[0, 0, 0, 0]) for view in views(image, settings)]


def test_ten_crops_are_four_corners_the_centre_and_their_mirror_images() -> None:
    assert corner_values("ten") == [0, 4, 40, 44, 22, 3, 7, 43, 47, 25]
    assert corner_values("centre") == [22]


def test_probabilities_of_the_views_are_averaged() -> None:
    def network(
        images: Tensor,
    ) -> Tensor:  # certain of class 1 where the first pixel is above 40, else of class 0
        above = images[:, 0, 0, 0] > 40
        return torch.stack([(~above).float(), above.float()], dim=1) * 100

    image = ROWS_AND_COLUMNS.permute(0, 3, 1, 2).float()
    found = view_scores(network, image, protocol(scoring="ten", scoring_size=4))
    assert found.softmax(1)[0].tolist() == pytest.approx([0.7, 0.3])
    assert view_scores(network, image, protocol())[0].tolist() == [100, 0]


def test_ten_crops_change_the_score_of_a_training_and_nothing_of_the_training() -> None:
    def trained(**changes: Any) -> Any:
        return runs.trained(small_cell(), protocol(precision="bfloat16", **changes), seed=5)

    whole, ten = trained(), trained(scoring="ten", scoring_size=6)
    assert [point["loss"] for point in whole.curve] == [point["loss"] for point in ten.curve]
    assert whole.accuracy != ten.accuracy


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"resized_crop": 0.1, "crop": 6, "crop_padding": 2}, "crop_padding must be 0 with it, not 2"),
        ({"scoring": "ten"}, "scoring ten needs scoring_size"),
        ({"scoring": "centre", "scoring_size": 9}, "scoring_size 9 is larger than the image of 8 pixels"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        protocol(**changes)
