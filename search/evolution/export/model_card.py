"""Model card of a final evaluation: what the network is, how it was trained, what it scores, how it is used.

Pure Python: must import neither Django nor torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.experiments.datasets import DATASETS
from search.evolution.networks.host import Host
from search.evolution.networks.host_outline import outline_text

CARD = """# An evolved network

{parameters:,} parameters, {multiply_adds:,} multiply-adds an image; found by evolution.

## Use it

```python
from network import Network
from weights import read_safetensors
from pathlib import Path

network = Network()
network.load_state_dict(read_safetensors(Path("run-1.safetensors")))
scores = network.eval()(images)  # [N, {channels}, {size}, {size}] of pixel values 0..255 -> [N, {classes}]
```

`python network.py --evaluate --data FOLDER` prints the scores below again. It was run in a process without the project
before this package was offered.

## Other forms

{exports}

## Scores

| run | top-1 | top-5 | loss | device |
|---|---|---|---|---|
{runs}

Mean top-1 {mean:.2f} %{deviation} on {test_images:,} test images, which the search that found the network never read. \
One network, {views}.{seen}

## Data

{dataset}: {description}. Licence: {licence}. Origin: {origin}.
Trained on all images outside the test set; pixels are scaled by their mean and deviation, which the weights hold.

## Network

{host}

## Training

```json
{protocol}
```

## Lineage

{lineage}

Genotype: `{genotype}`

Versions: {versions}
"""


ONNX = """\
`network.onnx`: ONNX, opset 18, of run 1: `images`, uint8 [N, {channels}, {size}, {size}], to `scores`. \
Its nodes are named after the genotype, such as `cell1/edge1-4/motif3/edge1-2/depthwise` for the operation on edge \
1 → 2 of motif 3 where the cell's edge 1 → 4 carries it, so viewers that group by name show motifs as groups."""
PROGRAM = """\
`network.pt2`: torch's exported program of run 1, for `torch.export.load("network.pt2").module()` in the version of \
torch that is named below, or a newer one."""
CHECKED = """\
`python check_exports.py` holds them against `network.py` on a batch; it did so in a process without the project."""
VIEWS = {
    "whole": "one view of each image",
    "centre": "one view of each image, its centre of {side} pixels",
    "ten": "ten crops of {side} pixels of each image, their probabilities averaged",
}
MISSING = "`{name}` is not in this package: {why}."


@dataclass(frozen=True)
class CardFacts:
    """What the card says beside the protocol and the scores."""

    genotype: str
    lineage: str
    versions: str
    parameters: int
    multiply_adds: int
    protocol: str
    """As JSON."""
    left_out: Mapping[str, str]
    """Files that the package lacks -> why."""


def model_card(about: Mapping[str, Any], runs: Sequence[Mapping[str, Any]], facts: CardFacts) -> str:
    """The card's text, in Markdown."""
    shape = DATASETS.get(about["dataset"])
    lines = [
        f"| {number} | {100 * run['accuracy']:.2f} % | {100 * run['top5']:.2f} % | {run['loss']:.4f} "
        f"| {run['device']} |"
        for number, run in enumerate(runs, start=1)
    ]
    deviation, seen = about["deviation"], about["seen"]
    return CARD.format(
        parameters=facts.parameters,
        multiply_adds=facts.multiply_adds,
        channels=about["image_channels"],
        size=about["image_size"],
        exports=_exports(about, facts.left_out),
        classes=len(about["classes"]),
        runs="\n".join(lines),
        mean=100 * about["mean"],
        deviation="" if deviation is None else f" ± {100 * deviation:.2f} % over {len(runs)} runs",
        test_images=about["test_images"],
        views=VIEWS[about.get("scoring", "whole")].format(side=about.get("scoring_size")),
        seen=f" {seen} of them are, pixel for pixel, training images too." if seen else "",
        dataset=about["dataset"],
        description=shape.description if shape else "a folder of images, one directory a class",
        licence=shape.licence if shape else "not stated here; ask whoever made the folder",
        origin=shape.origin if shape else "the folder's owner",
        host=_host(about, facts.protocol),
        protocol=facts.protocol,
        lineage=facts.lineage,
        genotype=facts.genotype,
        versions=facts.versions,
    )


def _host(about: Mapping[str, Any], protocol: str) -> str:
    """The host from image to scores, with the cell in its places."""
    told = json.loads(protocol)
    host = Host(
        kind=told["host"],
        channels=told["channels"],
        cells=told["cells"],
        image_size=about["image_size"],
        image_channels=about["image_channels"],
        classes=len(about["classes"]),
        final_separable=told["final_separable"],
    )
    return f"{told['host']} host: {outline_text(host)}"


def _exports(about: Mapping[str, Any], left_out: Mapping[str, str]) -> str:
    shape = {"channels": about["image_channels"], "size": about["image_size"]}
    forms = {"network.onnx": ONNX.format(**shape), "network.pt2": PROGRAM}
    there = [text for name, text in forms.items() if name not in left_out]
    missing = [MISSING.format(name=name, why=why) for name, why in left_out.items()]
    return "\n\n".join([*there, *([CHECKED] if there else []), *missing])
