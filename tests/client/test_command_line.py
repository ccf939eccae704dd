"""`manage.py nas`: what people read, what machines read, and exit statuses that mean something."""

import json
import re
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from pytest_django.live_server_helper import LiveServer

from nasweb.client.commands import command_line, completion
from nasweb.embedded.broker import free_port
from search import services
from search.evolution.genotypes.published import PUBLISHED
from search.models import Evaluation, Experiment
from tests.client.conftest import Nas, in_a_process
from tests.processes import ROOT
from tests.search.searching import claim_next, created, small_config, started

pytestmark = pytest.mark.django_db(transaction=True)
CELL = PUBLISHED["liu2018"].genotype


def test_a_list_is_a_table_for_people_and_lines_of_json_for_machines(nas: Nas, search: Experiment) -> None:
    listed = nas("experiments", "list")
    assert listed.status == 0
    heading, row = listed.out.splitlines()
    assert heading.split() == ["id", "state", "done", "best", "name"]
    assert row.split()[:3] == [str(search.pk), "finished", "12/12"]
    assert json.loads(nas("experiments", "list", "--json").out)["id"] == search.pk
    lines = nas("individuals", "list", search.pk, "--json", "--limit", "0").out.splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(12))


def test_individuals_are_filtered_and_sorted(nas: Nas, search: Experiment) -> None:
    said = nas("individuals", "list", search.pk, "--filter", "origin:mutation", "--sort=-fitness", "--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert {row["origin"] for row in rows} == {"mutation"}
    assert [row["fitness"] for row in rows] == sorted((row["fitness"] for row in rows), reverse=True)
    shown = nas("individuals", "show", search.pk, rows[0]["step"])
    assert rows[0]["genotype_key"] in shown.out


def test_a_search_is_created_changed_paused_stopped_and_deleted(nas: Nas) -> None:
    made = nas("experiments", "create", "--preset", "quick", "--name", "mine", "--json",
               "--set", "budget.individuals=40", "--set", "protocol.dataset=digits")  # fmt: skip
    document = json.loads(made.out)
    number = document["id"]
    assert (document["state"], document["individuals"], document["name"]) == ("running", 40, "mine")
    assert "paused" in nas("experiments", "pause", number).out
    assert "running" in nas("experiments", "resume", number).out
    nas("experiments", "update", number, "--tag", "a", "--tag", "b", "--individuals", 50)
    experiment = Experiment.objects.get(pk=number)
    assert (experiment.tags, experiment.individuals_planned) == (["a", "b"], 50)
    assert nas("experiments", "delete", number).status == 2
    assert "stopped" in nas("experiments", "stop", number).out
    assert nas("experiments", "delete", number, "--yes").out == f"Experiment {number} is deleted.\n"
    assert not Experiment.objects.exists()


def test_a_configuration_comes_from_a_file_or_from_another_search(nas: Nas, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(small_config(seed=77).to_json()))
    first = json.loads(nas("experiments", "create", "--config", file, "--draft", "--json").out)
    assert (first["state"], first["config"]["seed"]) == ("draft", 77)
    second = json.loads(nas("experiments", "create", "--clone", first["id"], "--draft", "--json").out)
    assert second["config"] == first["config"]


def test_a_budget_is_written_in_hours_or_in_the_money_of_the_server(nas: Nas, settings: Any) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"
    asked = ("experiments", "create", "--preset", "quick", "--draft", "--budget", "30EUR", "--json")
    made = json.loads(nas(*asked).out)
    assert made["config"]["budget"]["device_hours"] == 12
    changed = json.loads(nas("experiments", "update", made["id"], "--budget", "2h", "--json").out)
    assert changed["config"]["budget"]["device_hours"] == 2
    refused = nas("experiments", "update", made["id"], "--budget", "2 USD")
    assert "A device hour has its price in EUR here" in refused.err
    study = nas("studies", "create", "comparison", "--set", '{"networks": 2}', "--budget", "5 EUR", "--json")
    assert json.loads(study.out)["settings"]["device_hours"] == 2


def test_a_finished_search_is_extended_within_a_budget(nas: Nas, search: Experiment, settings: Any) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"
    refused = nas("experiments", "extend", search.pk, "--budget", "2 USD")
    assert "A device hour has its price in EUR here" in refused.err
    more = json.loads(
        nas("experiments", "extend", search.pk, "--networks", 3, "--budget", "30EUR", "--json").out
    )
    assert (more["state"], more["individuals"]) == ("running", 15)
    assert more["config"]["budget"]["device_hours"] == 12


def test_what_its_budget_ended_goes_on_with_a_larger_one_and_no_more_networks(
    nas: Nas, search: Experiment
) -> None:
    budget = search.config["budget"] | {"individuals": 20, "device_hours": 0.001}
    Experiment.objects.update(
        config=search.config | {"budget": budget}, individuals_planned=20, train_seconds=4
    )
    assert (
        "has spent 0.001111 device hours" in nas("experiments", "extend", search.pk, "--budget", "1e-3h").err
    )
    more = json.loads(nas("experiments", "extend", search.pk, "--budget", "2h", "--json").out)
    assert (more["state"], more["individuals"]) == ("running", 20)
    assert nas("experiments", "extend", search.pk, "--networks", 0).status == 2


def test_what_the_server_refuses_is_said_in_its_words(nas: Nas) -> None:
    number = created().pk
    refused = nas("experiments", "pause", number)
    assert refused.status == 1
    assert "does not allow this (409)" in refused.err
    wrong = nas("experiments", "create", "--preset", "quick", "--set", "protocol.steps=0")
    assert wrong.status == 1
    assert "overrides.protocol.steps" in wrong.err
    assert nas("experiments", "show", 4711).err == "Not found (404): There is no experiment 4711.\n"


@pytest.mark.parametrize(
    "words,said",
    [
        (("experiments", "create", "--preset", "quick", "--set", "nothing"), "write FIELD=VALUE"),
        (("experiments", "create", "--config", "/no/such/file"), "cannot be read"),
        (("experiments", "update", "1"), "nothing to change"),
        (("individuals", "list", "1", "--limit", "-1"), "--limit"),
        (("genotypes", "inspect", "/no/such/file"), "cannot be read"),
    ],
)
def test_a_command_line_that_is_not_right_says_what_would_be(
    nas: Nas, search: Experiment, words: tuple[str, ...], said: str
) -> None:
    wrong = nas(*(str(search.pk) if word == "1" else word for word in words))
    assert wrong.status == 2
    assert said in wrong.err


def test_an_unknown_verb_is_a_matter_of_usage(nas: Nas) -> None:
    with pytest.raises(CommandError, match="invalid choice"):  # from a shell this is exit status 2
        nas("experiments", "juggle")
    assert in_a_process("-m", "nasweb.client", "experiments", "juggle").returncode == 2


def test_a_server_that_does_not_answer_has_an_exit_status_of_its_own() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = in_a_process("-m", "nasweb.client", "experiments", "list", "--url", url)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{url} does not answer" in done.stderr


def test_a_wait_says_how_it_ended(nas: Nas, search: Experiment) -> None:
    assert nas("experiments", "wait", search.pk, "--quiet").status == 0
    stopped = started()
    late = nas("experiments", "wait", stopped.pk, "--quiet", "--timeout", "0.1")
    assert late.status == 4
    assert "has not ended in time: it is running" in late.err
    services.stop_experiment(experiment_id=stopped.pk)
    assert nas("experiments", "wait", stopped.pk, "--quiet").status == 1
    draft = nas("experiments", "wait", created().pk, "--quiet")
    assert draft.status == 1
    assert "start it first" in draft.err


def test_a_genotype_is_inspected_from_text_and_file(nas: Nas, search: Experiment, tmp_path: Path) -> None:
    said = nas("genotypes", "inspect", CELL.text)
    assert said.status == 0
    assert "feasible:       yes" in said.out
    file = tmp_path / "genotype.json"
    file.write_text(json.dumps(CELL.to_json()))
    assert nas("genotypes", "inspect", file).out == said.out
    assert json.loads(nas("genotypes", "inspect", file, "--json").out)["valid"] is True
    wrong = nas("genotypes", "inspect", "flat:1.23")
    assert wrong.status == 1
    assert "not a genotype" in wrong.out
    key = search.individuals.get(step=3).genotype.key
    assert key in nas("genotypes", "show", key).out


def test_a_genotype_of_ones_own_joins_a_search(nas: Nas) -> None:
    experiment = started()
    said = nas("individuals", "evaluate", experiment.pk, CELL.text, "--not-eligible", "--json")
    document = json.loads(said.out)
    assert (document["origin"], document["eligible"]) == ("human", False)
    assert document["genotype_key"] == CELL.key


def test_evaluations_are_listed_cancelled_and_tried_again(nas: Nas) -> None:
    experiment = started()
    claim = claim_next(experiment)
    services.fail_evaluation(claim=claim, code="not_finite", reason="The loss was nan.", log="")
    failed = nas("evaluations", "list", "--experiment", experiment.pk, "--state", "failed")
    assert "The loss was nan." in failed.out
    number = json.loads(nas("evaluations", "list", "--state", "failed", "--json").out)["id"]
    assert "waiting" in nas("evaluations", "retry", number).out
    assert "cancelled" in nas("evaluations", "cancel", number).out
    assert Evaluation.objects.get(pk=number).state == "cancelled"
    assert nas("evaluations", "cancel", number).status == 1


def test_a_wait_that_is_interrupted_says_so_and_changes_nothing(live_server: LiveServer) -> None:
    experiment = started()
    command = [sys.executable, "-m", "nasweb.client", "experiments", "wait", str(experiment.pk)]
    with subprocess.Popen(
        [*command, "--url", live_server.url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        process.stderr.read(1)  # the bar is there: it waits
        process.send_signal(signal.SIGINT)
        assert b"Traceback" not in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    experiment.refresh_from_db()
    assert experiment.state == "running"


def test_a_name_cannot_command_the_terminal(nas: Nas) -> None:
    created(name="\x1b[31mred\x07")
    assert "\x1b" not in nas("experiments", "list").out


def test_whoever_reads_only_the_first_line_gets_no_traceback(
    live_server: LiveServer, search: Experiment
) -> None:
    command = [sys.executable, "-m", "nasweb.client", "individuals", "list", str(search.pk), "--json"]
    with subprocess.Popen(
        [*command, "--url", live_server.url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # as `head` does once it has enough
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_every_verb_and_option_is_in_the_manual() -> None:
    parser = ArgumentParser()
    command_line.build(parser)
    manual = (ROOT / "docs/client.md").read_text()
    missing = [
        f"{noun} {word}"
        for noun, group in completion.subcommands(parser)
        for verb, leaf in completion.subcommands(group)
        for word in (verb, *completion.options_of(leaf))
        if not re.search(rf"{word}\b", manual) and word != "--help"
    ]
    assert missing == []
