"""A benchmark table is built through ordinary evaluations, and goes on where it was interrupted."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.evolution.networks.phenotype import Phenotype
from search.management import table_builder, table_export
from search.models import Evaluation, Experiment, FitnessRecord
from search.tables.plans import PLANS, Part, TablePlan, trainings
from search.tables.table import BenchmarkTable
from search.worker import attempts
from search.worker.stop_flag import tell_to_stop

LEVELS = (LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=3))
SEP = TablePlan(
    "sep", (Part("sep", SearchSpace(levels=LEVELS, primitives=("sep3x3",))),), Protocol(repeats=2)
)
NETWORKS = 33


@pytest.fixture(autouse=True)
def plans(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TRAINER = "tests.trainers.table_trainer"
    monkeypatch.setitem(PLANS, "small", SEP)


def build(*arguments: str) -> str:
    out = StringIO()
    call_command("build_table", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_every_network_is_trained_once_with_every_seed() -> None:
    assert build() == "sep: 66 of 66 trainings\n"
    assert (
        FitnessRecord.objects.count()
        == 2 * NETWORKS
        == FitnessRecord.objects.values("seed").distinct().count()
    )
    assert set(Evaluation.objects.values_list("state", flat=True)) == {"done"}
    assert build() == "sep: 66 of 66 trainings\n"
    assert FitnessRecord.objects.count() == 2 * NETWORKS
    assert Experiment.objects.get().name == "Benchmark table: sep"


@pytest.mark.django_db
def test_an_interrupted_building_goes_on_and_trains_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[int] = []
    attempt = attempts.run_attempt

    def interrupted(*, evaluation_id: int, worker: str) -> list[int]:
        trained.append(evaluation_id)
        ended = attempt(evaluation_id=evaluation_id, worker=worker)
        if len(trained) == 40:
            tell_to_stop()
        return ended

    monkeypatch.setattr(table_builder, "run_attempt", interrupted)
    with pytest.raises(CommandError, match="the same command goes on"):
        build()
    assert FitnessRecord.objects.count() == 40
    build()
    assert len(trained) == FitnessRecord.objects.count() == 2 * NETWORKS


@pytest.mark.django_db
def test_two_processes_share_the_work_and_neither_does_the_others() -> None:
    with pytest.raises(CommandError, match="--process 3/2: use N/M with N from 1 to M"):
        build("--process", "3/2")
    build("--process", "1/2")
    first = set(Evaluation.objects.values_list("phenotype_key", flat=True))
    assert 0 < len(first) < NETWORKS
    assert build("--process", "2/2") == "sep: 66 of 66 trainings\n"
    assert Evaluation.objects.count() == NETWORKS
    assert FitnessRecord.objects.count() == 2 * NETWORKS


@pytest.mark.django_db
def test_the_first_seed_of_every_network_can_be_trained_before_the_others() -> None:
    assert build("--seeds", "1") == "sep: 33 of 66 trainings\n"
    assert set(FitnessRecord.objects.values_list("repeat", flat=True)) == {0}
    assert build() == "sep: 66 of 66 trainings\n"


@pytest.mark.django_db
def test_a_trainer_that_scores_no_test_images_is_refused(settings: Settings) -> None:
    settings.TRAINER = "search.training.trainer.evaluate"
    with pytest.raises(CommandError, match="which scores no test images; set NASWEB_TRAINER="):
        build()


def test_a_space_inside_the_space_comes_first_with_all_its_seeds_and_is_not_trained_again() -> None:
    both = Part("both", SearchSpace(levels=LEVELS, primitives=("sep3x3", "identity")))
    plan = TablePlan("nested", (SEP.parts[0], both), SEP.protocol)
    rows = list(trainings(plan))
    assert [row.part for row in rows[: 2 * NETWORKS]] == ["sep"] * 66
    assert len(rows) == len({(row.key, row.repeat) for row in rows}) == 2 * 248
    assert {row.genotype.space for row in rows} == {plan.space}


@pytest.mark.django_db
def test_a_whole_table_is_exported_and_a_part_of_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_export, "PROXIES", f"{__name__}.made_proxies")
    with pytest.raises(CommandError, match="66 of 66 trainings of sep are missing"):
        build("--export", str(tmp_path / "mine"))
    build()
    assert build("--export", str(tmp_path / "mine"), "--seeds", "1").startswith("mine.npz: ")
    assert BenchmarkTable.load(tmp_path / "mine.npz").seeds == 1
    build("--export", str(tmp_path / "mine"), "--table-version", "3.1", "--hardware", "an abacus")
    table = BenchmarkTable.load(tmp_path / "mine.npz")
    assert (len(table), table.seeds, table.facts.version, table.about["hardware"]) == (
        33,
        2,
        "3.1",
        "an abacus",
    )
    metadata = json.loads((tmp_path / "mine.json").read_text())
    assert metadata["distribution"][0]["sha256"] == table.facts.sha256
    assert metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"
    columns = {field["source"]["extract"]["column"] for field in metadata["recordSet"][0]["field"]}
    with np.load(tmp_path / "mine.npz", allow_pickle=False) as arrays:
        assert columns == set(arrays) - {"about"}
    for row in FitnessRecord.objects.select_related("evaluation")[:5]:
        key = row.evaluation.phenotype_key
        assert table.query(table.genotype(key), 5000, seed=row.repeat) == pytest.approx(
            row.accuracy, abs=1e-6
        )
        assert table.seconds_of(table.row(key), 5000, seed=row.repeat) == 1.0
        assert table.proxies["operations"][table.row(key)] == sum(
            row.evaluation.genotype.operation_counts.values()
        )


def made_proxies(phenotype: Phenotype, protocol: Protocol) -> dict[str, float]:
    return {"operations": float(len(phenotype.operations))}


def forget_everything() -> None:
    # A truncation waits for no foreign key that is still to be checked at the end of the transaction.
    connection.check_constraints()
    call_command("flush", interactive=False, verbosity=0)


@pytest.mark.django_db
def test_a_new_database_goes_on_from_a_published_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_export, "PROXIES", f"{__name__}.made_proxies")
    build()
    build("--export", str(tmp_path / "both"))
    build("--export", str(tmp_path / "first"), "--seeds", "1")
    stored = set(FitnessRecord.objects.values_list("evaluation__phenotype_key", "repeat", "seed"))
    forget_everything()
    trained: list[int] = []
    attempt = attempts.run_attempt

    def counted(*, evaluation_id: int, worker: str) -> list[int]:
        trained.append(evaluation_id)
        return attempt(evaluation_id=evaluation_id, worker=worker)

    monkeypatch.setattr(table_builder, "run_attempt", counted)
    assert build("--from", str(tmp_path / "first.npz")) == "sep: 66 of 66 trainings\n"
    assert len(trained) == NETWORKS
    assert set(FitnessRecord.objects.values_list("evaluation__phenotype_key", "repeat", "seed")) == stored
    build("--export", str(tmp_path / "again"))
    first, again = (BenchmarkTable.load(tmp_path / f"{name}.npz") for name in ("both", "again"))
    assert np.array_equal(first.accuracy, again.accuracy)
    assert np.array_equal(first.seconds, again.seconds)


@pytest.mark.django_db
def test_an_unfinished_building_goes_on_on_another_machine(tmp_path: Path) -> None:
    lines = tmp_path / "unfinished.jsonl"
    build("--seeds", "1")
    accuracies = set(FitnessRecord.objects.values_list("accuracy", flat=True))
    assert build("--lines", str(lines)) == "unfinished.jsonl: 33 trainings\n"
    forget_everything()
    assert build("--seeds", "1", "--from", str(lines)) == "sep: 33 of 66 trainings\n"
    assert set(FitnessRecord.objects.values_list("accuracy", flat=True)) == accuracies
    assert build("--from", str(lines), "--lines", str(tmp_path / "more.jsonl")) == "more.jsonl: 0 trainings\n"
    head, first, *_ = lines.read_text().splitlines()
    lines.write_text(f"{head}\n{first[:-9]}\n")
    with pytest.raises(CommandError, match="line 2 is no training"):
        build("--from", str(lines))


@pytest.mark.django_db
def test_a_table_of_another_protocol_is_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_export, "PROXIES", f"{__name__}.made_proxies")
    build()
    build("--export", str(tmp_path / "mine"))
    longer = TablePlan("small", SEP.parts, SEP.protocol.model_copy(update={"steps": 77}))
    monkeypatch.setitem(PLANS, "small", longer)
    with pytest.raises(
        CommandError, match=r"mine\.npz was made under another protocol .*: steps is .*, not 77"
    ):
        build("--from", str(tmp_path / "mine.npz"))
    with pytest.raises(CommandError, match=r"--from .*nowhere\.npz"):
        build("--from", str(tmp_path / "nowhere.npz"))


@pytest.mark.django_db
def test_training_again_agrees_with_a_table_and_not_with_another_one() -> None:
    build()
    assert "5 networks trained again: 5 came out with the stored seed as stored" in build("--check", "0.15")
    for row in FitnessRecord.objects.all():
        FitnessRecord.objects.filter(pk=row.pk).update(accuracy=row.accuracy / 2)
    with pytest.raises(CommandError, match="does not hold what training gives"):
        build("--check", "0.15")
