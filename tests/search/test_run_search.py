import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.evolution.evaluation import Evaluated, EvaluationFailed, instant_trainer
from search.evolution.genotypes.genotype import parse_genotype
from search.models import Evaluation, Experiment
from search.selectors.winner import winner
from search.worker import attempts
from tests.conftest import INSTANT_TRAINER
from tests.processes import ROOT, Running, eventually
from tests.search.searching import small_config, started, work_off
from tests.trainers import GATE


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("run_search", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def tried(experiment: Experiment) -> int:
    """Individuals but for those that train the leader again."""
    return experiment.individuals.exclude(origin="confirmation").count()


@pytest.mark.django_db
def test_a_search_in_one_process_prints_its_best_genotype() -> None:
    [genotype, fitness, summary, caution] = run("--individuals", "8", "--seed", "3").splitlines()
    experiment = Experiment.objects.get()
    assert experiment.state == "finished"
    assert experiment.best is not None
    assert parse_genotype(genotype).key == experiment.best.genotype.key
    found = winner(experiment)
    assert found is not None
    assert (summary, caution) == (found.summary, found.caution)
    assert fitness.startswith(f"fitness {100 * (experiment.best.fitness or 0):.2f} ± ")
    assert (experiment.config["budget"], experiment.config["seed"]) == (
        {"individuals": 8, "in_flight": 1, "failures_before_pause": 20, "device_hours": None},
        3,
    )


@pytest.mark.django_db
def test_a_budget_of_device_hours_ends_it_and_is_told() -> None:
    told = run("--individuals", "8", "--device-hours", "1e-7").splitlines()
    experiment = Experiment.objects.get()
    assert (experiment.state, experiment.proposed) == ("finished", 1)
    assert told[-1] == experiment.reason
    assert experiment.reason.startswith(
        "The budget of 1e-07 device hours is spent, with 1 of 8 networks tried."
    )


@pytest.mark.django_db
def test_the_result_can_be_had_as_json() -> None:
    result = json.loads(run("--individuals", "4", "--name", "by hand", "--json"))
    experiment = Experiment.objects.get()
    assert (result["experiment"], result["name"], result["state"]) == (experiment.pk, "by hand", "finished")
    assert (tried(experiment), result["failed"]) == (4, 0)
    assert result["evaluated"] == experiment.individuals.count()
    assert parse_genotype(result["best"]["genotype"])


@pytest.mark.django_db
def test_a_configuration_is_read_from_a_file_and_options_change_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(small_config(individuals=50).to_json()))
    run("--config", str(path), "--individuals", "5", "--in-flight", "3")
    experiment = Experiment.objects.get()
    assert (experiment.name, experiment.evaluated) == ("mine", 5)
    assert experiment.config["budget"] == {
        "individuals": 5,
        "in_flight": 3,
        "failures_before_pause": 20,
        "device_hours": None,
    }


@pytest.mark.django_db
def test_the_same_seed_finds_the_same_genotype() -> None:
    assert (
        run("--individuals", "9", "--seed", "5").splitlines()[0]
        == run("--individuals", "9", "--seed", "5").splitlines()[0]
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--individuals", "-6"], "budget.individuals: Input should be greater than or equal to 1, got -6"),
        (["--in-flight", "0"], "budget.in_flight: "),
        (["--config", "no-such-file.json"], "--config no-such-file.json: No such file or directory"),
        (["--resume", "404"], "--resume 404: there is no such experiment"),
        (["--preset", "no-such-preset"], "invalid choice: 'no-such-preset'"),
    ],
)
def test_a_wrong_argument_names_the_field_and_makes_no_row(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as refusal:
        run(*arguments)
    assert refusal.value.returncode in (1, 2)  # Django itself refuses an unknown choice with 1
    assert Experiment.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text, message", [("{", "is not JSON"), ("[]", "document: "), ('{"steps": 5}', "steps: ")]
)
def test_a_file_that_is_no_configuration_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(CommandError, match=message):
        run("--config", str(path))


@pytest.mark.django_db
def test_a_finished_search_that_is_resumed_prints_its_result_again() -> None:
    experiment = work_off(started(small_config(individuals=3)))
    assert run("--resume", str(experiment.pk))
    assert Evaluation.objects.count() == 3


@pytest.mark.django_db
def test_a_paused_search_that_is_resumed_goes_on() -> None:
    experiment = started(small_config(individuals=6))
    Experiment.objects.update(state="paused")
    run("--resume", str(experiment.pk))
    experiment.refresh_from_db()
    assert (experiment.state, experiment.evaluated) == ("finished", 6)


def failing(code: Any) -> Callable[..., Evaluated]:
    def trainer(*args: Any, **options: Any) -> Evaluated:
        raise EvaluationFailed(code, "put the files into the data folder")

    return trainer


@pytest.mark.django_db
def test_a_missing_data_set_ends_with_status_3_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "load_trainer", lambda: failing("dataset_unavailable"))
    with pytest.raises(CommandError, match=r"paused\..*put the files into the data folder") as refusal:
        run("--individuals", "3")
    assert refusal.value.returncode == 3


@pytest.mark.django_db
def test_a_search_without_any_success_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "load_trainer", lambda: failing("out_of_memory"))
    assert run("--individuals", "3").startswith("No candidate could be evaluated (experiment ")
    assert Experiment.objects.get().failed == 3


def interrupting(times: int) -> Callable[..., Evaluated]:
    """A trainer during whose first training somebody presses Ctrl-C, after its last sign of progress."""
    trainings = 0

    def trainer(*arguments: Any, **named: Any) -> Evaluated:
        nonlocal trainings
        result = instant_trainer(*arguments, **named)
        trainings += 1
        if trainings == 1:
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
        return result

    return trainer


@pytest.mark.django_db
@pytest.mark.parametrize("times, evaluated", [(1, 1), (2, 0)])
def test_a_training_that_has_ended_is_recorded_before_ctrl_c_ends_the_search_unless_it_is_pressed_twice(
    times: int, evaluated: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = interrupting(times)
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
    with pytest.raises(CommandError, match="Paused") as raised:
        run("--individuals", "3")
    assert raised.value.returncode == 130
    experiment = Experiment.objects.get()
    assert (experiment.state, experiment.evaluated) == ("paused", evaluated)
    assert not Evaluation.objects.filter(state="running").exists()
    assert json.loads(run("--resume", str(experiment.pk), "--json"))["state"] == "finished"
    assert tried(experiment) == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.service
def test_ctrl_c_pauses_a_search_that_can_be_resumed(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3",
        "NASWEB_VAR_DIR": str(tmp_path),
        "NASWEB_TRAINER": "tests.trainers.gated_trainer",
        GATE: str(tmp_path),
    }
    path = tmp_path / "small.json"
    path.write_text(json.dumps(small_config(individuals=3, in_flight=1, protocol={"repeats": 2}).to_json()))
    command = [sys.executable, "manage.py", "run_search"]
    with Running([*command, "--config", str(path)], tmp_path / "log", environment=environment) as search:
        eventually((tmp_path / "began-1").exists, "a second repeat begins")
        search.process.send_signal(signal.SIGINT)
        assert search.process.wait(20) == 130
        assert "Stopping at the next sign of progress; once more: at once." in search.log
        assert "Go on with: manage.py run_search --resume 1" in search.log
    (tmp_path / "open").touch()
    resumed = subprocess.run(
        [*command, "--resume", "1", "--json"],
        cwd=ROOT,
        env={**os.environ, **environment, "NASWEB_TRAINER": INSTANT_TRAINER},
        capture_output=True,
        text=True,
    )
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["evaluated"] == 3
