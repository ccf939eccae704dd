"""The package of a final evaluation prints, by itself, the scores that were recorded."""

import json
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch

from search.evolution.evaluation import Runtime
from search.evolution.finals.protocol import final_protocol
from search.evolution.finals.scores import FinalJob, FinalScore
from search.evolution.networks.phenotype import build_phenotype
from search.training.data import locations
from search.training.finals.entry import train
from search.training.finals.package import Finished, NotOffered, safetensors, verified_package
from tests.training.cases import digits_protocol, small_genotype
from tests.training.files import write_image_folder


def finished(folder: Path, **fields: Any) -> tuple[Finished, FinalScore]:
    """One real run, its weights in a file."""
    document = digits_protocol(steps=3).model_dump(mode="json") | {"channels": 2, "batch_size": 16} | fields
    protocol = final_protocol(document)
    genotype = small_genotype()
    phenotype = build_phenotype(genotype)
    score = train(FinalJob(phenotype, protocol, 0, 7, Runtime(device="cpu")), progress=lambda _: None)
    weights = folder / "run.pt"
    weights.write_bytes(score.weights)
    run = {"accuracy": score.accuracy, "top5": score.top5, "loss": score.loss, "device": "cpu"}
    return (
        Finished(
            phenotype,
            protocol,
            genotype,
            "Individual #3",
            score.classes,
            score.test_images,
            score.seen,
            score.accuracy,
            None,
            [run | {"weights": weights}],
        ),
        score,
    )


def test_it_prints_its_scores_in_a_process_without_the_project(tmp_path: Path) -> None:
    made, score = finished(tmp_path)
    with ZipFile(BytesIO(verified_package(made).content)) as archive:
        archive.extractall(tmp_path / "package")
    command = [sys.executable, "-E", "-s", "network.py", "--evaluate"]
    said = subprocess.run(command, cwd=tmp_path / "package", capture_output=True, text=True, check=True)
    assert f"run 1: {100 * score.accuracy:.2f} % of 360 test images" in said.stdout
    card = (tmp_path / "package" / "README.md").read_text()
    assert "CC BY 4.0" in card
    assert f"Mean top-1 {100 * score.accuracy:.2f} % on 360 test images" in card
    assert "Individual #3" in card


def test_one_that_prints_another_score_is_not_offered(tmp_path: Path) -> None:
    made, _ = finished(tmp_path)
    made = replace(made, runs=[{**made.runs[0], "accuracy": 0.5}])  # as if another device had scored it
    with pytest.raises(NotOffered, match=r"scored .* from the package and 0.5000 here"):
        verified_package(made)


def test_a_folder_is_read_as_it_was_for_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path))
    write_image_folder(tmp_path / "colours" / "train", images=6)
    write_image_folder(tmp_path / "colours" / "test", images=4)
    made, score = finished(tmp_path, dataset="folder:colours", image_size=9)
    assert (score.test_images, score.classes) == (12, ("blue", "green", "red"))
    verified_package(made)


def test_ten_crops_of_a_training_in_mixed_precision_are_scored_alike_there(tmp_path: Path) -> None:
    made, _ = finished(
        tmp_path, scoring="ten", scoring_size=6, precision="bfloat16", auxiliary_weight=0.4, resized_crop=0.3
    )
    with ZipFile(BytesIO(verified_package(made).content)) as archive:
        card = archive.read("README.md").decode()
    assert "One network, ten crops of 6 pixels of each image, their probabilities averaged." in card


def test_safetensors_hold_names_shapes_and_values() -> None:
    content = safetensors({"a": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(5)})
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    assert header["a"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    assert header["n"] == {"dtype": "I64", "shape": [], "data_offsets": [24, 32]}
    assert content[8 + length :][:8] == b"\0\0\0\0\0\0\x80?"
