"""Trained weights are kept within a bound, experiments' best the longest."""

import os
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search.artifacts import weights
from search.artifacts.weights import keep_weights, kept_repeats, weights_file
from search.evolution.evaluation import Evaluated, Job
from search.models import Evaluation, Experiment
from search.services import advance_experiment
from search.worker import attempts
from search.worker.attempts import run_attempt
from tests.search.searching import small_config, started, trained, work_off

PROTOCOL = "f" * 32


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.CHECKPOINT_DIR = tmp_path
    settings.KEPT_WEIGHTS_BYTES = 1000
    return tmp_path / "weights"


def keep(
    phenotype_key: str, size: int, *, repeat: int = 0, protocol_key: str = PROTOCOL, time: float = 0
) -> None:
    keep_weights(phenotype_key=phenotype_key, protocol_key=protocol_key, repeat=repeat, weights=bytes(size))
    path = weights_file(phenotype_key=phenotype_key, protocol_key=protocol_key, repeat=repeat)
    if path and time:
        os.utime(path, (time, time))


def kept(folder: Path) -> set[str]:
    return {path.name[0] for path in folder.iterdir()}


def test_what_fits_is_kept_without_a_look_into_the_database(folder: Path) -> None:
    keep("a" * 32, 400, repeat=0)
    keep("a" * 32, 400, repeat=2)
    assert kept_repeats(phenotype_key="a" * 32, protocol_key=PROTOCOL) == [0, 2]
    assert weights_file(phenotype_key="a" * 32, protocol_key=PROTOCOL, repeat=1) is None
    path = weights_file(phenotype_key="a" * 32, protocol_key=PROTOCOL, repeat=2)
    assert path is not None
    assert path.read_bytes() == bytes(400)


def test_what_alone_is_too_large_is_not_kept(folder: Path) -> None:
    keep("a" * 32, 1001)
    keep("b" * 32, 0)
    assert not folder.exists()


@pytest.mark.django_db
def test_the_oldest_go_first_and_other_files_stay(folder: Path) -> None:
    for number, name in enumerate("cab"):
        keep(name * 32, 300, time=1000 + number)
    (folder / "notes.txt").write_bytes(bytes(5000))
    keep("d" * 32, 300)
    assert kept(folder) == {"a", "b", "d", "n"}
    keep("e" * 32, 900)
    assert kept(folder) == {"e", "n"}


@pytest.fixture
def search(db: None) -> Experiment:
    return work_off(started(small_config(individuals=4)))


def test_an_experiments_best_goes_last(folder: Path, search: Experiment) -> None:
    best = search.best
    assert best is not None
    row = best.evaluation
    keep(row.phenotype_key, 500, protocol_key=row.protocol_key, time=1000)
    keep("0" * 32, 400, time=2000)
    keep("1" * 32, 400, time=3000)
    assert kept_repeats(phenotype_key=row.phenotype_key, protocol_key=row.protocol_key) == [0]
    assert not kept_repeats(phenotype_key="0" * 32, protocol_key=PROTOCOL)
    keep("2" * 32, 900)  # newer than the best, which goes when nothing else is left
    assert kept_repeats(phenotype_key="2" * 32, protocol_key=PROTOCOL) == [0]
    assert not kept_repeats(phenotype_key=row.phenotype_key, protocol_key=row.protocol_key)


def test_a_recorded_repeat_leaves_its_weights(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(job: Job, **_: Any) -> Evaluated:
        return Evaluated(0.5, trained(0.5).curve, 1.0, "cpu", weights=b"weights of %d" % job.repeat)

    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    [evaluation_id] = advance_experiment(experiment_id=experiment.pk)
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get(pk=evaluation_id)
    assert row.state == "done"
    path = weights_file(phenotype_key=row.phenotype_key, protocol_key=row.protocol_key, repeat=1)
    assert path is not None
    assert path.read_bytes() == b"weights of 1"


def test_trouble_with_the_disk_is_only_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights, "write_atomically", full)
    keep("a" * 32, 10)
    assert "No space left on device" in caplog.text
