"""A folder of images, one directory a class, is a data set."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.folder_content import Look
from search.training.data import datasets, locations
from search.training.data.datasets import load_pool, load_split
from search.training.data.locations import availability
from tests.training.cases import small_cell
from tests.training.files import COLOURS, write_image_folder
from tests.training.runs import trained

NAME = "folder:colours"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path))
    write_image_folder(tmp_path / "colours", images=20)
    return tmp_path / "colours"


def protocol(**changes: object) -> Protocol:
    document = {"dataset": NAME, "image_size": 8, "channels": 4, "steps": 20, "batch_size": 16}
    return Protocol.model_validate({**document, "validation_images": 20, **changes})


def test_directories_are_the_classes_and_images_are_resized() -> None:
    shape = load_pool(protocol()).shape
    assert (shape.classes, shape.image_channels, shape.image_size) == (len(COLOURS), 3, 8)
    split = load_split(protocol())
    assert split.train.pixels.shape == (40, 8, 8, 3)
    for label, colour in enumerate(COLOURS.values()):
        mean = split.train.pixels[split.train.labels == label].float().mean(dim=(0, 1, 2))
        assert int(mean.argmax()) == colour.index(max(colour))


def test_without_a_size_images_have_32_pixels() -> None:
    assert load_split(protocol(image_size=None)).train.pixels.shape[1:] == (32, 32, 3)


def test_a_network_learns_the_colours() -> None:
    result = trained(small_cell(), protocol())
    assert result.accuracy > 0.8


def test_an_unreadable_image_names_itself(folder: Path) -> None:
    (folder / "red" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(EvaluationFailed, match=r"broken\.png is not a readable image") as failure:
        load_split(protocol(seed=1))
    assert failure.value.code == "dataset_unavailable"


def test_other_files_and_grey_images_do_no_harm(folder: Path) -> None:
    (folder / "red" / "notes.txt").write_text("not an image")
    (folder / ".cache").mkdir()
    Image.new("L", (9, 9), 128).save(folder / "blue" / "grey.png")
    Image.new("P", (9, 9)).save(folder / "blue" / "palette.gif")
    split = load_split(protocol(seed=2))
    assert len(split.train) + len(split.validation) == 62


def test_a_missing_folder_names_itself(folder: Path) -> None:
    assert availability(NAME).available
    missing = "folder:other"
    assert not availability(missing).available
    assert str(folder.parent / "other") in availability(missing).message
    with pytest.raises(EvaluationFailed, match="other") as failure:
        load_split(protocol(dataset=missing))
    assert failure.value.code == "dataset_unavailable"


def test_one_class_is_no_data_set(folder: Path) -> None:
    (folder.parent / "single" / "only").mkdir(parents=True)
    with pytest.raises(EvaluationFailed, match="at least") as failure:
        load_split(protocol(dataset="folder:single"))
    assert failure.value.code == "dataset_unavailable"


def look(**changes: object) -> Look:
    return datasets.look_at(protocol(**changes).model_dump(mode="json"))


def test_looking_at_a_folder_tells_what_is_there_now_whatever_this_process_has_read(folder: Path) -> None:
    seen = look(seed=5).seen
    assert seen.startswith("60 images of 3 classes, ")
    folder.rename(folder.with_suffix(".away"))
    assert look(seed=5).seen == ""
    assert "there is no folder" in look(seed=5).problem
    folder.with_suffix(".away").rename(folder)
    assert look(seed=5).seen == seen
    first, second = sorted((folder / "red").iterdir())[:2]
    first.write_bytes(second.read_bytes())  # the same number of files
    assert look(seed=5).seen not in ("", seen)


def test_a_folder_with_an_image_that_does_not_read_is_not_there(folder: Path) -> None:
    (folder / "red" / "half.png").write_bytes(b"half a picture")
    assert look(seed=6).seen == ""
    assert "half.png" in look(seed=6).problem
    (folder / "red" / "half.png").unlink()
    assert look(seed=6).seen


def test_a_folder_with_too_few_images_is_waited_for_and_says_what_helps() -> None:
    asked = look(validation_images=5000)
    assert not asked.seen
    assert "has 60 images to search with" in asked.problem
    assert "lower one of them" in asked.problem


def test_a_data_set_that_ships_with_the_installation_is_there() -> None:
    assert look(dataset="digits").seen == "digits is whole"
