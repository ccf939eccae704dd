"""Checkpoints on disk: whole or not at all, never the end of a training, gone when nobody needs them."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search import services
from search.artifacts import checkpoints
from search.artifacts.files import TEMPORARY, CheckpointFile, write_atomically
from search.evolution.evaluation import Checkpoint, Evaluated
from search.models import Evaluation
from search.worker import attempts
from search.worker.attempts import run_attempt
from tests.search.searching import small_config, started, trained


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.CHECKPOINT_SECONDS = 0.001
    return tmp_path / "checkpoints"


def checkpoint(folder: Path, every_seconds: float = 0.001) -> CheckpointFile:
    return CheckpointFile(folder / "one.checkpoint", every_seconds)


def test_what_was_saved_last_is_loaded(folder: Path) -> None:
    assert checkpoint(folder).load() is None
    checkpoint(folder).save(b"first")
    checkpoint(folder).save(b"second")
    assert checkpoint(folder).load() == b"second"
    assert [path.name for path in folder.iterdir()] == ["one.checkpoint"]
    checkpoint(folder).remove()
    assert checkpoint(folder).load() is None
    checkpoint(folder).remove()  # nothing to remove is no error


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: content[:-1] + b"!", lambda _: b""]
)
def test_a_damaged_file_is_ignored_with_the_reason(
    folder: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint(folder).save(b"a training's state")
    path = folder / "one.checkpoint"
    path.write_bytes(damage(path.read_bytes()))
    assert checkpoint(folder).load() is None
    assert "one.checkpoint is not whole" in caplog.text


def test_a_checkpoint_is_due_by_the_clock_and_never_with_nought(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("search.artifacts.files.time.monotonic", lambda: clock[0])
    file, never = (CheckpointFile(folder / "one.checkpoint", seconds, 100.0) for seconds in (10, 0))
    clock[0] += 9
    assert not file.due()
    clock[0] += 1
    assert file.due()
    assert not never.due()
    file.save(b"state")
    assert not file.due()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process grows beyond that size; the system refuses the write as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_last_checkpoint_whole(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoint(folder).save(b"small")
    with full_disk(100_000):
        checkpoint(folder).save(bytes(200_000))
    assert "was not written, the training goes on" in caplog.text
    assert checkpoint(folder).load() == b"small"
    assert [path.name for path in folder.iterdir()] == ["one.checkpoint"]


def test_a_folder_that_cannot_be_made_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    file = checkpoint(tmp_path / "file" / "folder")
    file.save(b"state")
    assert file.load() is None
    file.remove()
    assert len(caplog.records) == 3


def test_a_writer_that_dies_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(folder / "file", b"old")

    def die(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", die)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(folder / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("file", b"old")]


@pytest.fixture
def evaluation(db: None) -> Evaluation:
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return Evaluation.objects.get(pk=evaluation_id)


def test_each_repeat_has_its_checkpoint_until_it_is_recorded(
    evaluation: Evaluation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def trainer(*_: Any, checkpoint: Checkpoint, **__: Any) -> Evaluated:
        assert checkpoint.load() is None
        checkpoint.save(b"state")
        seen.append([path.name for path in folder.iterdir()])
        return trained(0.5)

    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
    run_attempt(evaluation_id=evaluation.pk, worker="worker")
    name = f"{evaluation.phenotype_key}-{evaluation.protocol_key}"
    assert seen == [[f"{name}-0.checkpoint"], [f"{name}-1.checkpoint"]]
    assert list(folder.iterdir()) == []


def test_the_next_attempt_loads_what_an_interrupted_one_saved(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bytes | None] = []

    def interrupted(*_: Any, checkpoint: Checkpoint, **__: Any) -> Evaluated:
        checkpoint.save(b"half way")
        raise KeyboardInterrupt

    def trainer(*_: Any, checkpoint: Checkpoint, **__: Any) -> Evaluated:
        found.append(checkpoint.load())
        return trained(0.5)

    monkeypatch.setattr(attempts, "load_trainer", lambda: interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_attempt(evaluation_id=evaluation.pk, worker="worker")
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
    run_attempt(evaluation_id=evaluation.pk, worker="worker")
    assert found == [b"half way", None]


def test_sweeping_removes_what_no_training_goes_on_from(evaluation: Evaluation, folder: Path) -> None:
    def put(phenotype_key: str, *, suffix: str = ".checkpoint", age: float = 0) -> str:
        path = folder / f"{phenotype_key}-{evaluation.protocol_key}-0{suffix}"
        write_atomically(path, b"state")
        os.utime(path, (time.time() - age, time.time() - age))
        return path.name

    waiting, unknown = put(evaluation.phenotype_key), put("0" * 32)
    old = put("1" * 32, age=checkpoints.STALE_SECONDS + 60)
    abandoned = put("2" * 32, suffix=f".checkpoint.abc{TEMPORARY}", age=checkpoints.ABANDONED_SECONDS + 60)
    written = put("3" * 32, suffix=f".checkpoint.abc{TEMPORARY}")
    write_atomically(folder / "notes.txt", b"somebody's own")
    assert checkpoints.sweep_checkpoints() == sorted([old, abandoned])
    assert {path.name for path in folder.iterdir()} == {waiting, unknown, written, "notes.txt"}
    run_attempt(evaluation_id=evaluation.pk, worker="worker")
    put(evaluation.phenotype_key)
    assert checkpoints.sweep_checkpoints() == [waiting]


def test_without_checkpoints_a_sweep_asks_the_database_nothing(folder: Path) -> None:
    """No database fixture here: a query would fail."""
    assert checkpoints.sweep_checkpoints() == []
    folder.mkdir()
    assert checkpoints.sweep_checkpoints() == []
