"""The test set: read by final evaluations, and by nothing that a search runs."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DATASETS
from search.training.data import datasets, locations
from search.training.data.datasets import load_split
from search.training.data.held_out import load_final_split
from search.training.data.image_source import Images
from search.training.data.locations import IDX_FILES, IDX_TEST_FILES
from tests.training.cases import digits_protocol, small_cell
from tests.training.files import write_idx
from tests.training.runs import trained

OPENED: list[str] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        OPENED.append(str(arguments[0]))


sys.addaudithook(_note)


@pytest.fixture
def mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path))
    write_idx(tmp_path / "mnist", images=60)
    write_idx(tmp_path / "mnist", images=30, files=IDX_TEST_FILES, seed=9)
    OPENED.clear()
    return tmp_path / "mnist"


def mnist_protocol(**changes: object) -> Protocol:
    return digits_protocol(dataset="mnist", validation_images=20, **changes)


def opened(files: tuple[str, str]) -> list[str]:
    return [path for path in OPENED if Path(path).name.removesuffix(".gz") in files]


def rows(images: Images) -> list[bytes]:
    return [image.tobytes() for image in images.pixels.numpy()]


def test_a_search_opens_the_training_files_and_never_those_of_the_test_set(mnist: Path) -> None:
    protocol = mnist_protocol(seed=11)
    trained(small_cell(), protocol)
    datasets.look_at(protocol.model_dump(mode="json"))
    assert len(opened(IDX_FILES)) == 2
    assert opened(IDX_TEST_FILES) == []
    load_final_split(protocol)
    assert len(opened(IDX_TEST_FILES)) == 2


def test_what_a_worker_trains_with_does_not_even_import_what_reads_it() -> None:
    program = (
        "import sys; from tests.training.cases import digits_protocol, small_cell;"
        "from tests.training.runs import trained; trained(small_cell(), digits_protocol());"
        "print('search.training.data.held_out' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "False"


def test_a_final_split_is_the_search_s_with_the_test_images_beside_it(mnist: Path) -> None:
    protocol = mnist_protocol(seed=12)
    split, final = load_split(protocol), load_final_split(protocol)
    assert torch.equal(split.train.pixels, final.train.pixels)
    assert torch.equal(split.validation.pixels, final.validation.pixels)
    assert (len(final.train), len(final.validation), len(final.test)) == (40, 20, 30)
    assert torch.equal(final.mean, split.mean)
    assert not set(rows(final.test)) & set(rows(Images(split.train.pool, split.train.pool_labels)))


def test_all_images_outside_the_test_set_can_be_trained_on(mnist: Path) -> None:
    final = load_final_split(mnist_protocol(seed=13, image_size=14), all_images=True)
    assert (len(final.train), len(final.validation), len(final.test)) == (60, 0, 30)
    assert final.train.size == final.test.size == final.shape.image_size == 14
    values = final.train.pixels.double() / 255
    torch.testing.assert_close(final.mean.double(), values.mean().reshape(1), rtol=1e-5, atol=0)


def test_test_images_that_were_trained_on_are_counted(mnist: Path) -> None:
    assert load_final_split(mnist_protocol(seed=14)).seen == 0
    write_idx(mnist, images=25, files=IDX_TEST_FILES, seed=1)  # the same draws: the first 25 training images
    (mnist.parent / "other").mkdir()
    mnist.rename(mnist.parent / "other" / "mnist")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locations, "HERE", replace(locations.HERE, data=mnist.parent / "other"))
        assert load_final_split(mnist_protocol(seed=14)).seen == 25


def test_every_fifth_of_the_digits_is_the_test_set_and_the_rest_is_as_it_was() -> None:
    from sklearn.datasets import load_digits  # noqa: PLC0415  # a second that other tests need not wait

    everything = np.round(load_digits().images * (255 / 16)).astype(np.uint8)
    final = load_final_split(digits_protocol())
    assert np.array_equal(final.test.pixels[..., 0].numpy(), everything[::5])
    assert len(final.test) == DATASETS["digits"].test_images
    assert len(final.train) + len(final.validation) == DATASETS["digits"].train_images


def test_labels_that_do_not_belong_to_the_images_are_refused_by_name(mnist: Path) -> None:
    labels = mnist / f"{IDX_FILES[1]}.gz"
    labels.write_bytes((mnist / f"{IDX_TEST_FILES[1]}.gz").read_bytes())
    with pytest.raises(EvaluationFailed, match=r"60 images and .* 30 labels: they do not belong") as failure:
        load_split(mnist_protocol(seed=15))
    assert failure.value.code == "dataset_unavailable"
    assert labels.name in failure.value.message


def test_images_in_the_place_of_labels_are_refused_by_name(mnist: Path) -> None:
    images, labels = (mnist / f"{name}.gz" for name in IDX_FILES)
    labels.write_bytes(images.read_bytes())
    with pytest.raises(EvaluationFailed, match=r"labels.*3 dimensions; labels have 1"):
        load_split(mnist_protocol(seed=16))


def test_a_label_that_no_class_has_is_refused(mnist: Path) -> None:
    labels = mnist / IDX_FILES[1]
    labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 60]) + bytes([*[0] * 59, 10]))
    with pytest.raises(EvaluationFailed, match="labels go from 0 to 10, those of mnist from 0 to 9"):
        load_split(mnist_protocol(seed=17))
