"""Folders of images that are larger than a memory limit: read from their files, to the same result."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.training.data import locations
from search.training.data.datasets import load_split
from search.training.data.folder_images import kept_folders
from tests.training import runs
from tests.training.cases import digits_protocol, small_cell
from tests.training.files import write_image_folder
from tests.training.states import Memory, assert_same, read

SIZE = 96
"""60 images of 27 KiB: more than 1 MiB, so that 37 stay in memory and 23 in their files."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path))
    write_image_folder(tmp_path / "colours", images=20)
    kept_folders.clear()
    yield tmp_path / "colours"
    kept_folders.clear()


def protocol(**changes: Any) -> Protocol:
    return digits_protocol(
        dataset="folder:colours", image_size=SIZE, channels=2, steps=4, batch_size=8, validation_images=12,
        crop=24, flip=True, **changes,
    )  # fmt: skip


def trained(settings: Protocol, checkpoint: Memory | None = None) -> tuple[float, Memory]:
    checkpoint = checkpoint or Memory()
    found = runs.trained(small_cell(), settings, seed=5, checkpoint=checkpoint)
    return found.accuracy, checkpoint


@pytest.mark.parametrize("changes", [{}, {"resized_crop": 0.2}])
def test_the_same_result_as_in_memory_and_from_a_checkpoint(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = protocol(**changes)
    accuracy, whole = trained(settings)
    assert load_split(settings).train.files is None
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, image_memory_bytes=2**20))
    split = load_split(settings)
    assert split.train.files is not None
    assert len(split.train.pool) == 0
    streamed_accuracy, streamed = trained(settings)
    assert streamed_accuracy == accuracy
    assert_same(read(streamed.states[-1]), read(whole.states[-1]))
    again, resumed = trained(settings, Memory(streamed.states[1]))
    assert again == accuracy
    assert_same(read(resumed.states[-1]), read(whole.states[-1]))


def test_a_file_that_changes_under_a_training_ends_it_by_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, image_memory_bytes=2**20))
    split = load_split(protocol())
    last = folder / "red" / "9.png"
    buffer = BytesIO()
    Image.new("RGB", (31, 29)).save(buffer, "PNG")
    last.write_bytes(buffer.getvalue())
    everything = replace(split.train, indices=None)
    with pytest.raises(EvaluationFailed, match=r"red/9\.png changed while it was trained on"):
        _ = everything.pixels
    last.unlink()
    with pytest.raises(EvaluationFailed, match=r"red/9\.png cannot be read any more"):
        _ = everything.pixels


def test_a_file_that_is_no_image_is_named_before_the_training(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, image_memory_bytes=2**20))
    (folder / "red" / "9.png").write_bytes(b"no image")
    with pytest.raises(EvaluationFailed, match=r"red/9\.png is not a readable image"):
        load_split(protocol())
