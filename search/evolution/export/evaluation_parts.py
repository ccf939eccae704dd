"""Source text of a package to take away: how its network is scored on the test set again, without this project.

The arithmetic follows `search.training.data` and the trainer; each package is run before it is offered. Pure Python:
must import neither Django nor torch.
"""

MAIN = """
if __name__ == "__main__":
    import sys

    if "--evaluate" in sys.argv:
        from evaluate import main

        main()
    else:
        print(Network())
"""

WEIGHTS = '''"""Weights in the safetensors format, read without its library."""

import json
from pathlib import Path

import torch
from torch import Tensor

TYPES = {"F32": torch.float32, "I64": torch.int64}


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Name -> tensor: eight bytes of length, a JSON header, then the values."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    tensors = {}
    for name, row in json.loads(content[8:start]).items():
        if name == "__metadata__":
            continue
        first, last = row["data_offsets"]
        values = bytearray(content[start + first : start + last])
        tensors[name] = torch.frombuffer(values, dtype=TYPES[row["dtype"]]).reshape(row["shape"])
    return tensors
'''

EVALUATE = '''"""python network.py --evaluate [--data FOLDER] [--json]: the test score of each run, and their mean.

FOLDER holds the data set: the files of MNIST or Fashion-MNIST, what torchvision keeps, or a folder with test/CLASS/.
The digits come with scikit-learn and need none.
"""

import argparse
import json
import statistics
from pathlib import Path

import torch
from network import Network
from test_images import read_test_images
from weights import read_safetensors

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--data", default=".", help="folder of the data set")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    about = json.loads((HERE / "about.json").read_text())
    # As many as scored for the page: sums are rounded the same way then.
    torch.set_num_threads(about["threads"])
    images, labels = read_test_images(about, Path(options.data))
    scores = [score(HERE / run["weights"], images, labels, about) for run in about["runs"]]
    if options.json:
        print(json.dumps({"accuracy": scores, "test_images": len(labels)}))
        return
    for number, accuracy in enumerate(scores, start=1):
        print(f"run {number}: {100 * accuracy:.2f} % of {len(labels):,} test images")
    print(f"mean of {len(scores)}: {100 * statistics.fmean(scores):.2f} %")


def score(weights: Path, images: torch.Tensor, labels: torch.Tensor, about: dict) -> float:
    """Share of the test images that the network with these weights gets right."""
    state = read_safetensors(weights)
    network = Network()
    network.load_state_dict(state)
    network.to(memory_format=torch.channels_last).eval()
    hits = 0
    with torch.no_grad():
        for block in torch.arange(len(labels)).split(about["scoring_batch"]):
            pixels = images[block].permute(0, 3, 1, 2)
            hits += int((scored(network, pixels, about).argmax(1) == labels[block]).sum())
    return hits / len(labels)


def scored(network: Network, pixels: torch.Tensor, about: dict) -> torch.Tensor:
    """Class scores of what is scored of each image: all of it, its centre, or ten crops, whose mean probability."""
    if about["scoring"] == "whole":
        return network(pixels)
    side = about["scoring_size"]
    room = pixels.shape[-1] - side
    places = [(room // 2, room // 2)]
    if about["scoring"] == "ten":
        places = [(0, 0), (0, room), (room, 0), (room, room), *places]
    crops = [pixels[:, :, top : top + side, left : left + side] for top, left in places]
    if about["scoring"] == "centre":
        return network(crops[0])
    return sum(network(view).softmax(1) for view in [*crops, *(crop.flip(3) for crop in crops)]) / 10
'''

TEST_IMAGES = '''"""The test images that the scores are of: which they are, at which size, as bytes."""

import gzip
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 4096
SUFFIXES = {suffixes}


def read_test_images(about: dict, data: Path) -> tuple[Tensor, Tensor]:
    """Pixels uint8 [N, H, W, C] and labels int64 [N]."""
    name = about["dataset"]
    if name.startswith("folder:"):
        return folder(data, about["classes"], about["image_size"])
    if name == "digits":
        images, labels = digits()
    elif name in ("mnist", "fashion-mnist"):
        images, labels = idx(data, "t10k-images-idx3-ubyte"), idx(data, "t10k-labels-idx1-ubyte")
        images = images[..., None]
    else:
        images, labels = torchvision_set(name, data)
    return resized(torch.from_numpy(images), about["image_size"]), torch.from_numpy(labels.astype(np.int64))


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Every fifth digit of scikit-learn's, beginning with the first; values 0..16 become 0..255."""
    from sklearn.datasets import load_digits

    found = load_digits()
    kept = np.arange(len(found.target)) % 5 == 0
    return np.round(found.images[kept] * (255 / 16)).astype(np.uint8)[..., None], found.target[kept]


def idx(folder: Path, name: str) -> np.ndarray:
    """A file of MNIST's format, as it stands or packed."""
    packed = folder / (name + ".gz")
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    sides = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sides)).reshape(sides).copy()


def torchvision_set(name: str, data: Path) -> tuple[np.ndarray, np.ndarray]:
    """CIFAR-10, CIFAR-100 or SVHN, downloaded into the folder if need be."""
    from torchvision import datasets

    if name == "svhn":
        found = datasets.SVHN(str(data), split="test", download=True)
        return np.ascontiguousarray(found.data.transpose(0, 2, 3, 1)), np.asarray(found.labels)
    kind = datasets.CIFAR100 if name == "cifar100" else datasets.CIFAR10
    found = kind(str(data), train=False, download=True)
    return found.data, np.asarray(found.targets)


def folder(data: Path, classes: list[str], size: int) -> tuple[Tensor, Tensor]:
    """test/CLASS/ of a folder of images, each as it was read for training."""
    from image_files import read_image

    pixels, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted((data / "test" / name).rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                pixels.append(torch.from_numpy(read_image(path.read_bytes(), size).copy()))
                labels.append(label)
    return torch.stack(pixels), torch.tensor(labels)


def resized(images: Tensor, size: int) -> Tensor:
    """At another size, as the training images were."""
    if size == images.shape[1]:
        return images
    blocks = []
    for block in images.split(BLOCK):
        floats = functional.interpolate(
            block.permute(0, 3, 1, 2).float(), (size, size), mode="bilinear", antialias=True
        )
        blocks.append(floats.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1))
    return torch.cat(blocks).contiguous()
'''
