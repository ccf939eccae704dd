"""Package of a final evaluation: code, weights, scores and model card in one zip, run before it is offered."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import torch

from search.evolution.estimates.training_cost import SCORING_BATCH
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import is_folder
from search.evolution.export.check_parts import CHECK_EXPORTS
from search.evolution.export.evaluation_parts import EVALUATE, MAIN, TEST_IMAGES, WEIGHTS
from search.evolution.export.model_card import CardFacts, model_card
from search.evolution.export.module_names import names_by_cell
from search.evolution.export.pytorch_code import pytorch_code
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype
from search.training.data import image_files, locations
from search.training.data.directory_tree import SUFFIXES
from search.training.data.locations import IDX_TEST_FILES, idx_folder, image_folder
from search.training.finals.exports import make_exports, wrong_exports

LIMIT_SECONDS = 1800.0
"""For scoring the test set once more a run."""
DIFFERS = (
    "run {run} scored {found:.4f} from the package and {wanted:.4f} here, so it is not offered: on a GPU scores are "
    "taken in bfloat16, on a CPU they are the same"
)
BROKEN = "the package did not run by itself, so it is not offered: {text}"


class NotOffered(Exception):
    """The package does not give what the page shows; with the reason."""


@dataclass(frozen=True)
class Finished:
    """A final evaluation as the database and the files have it."""

    phenotype: Phenotype
    protocol: Protocol
    genotype: Genotype
    lineage: str
    classes: Sequence[str]
    test_images: int
    seen: int
    mean: float
    deviation: float | None
    runs: Sequence[Mapping[str, Any]]
    """accuracy, top5, loss, device, and `weights`: the path of the kept file."""


@dataclass(frozen=True)
class Packed:
    """A package that is offered."""

    content: bytes
    """The zip."""
    left_out: Mapping[str, str]
    """Files that it lacks -> why."""


def verified_package(finished: Finished) -> Packed:
    """The package, which has printed its own scores in a process without this project; its exports have given there
    what its code gives, and those that have not are left out. Raises NotOffered."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        left_out = _write(finished, folder)
        found = _evaluated(folder, finished.protocol.dataset)
        for number, (accuracy, run) in enumerate(zip(found["accuracy"], finished.runs, strict=True), start=1):
            if accuracy != run["accuracy"]:
                raise NotOffered(DIFFERS.format(run=number, found=accuracy, wanted=run["accuracy"]))
        wrong = wrong_exports(folder)
        left_out |= wrong
        for file in wrong:
            (folder / file).unlink()
        about = json.loads((folder / "about.json").read_text())
        facts = _facts(finished, _host(finished, about), left_out)
        (folder / "README.md").write_text(model_card(about, finished.runs, facts))
        return Packed(_zipped(folder), left_out)


def _write(finished: Finished, folder: Path) -> dict[str, str]:
    """All files but the model card; returns which exports could not be made, and why."""
    states = [torch.load(run["weights"], map_location="cpu", weights_only=True) for run in finished.runs]
    about = _about(finished, states[0])
    host = _host(finished, about)
    names = names_by_cell(finished.genotype)
    code = pytorch_code(finished.phenotype, host, about=(f"Genotype: {finished.genotype.text}",), names=names)
    code = code[: code.index('if __name__ == "__main__":')]
    exports, left_out = make_exports(code, states[0], (finished.phenotype, host), names)
    texts = {
        "network.py": code + MAIN.lstrip(),
        "evaluate.py": EVALUATE,
        "check_exports.py": CHECK_EXPORTS,
        "test_images.py": TEST_IMAGES.replace("{suffixes}", repr(sorted(SUFFIXES))),
        "weights.py": WEIGHTS,
        "about.json": json.dumps(about, indent=1),
    }
    if is_folder(finished.protocol.dataset):
        texts["image_files.py"] = Path(image_files.__file__).read_text()
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name, content in exports.items():
        (folder / name).write_bytes(content)
    for number, state in enumerate(states, start=1):
        (folder / f"run-{number}.safetensors").write_bytes(safetensors(state))
    return left_out


def _zipped(folder: Path) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.is_file():  # what ran there may have left a folder of compiled code
                archive.write(path, path.name)
    return buffer.getvalue()


def _host(finished: Finished, about: Mapping[str, Any]) -> Host:
    """The host as it was built for the images that were read."""
    sizes = {name: about[name] for name in ("image_channels", "image_size")}
    return finished.protocol.shape_host.model_copy(update={"classes": len(finished.classes), **sizes})


def _about(finished: Finished, state: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """What `evaluate.py` reads: which images, at which size, scored how."""
    protocol = finished.protocol
    return {
        "dataset": protocol.dataset,
        "image_size": protocol.image_size or protocol.dataset_shape.image_size,
        "image_channels": int(state["mean"].shape[1]),
        "classes": list(finished.classes),
        "test_images": finished.test_images,
        "seen": finished.seen,
        "mean": finished.mean,
        "deviation": finished.deviation,
        "scoring": protocol.scoring,
        "scoring_size": protocol.scoring_size or protocol.crop,
        "scoring_batch": SCORING_BATCH,
        "threads": torch.get_num_threads(),
        "pixel_mean": state["mean"].flatten().tolist(),
        "pixel_scale": state["scale"].flatten().tolist(),
        "runs": [
            {"weights": f"run-{number}.safetensors", "accuracy": run["accuracy"]}
            for number, run in enumerate(finished.runs, start=1)
        ],
    }


def _facts(finished: Finished, host: Host, left_out: Mapping[str, str]) -> CardFacts:
    cost = network_cost(finished.phenotype, host)
    document = finished.protocol.model_dump(mode="json", exclude={"validation_images", "content"})
    return CardFacts(
        genotype=finished.genotype.text,
        lineage=finished.lineage,
        versions=f"Python {sys.version.split()[0]}, torch {torch.__version__}",
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        protocol=json.dumps(document, indent=1),
        left_out=left_out,
    )


def safetensors(state: Mapping[str, torch.Tensor]) -> bytes:
    """The format's bytes: length of the header, the header, the values in its order."""
    header: dict[str, Any] = {}
    values = []
    offset = 0
    for name, tensor in state.items():
        content = tensor.detach().cpu().contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        header[name] = {
            "dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(content)],
        }  # fmt: skip
        values.append(content)
        offset += len(content)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(values)


def _evaluated(folder: Path, dataset: str) -> dict[str, Any]:
    """What the unpacked package prints, run by itself."""
    command = [
        sys.executable,
        "-E",
        "-s",
        "network.py",
        "--evaluate",
        "--json",
        "--data",
        str(_data(dataset)),
    ]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotOffered(BROKEN.format(text=f"it took longer than {LIMIT_SECONDS:g} s")) from None
    if done.returncode:
        raise NotOffered(BROKEN.format(text=done.stderr.strip()[-1000:]))
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _data(dataset: str) -> Path:
    """Where this machine has the data set."""
    if is_folder(dataset):
        return image_folder(dataset)
    if dataset in ("mnist", "fashion-mnist"):
        return idx_folder(dataset, IDX_TEST_FILES) or locations.HERE.data
    return locations.HERE.data
