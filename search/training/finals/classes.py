"""Names of the classes, in the order of the labels."""

from search.evolution.experiments.datasets import is_folder
from search.training.data.folder_layout import read_layout
from search.training.data.locations import image_folder

_NAMED = {
    "fashion-mnist": (
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip


def class_names(dataset: str, classes: int) -> tuple[str, ...]:
    """A folder's directories; the published names where they are known; else the labels' numbers."""
    if is_folder(dataset):
        return tuple(read_layout(image_folder(dataset)).classes)
    return _NAMED.get(dataset) or tuple(str(label) for label in range(classes))
