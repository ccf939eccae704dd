"""Presets on other data sets: the same shares of its images and of their size.

Pure Python: must import neither Django nor torch.
"""

from typing import Any

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DATASETS, FOLDER_IMAGE_SIZE, is_folder

LEAST_CROP = 4


def moved_to_dataset(protocol: Protocol, over: dict[str, Any]) -> dict[str, Any]:
    """A preset's protocol as a document that fits the data set which `over` names; as it is where it names none.

    Images to train on and to validate on keep their shares where there are fewer than the preset asks for, and the crop
    its share of the side. What `over` says itself is not looked at: it is merged afterwards.
    """
    document = protocol.model_dump(mode="json")
    name = over.get("dataset", protocol.dataset)
    if name == protocol.dataset or not isinstance(name, str) or not (name in DATASETS or is_folder(name)):
        return document
    document |= {"dataset": name, "image_size": None, "content": None}
    whole = protocol.dataset_shape
    asked = protocol.validation_images + (
        protocol.train_images or whole.train_images - protocol.validation_images
    )
    share = protocol.validation_images / asked
    row = DATASETS.get(name)
    if row is None:
        document |= {"train_images": None}
        if "validation_images" not in over:
            document |= {"validation_share": share}
    elif row.train_images < asked:
        validation = max(1, round(share * row.train_images))
        document["validation_images"] = validation
        if protocol.train_images is not None:
            document["train_images"] = row.train_images - validation
    side = over.get("image_size") or (row.image_size if row else FOLDER_IMAGE_SIZE)
    if protocol.crop is not None and isinstance(side, int):
        before = protocol.image_size or whole.image_size
        document["crop"] = max(LEAST_CROP, round(protocol.crop * side / before))
    return document
