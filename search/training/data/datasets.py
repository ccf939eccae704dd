"""Data sets for training and validation: cached in each process, split by the protocol's seed, never the test set."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DATASETS, FOLDER_IMAGE_SIZE, is_folder
from search.evolution.experiments.folder_content import Look
from search.training.data import locations
from search.training.data.folder_images import check_content, folder_pool
from search.training.data.image_source import Pool, Split, pixel_statistics
from search.training.data.named_sets import resized, search_images, unavailable


def load_split(protocol: Protocol) -> Split:
    """The training and validation images of a protocol, kept for the next repeat of this process.

    A folder is looked through each time, and read again where a file of it has changed.
    Raises EvaluationFailed (dataset_unavailable) when it cannot be had, is not what the protocol says, or has too few
    images.
    """
    return split_pool(load_pool(protocol), protocol)


def load_pool(protocol: Protocol) -> Pool:
    """All images outside the test set. Raises EvaluationFailed (dataset_unavailable)."""
    try:
        if not is_folder(protocol.dataset):
            return _named(str(locations.HERE.data), protocol.dataset, protocol.image_size)
        pool = folder_pool(protocol.dataset, protocol.image_size or FOLDER_IMAGE_SIZE)
        check_content(protocol.dataset, pool, protocol.content)
        return pool
    except EvaluationFailed:
        raise
    except MemoryError as error:
        raise unavailable(
            f"data set {protocol.dataset} does not fit in memory ({error}): lower image_size"
        ) from error
    except Exception as error:  # whatever it is, every network would meet it: the data is at fault
        what = f"{type(error).__name__}: {error}"
        raise unavailable(f"data set {protocol.dataset} could not be read ({what})") from error


def look_at(document: Mapping[str, Any]) -> Look:
    """What this machine has of a protocol's data set. Reads the images, so that what is told of can be trained on.

    What this process has read before does not count where it has changed since.
    """
    protocol = Protocol.model_validate(document)
    try:
        pool = load_pool(protocol)
        split_pool(pool, protocol.on_content(pool.report.content) if pool.report else protocol)
    except EvaluationFailed as failure:
        return Look(problem=failure.message)
    if pool.report is None:
        return Look(seen=f"{protocol.dataset} is whole")
    content = pool.report.content
    return Look(seen=f"{content}, {content.fingerprint}", report=pool.report)


@lru_cache(maxsize=2)
def split_pool(pool: Pool, protocol: Protocol) -> Split:
    validation_images, train_images = protocol.validation_images, protocol.train_images
    wanted = validation_images + (train_images or 1)
    have = len(pool.images)
    if wanted > have:
        raise unavailable(
            f"{protocol.dataset} has {have} images to search with, but validation_images {validation_images} and "
            f"train_images {train_images or 'at least 1'} ask for {wanted}: lower one of them"
        )
    order = torch.randperm(have, generator=torch.Generator().manual_seed(protocol.splits_by))
    last = None if train_images is None else validation_images + train_images
    train = pool.images.take(order[validation_images:last])
    mean, deviation = pixel_statistics(train)
    return Split(train, pool.images.take(order[:validation_images]), mean, deviation, pool.shape)


@lru_cache(maxsize=2)
def _named(folder: str, name: str, image_size: int | None) -> Pool:
    """`folder` is part of the key: another data folder is another data set."""
    images = resized(search_images(name), image_size)
    shape = replace(DATASETS[name], image_size=images.size)
    return Pool((folder, name, images.size), images, shape)
