"""Exports of a final evaluation beside its code: an ONNX graph and torch's exported program, verified by themselves."""

import importlib.util
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype

ONNX, PROGRAM = "network.onnx", "network.pt2"
CHECK_SECONDS = 1800.0
MOST_DIFFERENCE = 1e-3
"""Of a score, as a share of the largest: what `check_exports.py` allows too."""
NO_PACKAGE = "{name} is not installed on the worker; it is pinned in requirements.txt"
NOT_MADE = "it could not be made: {text}"
NOT_RUN = "it did not run by itself: {text}"
DIFFERS = "its scores differ from those of the code by {difference:.1e} of the largest"


def make_exports(
    code: str, state: Mapping[str, Tensor], network: tuple[Phenotype, Host], names: Sequence[Sequence[str]]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files that could be made, and why the others could not. They are not verified yet."""
    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    missing = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        problems[ONNX] = NO_PACKAGE.format(name=" and ".join(missing))
    else:
        # It needs packages that a worker may lack.
        from search.training.finals.onnx_graph import onnx_file  # noqa: PLC0415

        try:
            files[ONNX] = onnx_file(*network, state, names)
        except Exception as error:  # whatever the format refuses costs this file, not the package
            problems[ONNX] = NOT_MADE.format(text=_first_line(error))
    try:
        files[PROGRAM] = exported_program(code, state, network[1])
    except Exception as error:
        problems[PROGRAM] = NOT_MADE.format(text=_first_line(error))
    return files, problems


def exported_program(code: str, state: Mapping[str, Tensor], host: Host) -> bytes:
    """What `torch.export.load` reads: the network of that source text with these weights, for any number of images."""
    module = ModuleType("network")
    exec(code, module.__dict__)
    network = module.__dict__["Network"]()
    network.load_state_dict(state)
    network.to(memory_format=torch.channels_last).eval()
    images = torch.zeros((2, host.image_channels, host.image_size, host.image_size), dtype=torch.uint8)
    count = torch.export.Dim("images", min=1, max=2**20)
    buffer = BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the format's own parts
        program = torch.export.export(network, (images,), dynamic_shapes=({0: count},), strict=False)
        torch.export.save(program, buffer)
    return buffer.getvalue()


def wrong_exports(folder: Path) -> dict[str, str]:
    """File -> why it is not to be offered, by `check_exports.py` in a process that knows nothing of this project."""
    made = [name for name in (ONNX, PROGRAM) if (folder / name).exists()]
    if not made:
        return {}
    command = [sys.executable, "-E", "-s", "check_exports.py", "--json"]
    try:
        done = subprocess.run(
            command, cwd=folder, env={"PATH": os.defpath}, capture_output=True, text=True,
            timeout=CHECK_SECONDS, check=False,
        )  # fmt: skip
        [found] = json.loads(done.stdout).values()
    except (subprocess.TimeoutExpired, ValueError) as error:
        said = done.stderr if isinstance(error, ValueError) else str(error)
        return dict.fromkeys(made, NOT_RUN.format(text=said.strip()[-500:]))
    return {
        name: DIFFERS.format(difference=found[name]) for name in made if not found[name] <= MOST_DIFFERENCE
    }


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]
