"""Source text of a package to take away: its ONNX graph and exported program held against its PyTorch code.

Pure Python: must import neither Django nor torch.
"""

CHECK_EXPORTS = '''"""python check_exports.py [FOLDER ...] [--json]: each export against network.py, on one batch.

Exports are network.onnx, which needs onnxruntime, and network.pt2. Prints for each file the largest difference of a
score, as a share of the largest score.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import torch

IMAGES = 5
MOST = 1e-3
"""Runtimes add in another order; float32 has seven digits, and a network some dozens of layers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=[Path(__file__).resolve().parent], type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = {str(folder): check(folder) for folder in options.folders}
    if options.json:
        print(json.dumps(found))
    else:
        for folder, rows in found.items():
            for name, difference in rows.items():
                print(f"{folder}: {name} differs by {difference:.1e}")
    sys.exit(any(not difference <= MOST for rows in found.values() for difference in rows.values()))


def check(folder: Path) -> dict[str, float]:
    """The difference of each export that is there."""
    about = json.loads((folder / "about.json").read_text())
    network = loaded(folder, "network").Network()
    state = loaded(folder, "weights").read_safetensors(folder / about["runs"][0]["weights"])
    network.load_state_dict(state)
    network.to(memory_format=torch.channels_last).eval()
    shape = (IMAGES, about["image_channels"], about["image_size"], about["image_size"])
    images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        wanted = network(images)
    found = {}
    if (folder / "network.onnx").exists():
        import onnxruntime

        session = onnxruntime.InferenceSession(folder / "network.onnx", providers=["CPUExecutionProvider"])
        [scores] = session.run(None, {"images": images.numpy()})
        found["network.onnx"] = difference(torch.from_numpy(scores), wanted)
    if (folder / "network.pt2").exists():
        with torch.no_grad():
            scores = torch.export.load(folder / "network.pt2").module()(images)
        found["network.pt2"] = difference(scores, wanted)
    return found


def difference(scores: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((scores - wanted).abs().max() / wanted.abs().max().clamp_min(1e-12))


def loaded(folder: Path, name: str):
    """The module of that name in that folder."""
    spec = importlib.util.spec_from_file_location(name, folder / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
'''
