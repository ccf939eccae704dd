"""Data sets as the search sees them: bytes, labels, a split by seed, never the test set."""

import os
import pickle
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DATASETS
from search.training.data import datasets, locations
from search.training.data.datasets import load_split
from search.training.data.image_source import Split
from search.training.data.locations import availability
from tests.training.files import write_idx


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private data folder on a machine with no data sets and no network."""
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path / "data"))
    monkeypatch.setattr(locations, "SYSTEM_FASHION_MNIST", tmp_path / "not there")

    def no_network(*arguments: object, **options: object) -> None:
        raise URLError("no network in tests")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    return tmp_path / "data"


def split_of(dataset: str, **changes: object) -> Split:
    return load_split(Protocol.model_validate({"dataset": dataset, "validation_images": 10, **changes}))


def test_digits_are_there_without_a_download() -> None:
    split = split_of("digits", validation_images=437)
    assert split.train.pixels.shape == (1000, 8, 8, 1)
    assert split.train.pixels.dtype == torch.uint8
    assert len(split.validation) == 437
    assert len(split.train) + len(split.validation) == DATASETS["digits"].train_images
    assert split.train.labels.unique().tolist() == list(range(10))
    assert int(split.train.pixels.max()) == 255


def test_the_test_set_of_digits_is_never_seen() -> None:
    from sklearn.datasets import load_digits  # noqa: PLC0415  # a second that other tests need not wait

    # Digits that stand only once among all: some 1,797 images, a few of them equal.
    everything = np.round(load_digits().images * (255 / 16)).astype(np.uint8).reshape(-1, 64)
    hidden = {bytes(row) for row in everything[::5]}
    split = split_of("digits")
    seen = {
        bytes(row) for part in (split.train, split.validation) for row in part.pixels.reshape(-1, 64).numpy()
    }
    shown = {bytes(row) for index, row in enumerate(everything) if index % 5}
    assert seen == shown
    assert hidden - shown
    assert not seen & (hidden - shown)


def test_the_seed_splits_and_no_image_is_on_both_sides() -> None:
    first, same, other = (split_of("digits", validation_images=400, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.validation.pixels, same.validation.pixels)
    assert not torch.equal(first.validation.pixels, other.validation.pixels)
    datasets.split_pool.cache_clear()
    again = split_of("digits", validation_images=400, seed=1)
    assert torch.equal(first.train.pixels, again.train.pixels)


def test_the_split_has_a_seed_of_its_own_that_another_training_seed_does_not_change() -> None:
    first = split_of("digits", validation_images=400, seed=1)
    again = split_of("digits", validation_images=400, seed=7, split_seed=1)
    other = split_of("digits", validation_images=400, seed=1, split_seed=2)
    assert torch.equal(first.validation.pixels, again.validation.pixels)
    assert not torch.equal(first.validation.pixels, other.validation.pixels)


def test_limits_take_as_many_images_as_they_say() -> None:
    split = split_of("digits", train_images=100, validation_images=50)
    assert (len(split.train), len(split.validation)) == (100, 50)


def test_normalisation_is_that_of_the_training_images() -> None:
    split = split_of("digits", train_images=200)
    values = split.train.pixels.double() / 255
    torch.testing.assert_close(split.mean.double(), values.mean().reshape(1), rtol=1e-5, atol=0)
    torch.testing.assert_close(
        split.deviation.double(), values.std(correction=0).reshape(1), rtol=1e-5, atol=0
    )


def test_images_are_resized_to_what_the_protocol_says() -> None:
    split = split_of("digits", image_size=12)
    assert split.train.pixels.shape[1:] == (12, 12, 1)
    assert split.shape.image_size == 12


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_in_the_data_folder_are_used_as_they_lie(folder: Path, name: str, packed: bool) -> None:
    pixels = write_idx(folder / name, images=40, packed=packed)
    split = split_of(name)
    assert split.train.pixels.shape == (30, 28, 28, 1)
    everything = torch.cat([split.train.pixels, split.validation.pixels]).sum(dim=(1, 2, 3))
    assert sorted(everything.tolist()) == sorted(pixels.reshape(40, -1).sum(1, dtype=np.int64).tolist())


def test_fashion_mnist_of_the_system_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(folder.parent / "system", images=40)
    monkeypatch.setattr(locations, "SYSTEM_FASHION_MNIST", folder.parent / "system")
    assert availability("fashion-mnist").available
    assert len(split_of("fashion-mnist").train) == 30


def test_what_torchvision_downloaded_earlier_is_used_as_it_lies(folder: Path) -> None:
    assert not availability("mnist").available
    write_idx(folder / "MNIST" / "raw", images=40, packed=False)
    assert availability("mnist").available
    assert split_of("mnist").train.pixels.shape == (30, 28, 28, 1)


def test_cifar10_of_torchvision_is_read_with_channels_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.training.data.torchvision_cpu import datasets as torchvision_datasets  # noqa: PLC0415  # slow to import

    monkeypatch.setattr(
        torchvision_datasets.cifar, "check_integrity", lambda path, md5=None: Path(path).exists()
    )
    batches = folder / "cifar-10-batches-py"
    batches.mkdir(parents=True)
    pixels = np.zeros((8, 3, 32, 32), np.uint8)
    pixels[:, 1] = 200  # green
    for name in [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]:
        row = {"data": pixels.reshape(8, -1), "labels": [0, 1] * 4}
        (batches / name).write_bytes(pickle.dumps(row))
    (batches / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    assert availability("cifar10").available
    split = split_of("cifar10")
    assert split.train.pixels.shape == (30, 32, 32, 3)
    assert split.train.pixels[0, 5, 5].tolist() == [0, 200, 0]


def test_svhn_of_torchvision_is_read_with_channels_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scipy.io import savemat  # type: ignore[import-untyped]  # noqa: PLC0415  # slow to import

    from search.training.data.torchvision_cpu import datasets as torchvision_datasets  # noqa: PLC0415

    monkeypatch.setattr(
        torchvision_datasets.svhn, "check_integrity", lambda path, md5=None: Path(path).exists()
    )
    pixels = np.zeros((32, 32, 3, 40), np.uint8)
    pixels[:, :, 2] = 90  # blue
    folder.mkdir()
    savemat(folder / "train_32x32.mat", {"X": pixels, "y": np.full((40, 1), 10)})
    split = split_of("svhn")
    assert split.train.pixels.shape == (30, 32, 32, 3)
    assert split.train.pixels[0, 5, 5].tolist() == [0, 0, 90]
    assert split.train.labels.unique().tolist() == [0]


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"digits"}))
def test_a_data_set_that_cannot_be_had_names_the_folder_and_the_remedy(folder: Path, name: str) -> None:
    state = availability(name)
    assert not state.available
    assert str(folder) in state.message
    with pytest.raises(EvaluationFailed) as failure:
        split_of(name)
    assert failure.value.code == "dataset_unavailable"
    assert str(folder) in failure.value.message
    assert "put its files there" in failure.value.message


def test_a_broken_file_names_itself(folder: Path) -> None:
    write_idx(folder / "mnist", images=40)
    (folder / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"not a gzip file")
    with pytest.raises(EvaluationFailed) as failure:
        split_of("mnist")
    assert failure.value.code == "dataset_unavailable"


def test_too_few_images_are_named(folder: Path) -> None:
    write_idx(folder / "mnist", images=40)
    with pytest.raises(EvaluationFailed) as failure:
        split_of("mnist", validation_images=30, train_images=20)
    assert failure.value.code == "dataset_unavailable"  # no network's fault
    assert "40 images" in failure.value.message
    assert "50" in failure.value.message


def test_trainings_find_everything_where_the_settings_say(tmp_path: Path) -> None:
    """In a process with settings, workers' among them."""
    program = (
        "import django; django.setup(); from search.training.data import locations; here = locations.HERE;"
        "print(here.data, here.var, here.image_memory_bytes, sep='\\n')"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        "HOME": str(tmp_path),
        "NASWEB_VAR_DIR": "~/var\r",
        "NASWEB_IMAGE_MEMORY_MIB": "3",
    }
    environment.pop("NASWEB_DATA_DIR", None)
    for data, expected in (("", tmp_path / "var" / "data"), ("~/images\r", tmp_path / "images")):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=locations.PROJECT,
            env={**environment, "NASWEB_DATA_DIR": data},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines() == [str(expected), str(tmp_path / "var"), str(3 * 2**20)]
