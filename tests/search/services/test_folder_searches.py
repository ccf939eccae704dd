"""A search on a folder of images begins with a worker's look at it; a fault of the data pauses it, by name."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from search import services
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.models import Evaluation, Experiment
from search.selectors.population import genotype_of
from search.training.data import folder_images, locations
from search.training.trainer import evaluate
from search.worker import attempts
from search.worker.attempts import run_attempt
from search.worker.dataset_watch import find_data
from tests.search.searching import small_config, started

pytestmark = pytest.mark.django_db

COLOURS = {"blue": (10, 20, 240), "red": (240, 20, 10)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locations, "HERE", replace(locations.HERE, data=tmp_path))
    monkeypatch.setattr(folder_images, "SETTLED_NANOSECONDS", 0)
    monkeypatch.setattr(attempts, "load_trainer", lambda: evaluate)
    for name, colour in COLOURS.items():
        add_class(tmp_path / "pets" / name, colour, images=10)
    return tmp_path / "pets"


def add_class(folder: Path, colour: tuple[int, int, int], *, images: int) -> None:
    folder.mkdir(parents=True)
    for number in range(images):
        Image.new("RGB", (9 + number, 9), colour).save(folder / f"{number}.png")


def search(**changes: Any) -> Experiment:
    protocol = {"dataset": "folder:pets", "image_size": 8, "channels": 2, "steps": 3, "batch_size": 8}
    return started(
        small_config(individuals=2, in_flight=1, protocol={**protocol, "validation_images": 4, **changes})
    )


def begun(experiment: Experiment) -> list[int]:
    """What is sent to workers once one has looked."""
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert services.ask_for_data(experiment_id=experiment.pk) == [experiment.pk]
    assert find_data(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    return services.advance_experiment(experiment_id=experiment.pk)


def test_nothing_is_proposed_before_a_worker_has_looked_and_then_the_row_says_what_there_is() -> None:
    experiment = search()
    [evaluation] = begun(experiment)
    assert (experiment.state, experiment.awaits) == ("running", None)
    report = experiment.dataset_report
    assert report is not None
    assert [(row["name"], row["images"]) for row in report["classes"]] == [("blue", 10), ("red", 10)]
    content = Evaluation.objects.get(pk=evaluation).protocol["content"]
    assert content == experiment.config["protocol"]["content"]
    assert (content["fingerprint"], content["classes"]) == (report["fingerprint"], 2)
    assert services.ask_for_data(experiment_id=experiment.pk) == []


def test_parameters_are_counted_for_the_folder_s_own_number_of_classes(folder: Path) -> None:
    first = search()
    begun(first)
    add_class(folder / "bird", (250, 250, 20), images=10)
    second = search()
    begun(second)
    few, more = (row.individuals.select_related("genotype").get(step=0) for row in (first, second))
    assert few.genotype_id == more.genotype_id
    phenotype = build_phenotype(genotype_of(few))
    hosts = [Host(channels=2, image_size=8, classes=classes) for classes in (2, 3, 10)]
    two, three, ten = (network_cost(phenotype, host).parameters for host in hosts)
    assert (few.parameters, more.parameters) == (two, three)
    assert two < three < ten


def test_a_folder_that_has_changed_shares_no_fitness_with_what_it_was(folder: Path) -> None:
    [old] = begun(search())
    run_attempt(evaluation_id=old, worker="w")
    assert Evaluation.objects.get(pk=old).state == "done"
    assert begun(search()) != [old]  # its first network is known: the second one is sent
    assert Experiment.objects.latest("pk").shared == 1
    add_class(folder / "bird", (250, 250, 20), images=10)
    [new] = begun(search())
    assert new != old
    assert Experiment.objects.latest("pk").shared == 0


def test_a_folder_that_changes_during_a_search_pauses_it_and_lets_it_go_on_when_it_is_back(
    folder: Path,
) -> None:
    experiment = search()
    [evaluation] = begun(experiment)
    image = folder / "red" / "0.png"
    before = image.read_bytes()
    image.write_bytes((folder / "blue" / "0.png").read_bytes())
    run_attempt(evaluation_id=evaluation, worker="w")
    experiment.refresh_from_db()
    assert (experiment.state, experiment.failed) == ("paused", 0)
    assert "folder:pets has changed" in experiment.reason
    assert Evaluation.objects.get(pk=evaluation).attempts == 0
    image.write_bytes(before)
    seen = f"20 images of 2 classes, {experiment.config['protocol']['content']['fingerprint']}"
    assert not services.saw_data(experiment_id=experiment.pk, seen=seen)
    assert services.saw_data(experiment_id=experiment.pk, seen=seen)


@pytest.mark.parametrize(
    "name,said",
    [(b"broken.png", "red/broken.png is not a readable image"), (b"caf\xe9.jpg", "red/caf\\xe9.jpg is not")],
)
def test_an_unreadable_image_pauses_the_search_by_its_name_and_is_no_network_s_failure(
    folder: Path, name: bytes, said: str
) -> None:
    broken = folder / "red" / os.fsdecode(name)
    broken.write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    experiment = search()
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert not find_data(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.awaits) == ("paused", {"dataset": "folder:pets"})
    assert said in experiment.reason
    assert Evaluation.objects.count() == 0
    broken.unlink()
    services.resume_experiment(experiment_id=experiment.pk)
    assert len(begun(experiment)) == 1


def test_an_image_that_breaks_in_mid_search_pauses_it_and_fails_nothing(folder: Path) -> None:
    experiment = search()
    [evaluation] = begun(experiment)
    (folder / "red" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"no picture")
    run_attempt(evaluation_id=evaluation, worker="w")
    experiment.refresh_from_db()
    row = Evaluation.objects.get(pk=evaluation)
    assert (experiment.state, row.state, row.attempts) == ("paused", "waiting", 0)
    assert "caf\\xe9.jpg is not a readable image" in row.reason


def test_too_few_images_pause_a_search_before_anything_fails() -> None:
    experiment = search(validation_images=40)
    services.advance_experiment(experiment_id=experiment.pk)
    assert not find_data(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "paused"
    assert "has 20 images to search with" in experiment.reason


def test_a_person_s_network_waits_for_the_first_look() -> None:
    experiment = search()
    services.advance_experiment(experiment_id=experiment.pk)
    with pytest.raises(services.Conflict, match="No worker has seen folder:pets"):
        services.evaluate_genotype(
            experiment_id=experiment.pk, genotype=PUBLISHED["liu2018"].genotype, token=uuid4()
        )


def test_page_and_api_say_what_was_found_and_what_was_passed_over(folder: Path, client: Client) -> None:
    (folder / "red" / ".ipynb_checkpoints").mkdir()
    (folder / "red" / ".ipynb_checkpoints" / "0.png").write_bytes((folder / "red" / "0.png").read_bytes())
    experiment = search()
    begun(experiment)
    page = client.get(f"/experiments/{experiment.pk}/").content.decode()
    assert "2 classes, 20 images to search with (blue 10, red 10); no test set." in page
    assert "Passed over: 1 image in hidden or tool-made files and folders (red/.ipynb_checkpoints)." in page
    report = client.get(f"/api/v1/experiments/{experiment.pk}").json()["dataset_report"]
    assert (report["images"], report["test_images"], len(report["passed_over"])) == (20, 0, 1)
    assert report["classes"][1] == {"name": "red", "images": 10}


def test_what_a_database_cannot_store_fails_an_evaluation_once_and_for_good(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(
        "CRITICAL", logger=attempts.log.name
    )  # pytest's own processes cannot pass such a text on

    def fail(*args: object, **options: object) -> object:
        raise RuntimeError("bad name \udce9 and \x00")

    monkeypatch.setattr(attempts, "load_trainer", lambda: fail)
    experiment = started(small_config(individuals=1))
    [evaluation] = services.advance_experiment(experiment_id=experiment.pk)
    run_attempt(evaluation_id=evaluation, worker="w")
    row = Evaluation.objects.get(pk=evaluation)
    assert (row.state, row.reason) == ("failed", "RuntimeError: bad name \\xe9 and \\x00")


def test_a_share_for_validation_becomes_a_number_of_the_images_that_are_there() -> None:
    experiment = search(validation_share=0.2)
    [evaluation] = begun(experiment)
    protocol = Evaluation.objects.get(pk=evaluation).protocol
    assert (protocol["validation_images"], protocol["validation_share"]) == (4, None)
    assert experiment.config["protocol"]["validation_images"] == 4
