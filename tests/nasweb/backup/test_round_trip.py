"""What a backup holds is what was there, to the last bit; what is no backup changes nothing."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from nasweb.backup.layout import BackupError
from nasweb.backup.reading import restore_backup
from nasweb.backup.writing import write_backup
from search import services
from search.models import ApiToken, Evaluation, Experiment, FitnessRecord, Individual
from tests.search.searching import claim_next, record, small_config, started

pytestmark = pytest.mark.django_db(transaction=True)

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def checkpoints(settings: Settings, tmp_path: Path) -> Path:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.VAR_DIR = tmp_path
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


@pytest.fixture
def half_trained(checkpoints: Path) -> Iterator[Experiment]:
    """A search with a finished, a failed and a half-trained individual, an account with a group, and a token."""
    experiment = started(
        small_config(individuals=9, in_flight=4, protocol={"repeats": 2}), name="ÿ 网络 \\ \u2028"
    )
    done, failed, running = (claim_next(experiment) for _ in range(3))
    record(done, 0.1 + 0.2, 1 / 3)
    services.finish_evaluation(claim=done)
    services.fail_evaluation(claim=failed, code="not_finite", reason="line\nline")
    record(running, 2 / 3)
    (checkpoints / "one.state").write_bytes(bytes(range(256)))
    (checkpoints / "being-written.part").write_bytes(b"half")
    user = User.objects.create_user("ana", password="a password that is not stored")
    user.groups.add(Group.objects.get_or_create(name="some researchers")[0])
    ApiToken.objects.create(name="script", prefix="nas_12", token_hash="0" * 64, owner=user)
    yield experiment
    Group.objects.all().delete()


def all_rows() -> Rows:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in models}


def empty() -> None:
    Experiment.objects.update(best=None)
    call_command("flush", interactive=False, verbosity=0)


def test_every_row_of_every_table_comes_back_with_the_checkpoints(
    half_trained: Experiment, tmp_path: Path, checkpoints: Path
) -> None:
    services.release_everything()  # which a restore does too
    before = all_rows()
    contents = write_backup(tmp_path / "backup.zip")
    assert contents.rows["search.individual"] == Individual.objects.count() > 3
    assert contents.checkpoints == 1
    assert stat.S_IMODE((tmp_path / "backup.zip").stat().st_mode) == 0o600
    empty()
    (checkpoints / "one.state").unlink()
    restore_backup(tmp_path / "backup.zip")
    after = all_rows()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert (checkpoints / "one.state").read_bytes() == bytes(range(256))
    assert sorted(path.name for path in checkpoints.iterdir()) == ["being-written.part", "one.state"]
    assert Experiment.objects.create(name="next", config={}, individuals_planned=1).pk > half_trained.pk


def test_what_was_being_trained_waits_and_its_attempt_does_not_count(
    half_trained: Experiment, tmp_path: Path
) -> None:
    running = Evaluation.objects.get(state="running")
    write_backup(tmp_path / "backup.zip")
    empty()
    restore_backup(tmp_path / "backup.zip")
    row = Evaluation.objects.get(pk=running.pk)
    assert (row.state, row.attempts, row.lease, row.sent_at) == ("waiting", 0, "", None)
    assert FitnessRecord.objects.filter(evaluation=row).count() == 1
    assert set(services.sweep().evaluations) == set(
        Evaluation.objects.filter(state="waiting").values_list("pk", flat=True)
    )


def test_nobody_restores_over_what_he_has_nor_writes_over_a_backup(
    half_trained: Experiment, tmp_path: Path
) -> None:
    path = tmp_path / "backup.zip"
    call_command("backup", str(path))
    before = all_rows()
    with pytest.raises(CommandError, match=r"not empty: it holds \d+ rows of .*NASWEB_VAR_DIR"):
        call_command("restore", str(path))
    assert all_rows() == before
    with pytest.raises(CommandError, match=r"backup\.zip exists; a backup is never written over"):
        call_command("backup", str(path))


@pytest.mark.parametrize(
    "damage, problem",
    [
        ("cut off", "is not a whole backup"),
        ("no zip", "is not a whole backup"),
        ("a byte", "is not a whole backup"),
        ("no manifest", "it has no manifest"),
        ("a format", "has the format 99; this version reads format 1"),
        ("a migration", "made by a newer version of nasweb, which knows the migration search.9999_later"),
        ("a row less", r"instead of"),
        ("missing", "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_whole_backup_is_refused_and_nothing_is_stored(
    half_trained: Experiment, tmp_path: Path, damage: str, problem: str
) -> None:
    path = tmp_path / "backup.zip"
    write_backup(path)
    empty()
    damaged(path, damage)
    with pytest.raises(BackupError, match=problem):
        restore_backup(path)
    assert not Experiment.objects.exists()
    assert not User.objects.exists()


def damaged(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "cut off":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "no zip":
        path.write_text("a text")
    elif damage == "a byte":
        with ZipFile(path) as archive:
            place = archive.getinfo("tables/search.individual.jsonl").header_offset + 100
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    elif damage == "missing":
        path.unlink()
    else:
        rewrite(path, damage)


def rewrite(path: Path, damage: str) -> None:
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    if damage == "a format":
        manifest["format"] = 99
    if damage == "a migration":
        manifest["migrations"].append(["search", "9999_later"])
    if damage == "a row less":
        manifest["tables"]["search.genotype"]["rows"] += 1
    with ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        if damage != "no manifest":
            archive.writestr("manifest.json", json.dumps(manifest))


def test_no_checkpoint_lands_outside_its_folder(
    half_trained: Experiment, tmp_path: Path, checkpoints: Path
) -> None:
    path = tmp_path / "backup.zip"
    write_backup(path)
    with ZipFile(path, "a") as archive:
        archive.writestr("checkpoints/../outside", "forged")
        archive.writestr("checkpoints//outside", "forged")
        archive.writestr("outside", "forged")
    empty()
    restore_backup(path)
    assert not (tmp_path / "outside").exists()
    assert not Path("/outside").exists()


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    half_trained: Experiment, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        write_backup(tmp_path / "nowhere" / "backup.zip")
    with pytest.raises(BackupError, match="exists"):
        write_backup(tmp_path)
    assert not list(tmp_path.glob("*.zip*"))
    assert connection.get_autocommit()


def test_a_checkpoint_that_cannot_be_written_costs_only_time(
    half_trained: Experiment, tmp_path: Path, settings: Settings
) -> None:
    write_backup(tmp_path / "backup.zip")
    empty()
    (tmp_path / "a-file").touch()
    settings.CHECKPOINT_DIR = tmp_path / "a-file"
    assert restore_backup(tmp_path / "backup.zip").checkpoints == 0
    assert Experiment.objects.exists()
