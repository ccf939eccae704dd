"""Every preset runs on every data set, folders of images too."""

import pytest

from search.evolution.experiments.config import ExperimentConfig, Protocol, experiment_config
from search.evolution.experiments.datasets import DATASETS
from search.evolution.experiments.folder_content import FolderContent
from search.evolution.experiments.preset_datasets import moved_to_dataset
from search.evolution.experiments.presets import PRESETS


def moved(preset: str, **over: object) -> ExperimentConfig:
    config = PRESETS[preset].config
    return experiment_config(config.to_json() | {"protocol": moved_to_dataset(config.protocol, over) | over})


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("dataset", [*DATASETS, "folder:pets"])
def test_every_preset_is_valid_on_every_data_set(preset: str, dataset: str) -> None:
    assert moved(preset, dataset=dataset).protocol.dataset == dataset


def test_a_smaller_data_set_keeps_the_shares_of_the_paper() -> None:
    protocol = moved("paper-flat", dataset="digits").protocol
    assert (protocol.validation_images, protocol.train_images) == (287, 1150)  # a fifth, as 10,000 of 50,000
    assert protocol.crop == 6  # three quarters, as 24 of 32
    assert protocol.steps == PRESETS["paper-flat"].config.protocol.steps


def test_where_there_are_enough_images_as_many_are_asked_for() -> None:
    protocol = moved("paper-flat", dataset="svhn").protocol
    assert protocol.model_copy(update={"dataset": "cifar10"}) == PRESETS["paper-flat"].config.protocol


def test_of_a_folder_the_share_becomes_a_number_when_its_images_are_counted() -> None:
    protocol = moved("paper-flat", dataset="folder:pets", image_size=64).protocol
    assert (protocol.validation_share, protocol.crop) == (0.2, 48)
    counted = protocol.on_content(FolderContent(fingerprint="0" * 32, classes=3, images=60))
    assert (counted.validation_images, counted.train_images, counted.validation_share) == (12, None, None)
    assert Protocol.model_validate(counted.model_dump()) == counted


def test_what_is_said_of_the_images_is_taken_as_said() -> None:
    protocol = moved("paper-flat", dataset="folder:pets", validation_images=7).protocol
    assert (protocol.validation_share, protocol.validation_images) == (None, 7)
