"""Data set folders on this machine, found without reading them. Imports no torch.

Trainings know no settings: whoever has them, `search.apps`, says with `use` where the installation keeps things.
"""

from dataclasses import dataclass
from pathlib import Path

from search.evolution.experiments.datasets import DATASETS, FOLDER_NAME_RULE, FOLDER_PREFIX, is_folder

PROJECT = Path(__file__).resolve().parents[3]

SYSTEM_FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts its four .gz files."""

IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
"""MNIST and Fashion-MNIST outside their test sets, each as it stands or with .gz."""

IDX_TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""Their test sets."""

_IDX_FOLDERS = {"mnist": "MNIST/raw", "fashion-mnist": "FashionMNIST/raw"}
_FILES = {
    "cifar10": "cifar-10-batches-py/data_batch_5",
    "cifar100": "cifar-100-python/train",
    "svhn": "train_32x32.mat",
}
"""What torchvision leaves in the data folder, the last of several files."""


@dataclass(frozen=True)
class Places:
    """Where an installation keeps what trainings read and write, and what images may take of its memory."""

    data: Path = PROJECT / "var" / "data"
    """Folder of the data sets."""
    var: Path = PROJECT / "var"
    """Folder of everything that is written."""
    image_memory_bytes: int = 0
    """For a folder's decoded images; 0: all that memory and disk have."""


HERE = Places()
"""Those of this process."""


def use(*, data: Path, var: Path, image_memory_bytes: int) -> None:
    global HERE
    HERE = Places(data, var, image_memory_bytes)


@dataclass(frozen=True)
class Availability:
    """Whether this machine can train on a data set now, and if not what helps."""

    available: bool
    message: str
    """For people: where it lies, or what to do."""


def idx_folder(name: str, files: tuple[str, str] = IDX_FILES) -> Path | None:
    """Where these idx files of mnist or fashion-mnist lie: put there by hand, by torchvision or by the system."""
    folders = [HERE.data / name, HERE.data / _IDX_FOLDERS[name]]
    if name == "fashion-mnist":
        folders.append(SYSTEM_FASHION_MNIST)
    for folder in folders:
        if all(idx_file(folder, part) for part in files):
            return folder
    return None


def idx_file(folder: Path, name: str) -> Path | None:
    """That file or its .gz, whichever is there."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def image_folder(name: str) -> Path:
    """The folder of `folder:NAME`: NAME under the data folder, one directory a class."""
    return HERE.data / name.removeprefix(FOLDER_PREFIX)


def availability(name: str) -> Availability:
    """Whether the data set can be trained on without a download. Reads no images."""
    if name == "digits":
        return Availability(True, "ships with scikit-learn")
    if is_folder(name):
        folder = image_folder(name)
        if folder.is_dir():
            return Availability(True, f"lies in {folder}")
        return Availability(
            False, f"there is no folder {folder}: put one directory of images a class into it"
        )
    if name not in DATASETS:
        return Availability(
            False,
            f"unknown data set {name!r}; use one of {', '.join(DATASETS)} or folder:NAME, "
            f"where NAME has {FOLDER_NAME_RULE}",
        )
    folder = HERE.data
    found = idx_folder(name) if name in _IDX_FOLDERS else folder
    if found and (name in _IDX_FOLDERS or (folder / _FILES[name]).is_file()):
        return Availability(True, f"lies in {found}")
    return Availability(False, f"will be downloaded into {folder} when it is first trained on")
