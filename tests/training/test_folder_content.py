"""A folder's content names what is trained on it; large ones are mapped; a damaged one is no network's fault."""

import os
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.folder_content import FolderContent, report_sentences
from search.evolution.experiments.protocol_keys import protocol_key
from search.training.data import datasets, decoded_files, folder_images, locations
from search.training.data.datasets import load_pool, load_split
from search.training.data.held_out import load_final_split
from tests.training.cases import small_cell
from tests.training.files import write_image_folder
from tests.training.runs import trained

NAME = "folder:colours"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path, var=tmp_path / "var"))
    monkeypatch.setattr(folder_images, "SETTLED_NANOSECONDS", 0)
    write_image_folder(tmp_path / "colours", images=10)
    return tmp_path / "colours"


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Every folder counts as large."""
    monkeypatch.setattr(decoded_files, "MAPPED_FROM_BYTES", 0)
    return tmp_path / "var" / "datasets"


def protocol(**changes: object) -> Protocol:
    document = {"dataset": NAME, "image_size": 8, "channels": 4, "steps": 12, "batch_size": 8}
    return Protocol.model_validate({**document, "validation_images": 6, **changes})


def content(**changes: object) -> FolderContent:
    report = datasets.look_at(protocol(**changes).model_dump(mode="json")).report
    assert report is not None
    return report.content


def refusal(asked: Protocol) -> str:
    with pytest.raises(EvaluationFailed) as refused:
        load_split(asked)
    assert refused.value.code == "dataset_unavailable"
    return refused.value.message


def test_the_fingerprint_follows_the_images_their_names_and_classes_and_not_their_times(folder: Path) -> None:
    before = content()
    assert (before.classes, before.images) == (3, 30)
    image = folder / "red" / "0.png"
    os.utime(image, (1, 1))
    assert content() == before
    fingerprints = {before.fingerprint}
    image.write_bytes((folder / "blue" / "0.png").read_bytes())
    fingerprints.add(content().fingerprint)
    image.rename(folder / "red" / "00.png")
    fingerprints.add(content().fingerprint)
    (folder / "red").rename(folder / "a red")  # now the first class
    fingerprints.add(content().fingerprint)
    assert len(fingerprints) == 4


def test_the_content_is_part_of_the_key_and_a_network_has_its_number_of_classes() -> None:
    plain, known = protocol(), protocol(content=content().model_dump())
    assert protocol_key(plain) != protocol_key(known)
    assert (plain.shape_host.classes, known.shape_host.classes) == (10, 3)
    assert known.dataset_shape.train_images == 30


def test_a_training_on_a_folder_that_has_changed_is_refused_and_goes_on_when_it_is_back(folder: Path) -> None:
    asked = protocol(content=content().model_dump())
    load_split(asked)
    (folder / "bird").mkdir()
    Image.new("RGB", (9, 9), "yellow").save(folder / "bird" / "1.png")
    said = refusal(asked)
    assert "this search began on 30 images of 3 classes, and now there are 31 images of 4 classes" in said
    (folder / "bird" / "1.png").unlink()
    (folder / "bird").rmdir()
    assert len(load_split(asked).validation) == 6


def test_images_that_are_replaced_are_read_anew(folder: Path) -> None:
    before = load_pool(protocol()).images.pixels.clone()
    for path in (folder / "red").iterdir():
        Image.new("RGB", (9, 9), "white").save(path)
    after = load_pool(protocol()).images.pixels
    assert not torch.equal(before, after)


def damaged_png(path: Path) -> bytes:
    """Its data chunk has another name: Pillow raises SyntaxError for it."""
    whole = path.read_bytes()
    place = whole.index(b"IDAT")
    return whole[:place] + b"\x06\xd5&\xf3" + whole[place + 4 :]


def test_whatever_the_image_library_raises_names_the_file_and_is_the_data_s_fault(folder: Path) -> None:
    image = folder / "red" / "0.png"
    whole = image.read_bytes()
    image.write_bytes(damaged_png(image))
    assert "red/0.png is not a readable image" in refusal(protocol())
    image.write_bytes(whole)
    load_split(protocol())


@pytest.mark.parametrize(
    "error", [SyntaxError("x"), zlib.error("x"), OverflowError("x"), AssertionError(), KeyError("x")]
)
def test_an_error_that_nobody_foresaw_is_the_data_s_fault(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(content: bytes, size: int) -> object:
        raise error

    monkeypatch.setattr(decoded_files, "read_image", fail)
    assert "is not a readable image" in refusal(protocol(image_size=9))


def test_a_name_that_is_no_utf_8_is_written_with_its_bytes(folder: Path) -> None:
    (folder / "red" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"no picture")
    said = refusal(protocol())
    assert "caf\\xe9.jpg is not a readable image" in said
    assert said.encode()


def test_a_report_says_what_there_is_what_was_passed_over_and_what_is_there_twice(folder: Path) -> None:
    (folder / "red" / ".hidden.png").write_bytes(b"x")
    (folder / "red" / "again.png").write_bytes((folder / "red" / "0.png").read_bytes())
    (folder / "LICENSE.txt").write_text("\n  CC0 1.0 Universal \n")
    report = datasets.look_at(protocol().model_dump(mode="json")).report
    assert report is not None
    assert report.licence == "CC0 1.0 Universal (LICENSE.txt)"
    said = report_sentences(report.to_json())
    assert said[0] == "3 classes, 31 images to search with (blue 10, green 10, red 11); no test set."
    assert "Passed over: 1 image in hidden or tool-made files" in said[1]
    assert "1 exact duplicate: " in said[2]


def test_a_large_folder_is_mapped_and_trains_the_same(mapped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trained(small_cell(), protocol(crop=6, flip=True))
    [array] = mapped.glob("*.npy")
    assert array.stat().st_size >= 30 * 8 * 8 * 3
    monkeypatch.setattr(decoded_files, "MAPPED_FROM_BYTES", 2**30)
    folder_images.kept_folders.clear()
    second = trained(small_cell(), protocol(crop=6, flip=True))
    assert [row["loss"] for row in first.curve] == [row["loss"] for row in second.curve]
    assert first.accuracy == second.accuracy


def test_a_second_process_maps_what_the_first_decoded_and_a_change_is_decoded_anew(
    folder: Path, mapped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_pool(protocol()).images.pixels.clone()
    folder_images.kept_folders.clear()  # as another process begins
    with monkeypatch.context() as patch:
        patch.setattr(decoded_files, "read_image", lambda content, size: pytest.fail("decoded again"))
        assert torch.equal(load_pool(protocol()).images.pixels, before)
    (folder / "red" / "0.png").unlink()
    assert len(load_pool(protocol()).images) == 29
    assert len(list(mapped.glob("*.npy"))) == 1
    assert not list(mapped.glob("*.part"))


def test_a_training_copies_nothing_of_a_large_folder(mapped: Path) -> None:
    split = load_split(protocol())
    assert (
        split.train.pool.data_ptr()
        == split.validation.pool.data_ptr()
        == load_pool(protocol()).images.pool.data_ptr()
    )


def test_where_neither_disk_nor_memory_holds_the_images_they_are_read_from_their_files(
    mapped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_files, "disk_free", lambda place: 2**20)
    monkeypatch.setattr(decoded_files, "SHARE_OF_MEMORY", 0.0)
    train = load_split(protocol(image_size=10)).train
    assert train.files is not None
    assert train.pixels.shape == (24, 10, 10, 3)
    assert not list(mapped.glob("*.npy"))


def test_where_the_disk_is_full_images_that_fit_are_held_in_memory(
    mapped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_files, "disk_free", lambda place: 2**20)
    assert len(load_split(protocol(image_size=10)).train) == 24
    assert not list(mapped.glob("*.npy"))


def test_a_folder_s_test_images_are_read_for_a_final_evaluation_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = folder.rename(folder.parent / "whole")
    folder.mkdir()
    whole.rename(folder / "train")
    for name in ("blue", "green", "red"):
        (folder / "test" / name).mkdir(parents=True)
        Image.fromarray(np.full((9, 9, 3), 7, np.uint8)).save(folder / "test" / name / "t.png")
    copied = folder / "train" / "red" / "0.png"
    (folder / "test" / "red" / "copy.png").write_bytes(copied.read_bytes())
    opened: list[str] = []
    read = Path.read_bytes

    def note(path: Path) -> bytes:
        opened.append(str(path.relative_to(folder)))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    trained(small_cell(), protocol())
    report = datasets.look_at(protocol().model_dump(mode="json")).report
    assert report is not None
    assert report.test_images == 4
    assert opened
    assert not [name for name in opened if name.startswith("test")]
    final = load_final_split(protocol(), all_images=True)
    assert (len(final.train), len(final.test), final.seen) == (30, 4, 1)
    assert [name for name in opened if name.startswith("test")]


def test_a_folder_without_a_test_set_says_how_to_give_it_one() -> None:
    with pytest.raises(EvaluationFailed, match="put train/ and test/ with the same class directories"):
        load_final_split(protocol())
