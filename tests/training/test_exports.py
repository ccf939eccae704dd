"""ONNX graphs and exported programs give, in a process without the project, what the code beside them gives."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch

from search.evolution.export.check_parts import CHECK_EXPORTS
from search.evolution.export.evaluation_parts import WEIGHTS
from search.evolution.export.module_names import names_by_cell, operation_names
from search.evolution.export.pytorch_code import pytorch_code
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.training.finals.exports import ONNX, PROGRAM, exported_program, make_exports, wrong_exports
from search.training.finals.onnx_graph import onnx_file
from search.training.finals.package import safetensors
from search.training.network.hosts import build_network
from tests.training.cases import FOUR_LEVELS, LIU, PAIR, networks, small_genotype

GENOTYPES = [
    genotype
    for start, (space, count) in enumerate(
        [(SPACES["hierarchical"], 7), (SPACES["flat"], 6), (FOUR_LEVELS, 7)]
    )
    for genotype, _ in networks(space, count, start=100 * start)
]
"""Twenty random ones of three spaces."""
HOSTS = (
    Host(channels=2, image_size=8, image_channels=1),
    Host(kind="large", channels=3, cells=1, image_size=9, final_separable="s2_2c", classes=4),
    Host(kind="imagenet", channels=4, image_size=17, image_channels=2, final_separable="s1_c"),
)


def trained(genotype: Genotype, host: Host, seed: int = 1) -> dict[str, torch.Tensor]:
    """Weights as a training leaves them: statistics that have moved, pixels' own scaling."""
    network = build_network(build_phenotype(genotype), host, seed=seed)
    images = torch.randn((8, host.image_channels, host.image_size, host.image_size))
    with torch.no_grad():
        network(images.contiguous(memory_format=torch.channels_last))
    channels = (1, host.image_channels, 1, 1)
    return {"mean": torch.full(channels, 30.0), "scale": torch.full(channels, 0.02), **network.state_dict()}


def written(folder: Path, genotype: Genotype, host: Host) -> dict[str, torch.Tensor]:
    """The files of a package that are not exports; returns the weights."""
    folder.mkdir()
    state = trained(genotype, host)
    about = {
        "image_channels": host.image_channels,
        "image_size": host.image_size,
        "runs": [{"weights": "run-1.safetensors"}],
    }
    (folder / "network.py").write_text(pytorch_code(build_phenotype(genotype), host))
    (folder / "weights.py").write_text(WEIGHTS)
    (folder / "about.json").write_text(json.dumps(about))
    (folder / "run-1.safetensors").write_bytes(safetensors(state))
    (folder / "check_exports.py").write_text(CHECK_EXPORTS)
    return state


def differences(folder: Path, folders: list[Path]) -> dict[str, dict[str, float]]:
    """What one clean process finds in all of them."""
    (folder / "check.py").write_text(CHECK_EXPORTS)
    command = [sys.executable, "-E", "-s", "check.py", "--json", *map(str, folders)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def test_twenty_random_genotypes_of_three_spaces_give_the_same_scores_as_onnx_graphs(tmp_path: Path) -> None:
    folders = []
    for number, genotype in enumerate(GENOTYPES):
        host = HOSTS[2] if number == 0 else HOSTS[number % 2]
        folders.append(tmp_path / str(number))
        state = written(folders[-1], genotype, host)
        names = names_by_cell(genotype)
        content = onnx_file(build_phenotype(genotype), host, state, names)
        (folders[-1] / ONNX).write_bytes(content)
    found = differences(tmp_path, folders)
    assert len(found) == 20
    assert max(row[ONNX] for row in found.values()) < 1e-4


def test_an_exported_program_gives_exactly_the_same_scores(tmp_path: Path) -> None:
    genotype, host = small_genotype(), HOSTS[1]
    state = written(tmp_path / "one", genotype, host)
    code = pytorch_code(build_phenotype(genotype), host)
    (tmp_path / "one" / PROGRAM).write_bytes(exported_program(code, state, host))
    assert differences(tmp_path, [tmp_path / "one"]) == {str(tmp_path / "one"): {PROGRAM: 0.0}}


@pytest.mark.parametrize("host", HOSTS, ids=["small", "large", "imagenet"])
def test_a_pair_of_cells_gives_the_same_scores_in_every_form(tmp_path: Path, host: Host) -> None:
    [(genotype, phenotype)] = networks(PAIR, 1, start=7)
    assert phenotype.reduction is not None
    folder = tmp_path / "pair"
    state = written(folder, genotype, host)
    code, names = pytorch_code(phenotype, host), names_by_cell(genotype)
    assert "class NormalCell(nn.Module):" in code
    assert "class ReductionCell(nn.Module):" in code
    (folder / PROGRAM).write_bytes(exported_program(code, state, host))
    (folder / ONNX).write_bytes(onnx_file(phenotype, host, state, names))
    [found] = differences(tmp_path, [folder]).values()
    assert found[PROGRAM] == 0.0
    assert found[ONNX] < 1e-4


def test_an_export_that_gives_other_scores_is_found_in_a_process_without_the_project(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    genotype, host = small_genotype(), HOSTS[0]
    state = written(folder, genotype, host)
    other = {**state, "mean": state["mean"] + 100}
    (folder / ONNX).write_bytes(onnx_file(build_phenotype(genotype), host, other, names_by_cell(genotype)))
    [(name, why)] = wrong_exports(folder).items()
    assert name == ONNX
    assert "its scores differ" in why


def test_what_is_no_onnx_file_is_left_out_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    written(folder, small_genotype(), HOSTS[0])
    (folder / ONNX).write_bytes(b"nothing")
    assert "did not run by itself" in wrong_exports(folder)[ONNX]


def test_without_onnx_a_package_has_the_other_exports_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name)
    )
    genotype, host = small_genotype(), HOSTS[0]
    network = (build_phenotype(genotype), host)
    files, problems = make_exports(
        pytorch_code(*network), trained(genotype, host), network, names_by_cell(genotype)
    )
    assert set(files) == {PROGRAM}
    assert problems == {ONNX: "onnxruntime is not installed on the worker; it is pinned in requirements.txt"}


def groups(genotype: Genotype) -> Iterator[str]:
    host = HOSTS[0]
    content = onnx_file(build_phenotype(genotype), host, trained(genotype, host), names_by_cell(genotype))
    for node in onnx.load_from_string(content).graph.node:
        yield node.name


def test_nodes_stand_in_groups_of_cell_motif_and_edge() -> None:
    names = list(groups(LIU))
    assert len(names) == len(set(names))
    for cell in (1, 2, 3):
        for edge in ("edge1-2", "edge1-5"):
            assert any(name.startswith(f"cell{cell}/{edge}/motif") for name in names)
    assert {name.split("/")[0] for name in names} == {
        *("pixels", "stem1", "cell1", "reduction3", "cell2", "reduction5", "cell3", "classifier"),
    }


def test_each_operation_is_named_after_the_edge_that_carries_it() -> None:
    for genotype in (LIU, *GENOTYPES):
        names = operation_names(genotype)
        phenotype = build_phenotype(genotype)
        assert len(set(names)) == len(names) == len(phenotype.operations)
        for name, operation in zip(names, phenotype.operations, strict=True):
            if name.endswith("/projection"):
                assert operation.name == "conv1x1"
                continue
            edge = [int(node) for node in name.rsplit("edge", 1)[1].split("-")]
            motif = int(name.split("/")[-2].removeprefix("motif")) if "/" in name else 1
            assert (
                genotype.space.operation_name(2, genotype.edge(2, motif, edge[1], edge[0])) == operation.name
            )
