"""Batches: every image once a pass, crops and flips that are the image's own pixels, scoring on all of it."""

from itertools import islice

import pytest
import torch

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DatasetShape
from search.training.data.batches import Batches
from search.training.data.image_source import Images, Split

SIZE = 6


def numbered(count: int) -> Images:
    """Images whose pixel values tell row and column, and whose labels tell the image."""
    rows, columns = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    pixels = torch.stack([10 * rows + columns, 100 + 10 * rows + columns], dim=-1).to(torch.uint8)
    return Images(pixels.expand(count, SIZE, SIZE, 2).contiguous(), torch.arange(count))


def batches(*, seed: int = 1, images: int = 50, **changes: object) -> Batches:
    document = {"dataset": "folder:any", "batch_size": 20, **changes}
    split = Split(
        numbered(images), numbered(300), torch.zeros(2), torch.ones(2), DatasetShape("any", SIZE, 2, 2, 0, "")
    )
    return Batches(split, Protocol.model_validate(document), torch.device("cpu"), seed=seed)


def pixels_of(images: torch.Tensor) -> torch.Tensor:
    """Back to bytes [B, C, H, W]."""
    return (images * 255).round().to(torch.int64)


def test_each_pass_sees_every_image_once_in_a_new_order() -> None:
    labels = torch.cat([labels for _, labels in islice(batches().training(), 5)])
    first, second = labels[:50].tolist(), labels[50:].tolist()
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second


def test_a_batch_larger_than_the_data_set_repeats_it() -> None:
    _, labels = next(batches(images=8).training())
    assert len(labels) == 20
    assert int(torch.bincount(labels).min()) >= 2


def test_without_crop_and_flip_images_pass_unchanged() -> None:
    images, _ = next(batches().training())
    expected = numbered(1).pixels.permute(0, 3, 1, 2).expand(20, 2, SIZE, SIZE)
    assert torch.equal(pixels_of(images), expected.long())


def test_a_crop_is_a_window_of_the_image_and_all_windows_are_drawn() -> None:
    seen = set()
    for images, _ in islice(batches(crop=4).training(), 20):
        assert images.shape == (20, 2, 4, 4)
        for image in pixels_of(images):
            top, left = divmod(int(image[0, 0, 0]), 10)
            assert torch.equal(image[0], numbered(1).pixels[0, top : top + 4, left : left + 4, 0].long())
            assert torch.equal(image[1], image[0] + 100)
            seen.add((top, left))
    assert seen == {(top, left) for top in range(3) for left in range(3)}


def test_half_of_the_images_are_mirrored() -> None:
    mirrored = total = 0
    for images, _ in islice(batches(flip=True).training(), 20):
        for image in pixels_of(images):
            row = image[0, 0].tolist()
            assert row in (list(range(SIZE)), list(range(SIZE))[::-1])
            mirrored += row[0] != 0
            total += 1
    assert mirrored / total == pytest.approx(0.5, abs=0.1)


def test_padding_is_black_and_lets_a_crop_move() -> None:
    corners = {
        int(image[1, 0, 0]) for images, _ in islice(batches(crop=6, crop_padding=1).training(), 20)
        for image in pixels_of(images)
    }  # fmt: skip
    assert corners == {0, 100, 101, 110, 111}


def test_the_seed_alone_decides_the_batches() -> None:
    first, same, other = (
        [labels.tolist() for _, labels in islice(batches(seed=seed, crop=4, flip=True).training(), 4)]
        for seed in (1, 1, 2)
    )
    assert first == same != other


def test_scoring_sees_every_validation_image_whole_and_once() -> None:
    scored = list(batches(crop=4, crop_padding=2, flip=True).scoring())
    assert torch.cat([labels for _, labels in scored]).tolist() == list(range(300))
    assert {tuple(images.shape[1:]) for images, _ in scored} == {(2, SIZE, SIZE)}


def test_images_come_with_channels_last_and_normalised() -> None:
    made = batches(crop=4)
    made.mean, made.scale = torch.full((1, 2, 1, 1), 50.0), torch.full((1, 2, 1, 1), 0.1)
    images, _ = next(made.training())
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert float(images.min()) >= -5.0
    assert float(images.max()) == pytest.approx(10.5, abs=1.5)
