"""Networks taken away as PyTorch code compute what was trained, wherever they run."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from search.evolution.export.pytorch_code import pytorch_code
from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.space import SPACES, search_space
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training import native
from search.training.data.datasets import load_split
from search.training.network.hosts import build_network
from tests.training import runs
from tests.training.cases import ALL_SPACES, LIU, digits_protocol, networks
from tests.training.test_costs import IMAGENET_COUNTS, LARGE_COUNTS, SMALL_COUNTS

HOSTS = [
    Host(channels=3, image_size=8, image_channels=2),
    Host(
        kind="large", channels=2, cells=2, image_size=9, image_channels=1, final_separable="s2_2c", classes=4
    ),
    Host(kind="imagenet", channels=4, image_size=33, final_separable="s1_c"),
]


def network_of(phenotype: Phenotype, host: Host, **names: Any) -> Any:
    """A new network of the exported class."""
    module = ModuleType("exported")
    exec(pytorch_code(phenotype, host), module.__dict__)
    return module.Network(**names)


@pytest.mark.parametrize("name", ALL_SPACES)
def test_exported_networks_of_every_space_give_the_same_scores(name: str) -> None:
    for seed, (_, phenotype) in enumerate(networks(ALL_SPACES[name], 4, start=len(name) * 10)):
        host = HOSTS[seed % len(HOSTS)]
        assert_same_scores(phenotype, host, seed)


def assert_same_scores(phenotype: Phenotype, host: Host, seed: int) -> None:
    trained = build_network(phenotype, host, seed=seed)
    exported = network_of(phenotype, host)
    missing, unexpected = exported.load_state_dict(trained.state_dict(), strict=False)
    assert (missing, unexpected) == (["mean", "scale"], [])
    exported.mean.fill_(30.0)
    exported.scale.fill_(0.02)
    exported.to(memory_format=torch.channels_last)
    images = torch.randint(
        0, 256, (8, host.image_channels, host.image_size, host.image_size), dtype=torch.uint8
    )
    normalised = ((images.float() - 30.0) * 0.02).contiguous(memory_format=torch.channels_last)
    # Training first: it moves the statistics that scoring uses. The kernels, left out here, round otherwise.
    assert torch.equal(exported(images), trained(normalised))
    native.replace(trained)
    trained.eval()
    exported.eval()
    with torch.no_grad():
        assert torch.equal(exported(images), trained(normalised))


def test_a_value_that_is_concatenated_several_times_is_written_once() -> None:
    space = search_space({"levels": [{"motifs": 1, "nodes": 6}]})
    rows = ((6,), (6, 6), (6, 6, 6), (2, 6, 6, 3), (1, 0, 5, 2, 3))
    phenotype = build_phenotype(Genotype(space, ((rows,),)))
    assert "4 * [x]" in pytorch_code(phenotype, HOSTS[0])
    assert_same_scores(phenotype, HOSTS[0], 1)


def test_a_cell_of_identities_alone_is_exported() -> None:
    assert_same_scores(build_phenotype(trivial_genotype(SPACES["flat"])), HOSTS[0], 1)


def count(host: Host) -> int:
    with torch.device("meta"):
        network: nn.Module = network_of(build_phenotype(LIU), host)
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("final", SMALL_COUNTS)
def test_exported_networks_of_the_published_cell_have_exactly_its_parameters(final: str) -> None:
    fields = {"final_separable": final}
    assert count(Host.model_validate(fields)) == SMALL_COUNTS[final]
    large = {**fields, "kind": "large", "channels": 64, "cells": 2}
    assert count(Host.model_validate(large)) == LARGE_COUNTS[final]
    imagenet = {**fields, "kind": "imagenet", "channels": 64, "image_size": 299, "classes": 1000}
    assert count(Host.model_validate(imagenet)) == IMAGENET_COUNTS[final]


def test_the_file_imports_torch_alone_and_says_what_it_is() -> None:
    text = pytorch_code(build_phenotype(LIU), Host(), about=("Genotype: one\nimport os", "Protocol: another"))
    tree = ast.parse(text)
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    }
    assert imported == {"torch"}
    assert "# Genotype: one import os\n# Protocol: another\n" in text
    assert "525,242 parameters" in (ast.get_docstring(tree) or "")
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert {"Network", "Cell", "SeparableConvolution", "Classifier", "MaxPool"} <= classes


SCRIPT = """
import sys, torch, network
assert "search" not in sys.modules and not any("search" in path for path in sys.path)
given = torch.load("validation.pt", weights_only=True)
found = network.load("weights.pt")
with torch.no_grad():
    scores = torch.cat([found(part) for part in given["pixels"].split(256)])
torch.save(scores, "scores.pt")
print(int((scores.argmax(1) == given["labels"]).sum()) / len(scores))
"""


def test_kept_weights_in_a_process_of_their_own_reach_the_recorded_accuracy_exactly(tmp_path: Path) -> None:
    protocol = digits_protocol(steps=100, validation_images=300)
    phenotype = next(networks(SPACES["hierarchical"], 1, start=3))[1]
    result = runs.trained(phenotype, protocol, seed=3)
    split = load_split(protocol)
    pixels = split.validation.pixels.permute(0, 3, 1, 2)
    (tmp_path / "network.py").write_text(pytorch_code(phenotype, protocol.shape_host))
    (tmp_path / "weights.pt").write_bytes(result.weights)
    torch.save({"pixels": pixels.contiguous(), "labels": split.validation.labels}, tmp_path / "validation.pt")
    (tmp_path / "score.py").write_text("import torch; torch.set_num_threads(1)\n" + SCRIPT)
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; sys.path.insert(0, '.'); import runpy; runpy.run_path('score.py')"],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert float(done.stdout) == result.accuracy
    assert 0.2 < result.accuracy < 1
