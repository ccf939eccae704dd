"""Kernels are compiled once for a machine; where they cannot be, the reason is told and torch's operations train."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from search.evolution.evaluation import Runtime
from search.training.data import locations
from search.training.native import library
from search.training.report import report
from tests.training.cases import digits_protocol, small_cell
from tests.training.runs import trained


@pytest.fixture
def found_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Libraries are looked for again, and compiled into an empty folder."""
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, var=tmp_path))
    library.found_library.cache_clear()
    yield tmp_path / "kernels"
    library.found_library.cache_clear()


def test_kernels_are_compiled_once_for_each_width(found_anew: Path) -> None:
    for channels in (16, 8, 4, 16, 3, 24):
        assert library.library(torch.float32, channels) is not None
    names = sorted(path.name.split("-")[1] for path in found_anew.iterdir())
    assert names == ["16", "32", "64"]
    times = {path: path.stat().st_mtime_ns for path in found_anew.iterdir()}
    library.found_library.cache_clear()
    assert library.library(torch.float32, 16) is not None
    assert {path: path.stat().st_mtime_ns for path in found_anew.iterdir()} == times


def test_without_a_compiler_networks_train_by_torch_s_operations(
    found_anew: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CC", raising=False)
    with caplog.at_level(logging.WARNING):
        found = trained(small_cell(), digits_protocol(steps=5))
    assert (found.curve[-1]["loss"] or 9) < 3
    assert "there is no C compiler" in caplog.text
    assert "apt-get install gcc" in library.reason(torch.float32, 4)


def test_a_compiler_that_fails_is_told_with_its_words(
    found_anew: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_anew.parent.joinpath("cc").write_text("#!/bin/sh\necho out of luck >&2\nexit 1\n")
    os.chmod(found_anew.parent / "cc", 0o755)
    monkeypatch.setenv("CC", str(found_anew.parent / "cc"))
    assert library.library(torch.float32, 4) is None
    assert library.reason(torch.float32, 4).endswith("does not compile the kernels: out of luck")
    assert list(found_anew.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(found_anew: Path) -> None:
    found_anew.write_text("a file where the folder should be")
    assert "could not be run in" in library.reason(torch.float32, 4)


def test_a_damaged_library_is_told(found_anew: Path) -> None:
    assert library.library(torch.float32, 4) is not None
    [path] = found_anew.iterdir()
    path.write_bytes(b"nothing")
    library.found_library.cache_clear()
    # What a process has loaded under that name it keeps, so the damage shows in a copy.
    other = path.rename(path.with_name("other.so"))
    with pytest.raises(library.Unavailable, match="cannot be loaded"):
        library.loaded_library(other)


def test_kernels_can_be_refused(found_anew: Path) -> None:
    refused = trained(small_cell(), digits_protocol(steps=5), runtime=Runtime("cpu", kernels="never"))
    assert not found_anew.exists()
    assert report("cpu", "never")["kernels"] == "NASWEB_KERNELS is never"
    by_kernels = trained(small_cell(), digits_protocol(steps=5))
    assert found_anew.exists()
    assert refused.curve[-1]["loss"] == pytest.approx(by_kernels.curve[-1]["loss"], rel=1e-3)
    assert refused.weights != by_kernels.weights, "they round otherwise"
