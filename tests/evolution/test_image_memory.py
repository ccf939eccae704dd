"""What a training's images take of memory is predicted from what was counted in its folder."""

import pytest

from search.evolution.estimates.training_cost import MAPPED_FROM_BYTES, DeviceKind, training_memory
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.phenotype import build_phenotype

PHENOTYPE = build_phenotype(PUBLISHED["liu2018"].genotype)


def images(*, count: int, size: int, kind: DeviceKind = "cpu") -> int:
    content = {"fingerprint": "0" * 32, "classes": 3, "images": count}
    document = {"dataset": "folder:pets", "image_size": size, "validation_images": 4, "content": content}
    protocol = Protocol.model_validate(document)
    return training_memory(PHENOTYPE, protocol.shape_host, protocol, kind=kind).images


def test_a_small_folder_is_held_once_with_labels_and_order() -> None:
    assert images(count=60, size=8) == 60 * 8 * 8 * 3 + 60 * 16


def test_a_large_folder_is_mapped_and_takes_its_labels_and_order_alone() -> None:
    assert MAPPED_FROM_BYTES < 3000 * 512 * 512 * 3
    assert images(count=3000, size=512) == 3000 * 16


@pytest.mark.parametrize("size", [8, 512])
def test_a_gpu_holds_what_is_trained_on_and_scored(size: int) -> None:
    assert images(count=3000, size=size, kind="cuda") == 3000 * size * size * 3
