"""Resource tags: an evaluation is taken only by a worker that offers what it needs, and says so while it waits."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from nasweb.environment import Environment, SettingError, offers
from search import services
from search.evolution.experiments.config import ConfigError, Protocol, experiment_config
from search.evolution.experiments.protocol_keys import protocol_key
from search.evolution.experiments.resources import Offer, read_offer
from search.models import Evaluation, Worker
from search.services.workers import report_worker
from tests.conftest import StartWorker
from tests.processes import eventually
from tests.search.searching import ends, small_config, started, work_off

pytestmark = pytest.mark.django_db


def waiting(**protocol: Any) -> Evaluation:
    experiment = started(small_config(individuals=1, in_flight=1, protocol=protocol))
    [key] = services.advance_experiment(experiment_id=experiment.pk)
    return Evaluation.objects.get(pk=key)


@pytest.mark.parametrize(
    "offer, takes",
    [
        ("", False),
        ("gpu", False),
        ("gpu,memory=39", False),
        ("memory=40", False),
        ("gpux,xgpu,memory=40", False),
        ("gpu,memory=40", True),
        ("a100,gpu,big,memory=80", True),
    ],
)
def test_only_a_worker_that_offers_all_that_is_needed_may_claim(offer: str, takes: bool) -> None:
    row = waiting(needs=["gpu"], memory_gib=40)
    claim = services.claim_evaluation(evaluation_id=row.pk, worker="w", offer=read_offer(offer))
    assert (claim is not None) is takes
    row.refresh_from_db()
    assert (row.state, row.attempts) == (("running", 1) if takes else ("waiting", 0))


def test_what_needs_nothing_is_taken_by_everybody() -> None:
    row = waiting()
    assert services.claim_evaluation(evaluation_id=row.pk, worker="w", offer=Offer()) is not None


def test_what_two_searches_wait_for_needs_what_both_ask_for_and_is_trained_once() -> None:
    row = waiting(needs=["gpu"], memory_gib=8)
    assert waiting(needs=["a100"], memory_gib=40).pk == row.pk
    row.refresh_from_db()
    assert (row.needs, row.memory_gib) == ("[a100][gpu]", 40)
    offer = read_offer("gpu,memory=80")
    assert services.claim_evaluation(evaluation_id=row.pk, worker="w", offer=offer) is None


def test_tags_say_where_and_are_in_no_key() -> None:
    plain, tagged = Protocol(), Protocol(needs=("gpu",), memory_gib=8)
    assert protocol_key(plain) == protocol_key(tagged)


@pytest.mark.parametrize("wrong", [["GPU"], ["a b"], ["memory"], ["x" * 33], ["t1", ""]])
def test_a_tag_that_no_worker_could_offer_is_refused(wrong: list[str]) -> None:
    with pytest.raises(ConfigError, match="needs"):
        experiment_config({"protocol": {"needs": wrong}})


@pytest.mark.parametrize("text", ["gpu", "gpu, a100,memory=80", "memory=8", ""])
def test_settings_and_option_read_offers_alike(text: str) -> None:
    assert offers(Environment({"NASWEB_OFFERS": text}, {})) == text
    assert str(read_offer(text)) == ",".join(sorted(text.replace(" ", "").split(",")))


@pytest.mark.parametrize("text", ["GPU", "memory", "memory=x", "gpu=1", "a b"])
def test_wrong_offers_are_refused_by_both(text: str) -> None:
    with pytest.raises(SettingError, match="NASWEB_OFFERS"):
        offers(Environment({"NASWEB_OFFERS": text}, {}))
    with pytest.raises(ValueError, match="is no resource"):
        read_offer(text)


def test_a_waiting_evaluation_says_which_worker_is_missing(client: Client) -> None:
    waiting(needs=["gpu"], memory_gib=40)
    report_worker(name="w1", device="cpu", version="1", processes=1, offers="memory=64", starting=True)
    page = client.get("/workers/").content.decode()
    assert "It needs gpu,memory=40, which no worker that is there offers" in page
    assert "memory=64" in page
    report_worker(name="w2", device="cuda", version="1", processes=1, offers="gpu,memory=80", starting=True)
    assert "Next in the queue" in client.get("/workers/").content.decode()


def test_a_search_in_one_process_that_offers_too_little_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "c.json"
    path.write_text(small_config(protocol={"needs": ["gpu"]}).model_dump_json())
    with (
        override_settings(OFFERS="memory=4"),
        pytest.raises(CommandError, match=r"needs a worker that offers gpu, this process offers memory=4"),
    ):
        call_command("run_search", config=str(path))


def test_an_attempt_leaves_what_it_may_not_take_waiting() -> None:
    experiment = started(small_config(individuals=1, in_flight=1, protocol={"needs": ["gpu"]}))
    with override_settings(OFFERS="memory=4", TRAINER="search.evolution.evaluation.instant_trainer"):
        assert work_off(experiment).state == "running"
    assert Evaluation.objects.get().attempts == 0


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_workers_without_the_tag_never_take_it_though_they_get_the_messages(
    start_worker: StartWorker,
) -> None:
    """The message of a network that needs a GPU is first taken by whoever is free, and passed on."""
    plain = start_worker(name="plain", NASWEB_OFFERS="memory=4", clock=True)
    everybodys = started(small_config(individuals=8, in_flight=2, seed=2))
    tagged = started(
        small_config(individuals=8, in_flight=2, protocol={"needs": ["gpu"], "steps": 11}), name="on a GPU"
    )
    ends(everybodys)
    needy = Evaluation.objects.filter(needs="[gpu]")
    eventually(needy.filter(sent_at__isnull=False).exists, "its messages are sent")
    assert set(needy.values_list("state", "attempts")) == {("waiting", 0)}
    start_worker(name="gpu", NASWEB_OFFERS="gpu,memory=4")
    ends(tagged)
    assert set(needy.values_list("worker", flat=True)) == {"gpu@test"}
    assert set(everybodys.individuals.values_list("evaluation__worker", flat=True)) == {"plain@test"}
    assert Worker.objects.get(name="gpu@test").offers == "gpu,memory=4"
    assert plain.process.poll() is None
