"""The page of an individual and of a genotype, without a browser."""

import re
from typing import Any

import pytest
from django.test import Client

from search import services
from search.evolution.evaluation import CurvePoint, Evaluated
from search.models import Evaluation, Experiment, Genotype, Individual
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(
        started(small_config(individuals=8, protocol={"repeats": 2}), name='<i>"search" & more</i>')
    )


def address(individual: Individual, query: str = "") -> str:
    return f"/experiments/{individual.experiment_id}/individuals/{individual.step}/{query}"


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return prose(response.content.decode())


def networks(experiment: Experiment) -> int:
    """Evaluated ones; individuals of equal networks are one."""
    return experiment.individuals.exclude(fitness=None).values("evaluation").distinct().count()


def child(experiment: Experiment) -> Individual:
    return experiment.individuals.exclude(parent=None).select_related("parent").latest("step")


def test_it_says_how_fit_it_is_where_it_ranks_and_what_made_it(
    client: Client, experiment: Experiment
) -> None:
    individual = child(experiment)
    text = page(client, address(individual))
    assert f"{100 * (individual.fitness or 0):.2f}" in text
    assert re.search(rf"rank \d of {networks(experiment)} networks", text)
    assert f"#{individual.parent.step if individual.parent else ''}" in text
    assert re.search(r'class="mutation">(cell|M\d) \w+→\w+: .* → .*<', text)
    assert "changed" in text


def test_every_level_is_drawn_with_its_matrix_and_the_cell_leads_to_the_motifs(
    client: Client, experiment: Experiment
) -> None:
    text = page(client, address(child(experiment)))
    assert text.count('class="drawing motif-drawing') == 7
    assert text.count('<table class="matrix">') == 7
    for target in set(re.findall(r'href="#(motif-[^"]+)"', text)):
        assert f'id="{target}"' in text
    for target in set(re.findall(r'href="#(L3-[^"]+)"', text)):
        assert f'id="{target}"' in text


@pytest.mark.parametrize("tab", ["hierarchy", "flattened", "training", "raw"])
def test_each_tab_has_an_address_and_says_which_is_open(
    client: Client, experiment: Experiment, tab: str
) -> None:
    text = page(client, address(child(experiment), f"?tab={tab}"))
    assert text.count('aria-current="page"') == 2  # the section of the site, and the tab
    assert "<script>" not in text.replace("<script src", "")


@pytest.mark.parametrize("tab", ["hierarchy", "flattened", "training", "raw"])
def test_there_is_no_inline_style_or_script_and_names_are_escaped(
    client: Client, experiment: Experiment, tab: str
) -> None:
    text = page(client, address(child(experiment), f"?tab={tab}&edge=%22%3E%3Cscript%3E"))
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert "<i>" not in text
    assert "&lt;i&gt;&quot;search&quot; &amp; more" in text


def test_the_selected_edge_of_the_address_is_marked(client: Client, experiment: Experiment) -> None:
    text = page(client, address(child(experiment), "?edge=L2-M1-e1-2"))
    assert re.search(r'<g id="L2-M1-e1-2" class="(\w+ )*selected', text)


def test_training_shows_each_repeat_and_its_curve(client: Client, experiment: Experiment) -> None:
    individual = child(experiment)
    text = page(client, address(individual, "?tab=training"))
    for record in individual.evaluation.records.all():
        assert str(record.seed) in text
    assert 'class="learning"' in text


def test_raw_holds_text_json_and_keys(client: Client, experiment: Experiment) -> None:
    genotype = child(experiment).genotype
    text = page(client, address(child(experiment), "?tab=raw"))
    assert genotype.text in text
    assert "&quot;space&quot;: &quot;hierarchical&quot;" in text
    assert genotype.phenotype_key in text


def test_an_individual_that_waits_says_so_and_how_many_are_before_it(client: Client) -> None:
    experiment = started(small_config(in_flight=3))
    services.advance_experiment(experiment_id=experiment.pk)
    last = experiment.individuals.latest("step")
    text = page(client, address(last))
    assert "Waiting for a worker" in text
    assert "2 evaluations before it" in text
    assert "data-live-page" in text


def test_an_individual_in_training_shows_progress_and_its_curve_so_far(client: Client) -> None:
    experiment = started(small_config(protocol={"repeats": 2}))
    (first, *_) = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box-2")
    assert claim is not None
    services.record_repeat(claim=claim, repeat=0, seed=1, result=Evaluated(0.5, (), 1.0, "cpu"))
    point: CurvePoint = {"step": 5, "validation_accuracy": 0.4}
    services.heartbeat_evaluation(claim=claim, progress=0.7, live_curve=[point])
    individual = Individual.objects.get(evaluation=first)
    text = page(client, address(individual, "?tab=training"))
    assert "In training on box-2" in text
    assert "70\xa0%" in text
    assert "repeat 2 is in training" in text
    assert 'class="learning"' in text


def test_a_failed_individual_says_why_and_is_drawn_all_the_same(client: Client) -> None:
    experiment = started(small_config())
    (first, *_) = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box-2")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="needs <9 GB>", log="line <1>")
    individual = Individual.objects.get(evaluation=first)
    assert "Needs &lt;9 GB&gt;" in page(client, address(individual))
    training = page(client, address(individual, "?tab=training"))
    assert "out_of_memory" in training
    assert "line &lt;1&gt;" in training


def test_a_failed_individual_is_tried_again_from_its_own_page(client: Client) -> None:
    experiment = started(small_config(individuals=8))
    (first, *_) = services.advance_experiment(experiment_id=experiment.pk)
    claim = services.claim_evaluation(evaluation_id=first, worker="box-2")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="too large")
    work_off(experiment)
    row = Individual.objects.get(evaluation=first)
    text = page(client, address(row, "?tab=training"))
    assert f"#{row.step} has no place in it" in text
    assert "will be compared" not in text
    assert f'action="/evaluations/{row.evaluation_id}/retry/"' in text
    back = client.post(f"/evaluations/{row.evaluation_id}/retry/", {"next": address(row, "?tab=training")})
    assert back.headers["Location"] == address(row, "?tab=training")
    assert "It waits again" in page(client, address(row, "?tab=training"))


def test_what_was_cancelled_with_its_experiment_offers_no_second_try(client: Client) -> None:
    experiment = started(small_config(individuals=8))
    services.advance_experiment(experiment_id=experiment.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    text = page(client, address(experiment.individuals.latest("step")))
    assert "was cancelled" in text
    assert "nothing is trained for it any more" in text
    assert "/retry/" not in text


def test_every_motif_leads_to_its_place_in_the_editor_and_to_its_picture(
    client: Client, experiment: Experiment
) -> None:
    individual = child(experiment)
    text = page(client, address(individual))
    for slot in range(1, 7):
        assert f'href="{address(individual)}edit/?motif=L2-M{slot}"' in text
        picture = f"/api/v1/genotypes/{individual.genotype.key}/drawings/L2-M{slot}.svg"
        assert f'href="{picture}"' in text
        assert client.get(picture).status_code == 200


def test_who_builds_the_same_network_is_listed(client: Client, experiment: Experiment) -> None:
    second = work_off(started(small_config(individuals=2, protocol={"repeats": 2}), name="second"))
    first_ones = set(experiment.individuals.values_list("genotype__phenotype_key", flat=True))
    twin = second.individuals.filter(genotype__phenotype_key__in=first_ones).latest("step")
    text = page(client, address(twin))
    assert "The same network is built by" in text
    assert f"/experiments/{experiment.pk}/individuals/" in text
    assert "its fitness is shared" in text


def test_a_genotype_has_a_page_of_its_own_with_its_carriers(client: Client, experiment: Experiment) -> None:
    individual = child(experiment)
    text = page(client, f"/genotypes/{individual.genotype.key}/")
    assert "Computed for the small host with 16 channels" in text
    assert "Carried by" in text
    assert address(individual) in text
    assert "Evaluation" in page(client, f"/genotypes/{individual.genotype.key}/?tab=training")


def test_a_genotype_that_builds_no_network_says_so_and_is_drawn(client: Client) -> None:
    row = Genotype.objects.create(
        key="0" * 32,
        text="x",
        operation_counts={},
        space="hierarchical",
        levels=[[[[6], [0, 6], [0, 0, 6]]] * 6, [[[1], [0, 0], [0] * 3, [0] * 4]]],
    )
    for tab in ("hierarchy", "flattened", "training", "raw"):
        assert "builds no network" in page(client, f"/genotypes/{row.key}/?tab={tab}")
    assert "Never trained" in page(client, f"/genotypes/{row.key}/?tab=training")
    assert client.get(f"/api/v1/genotypes/{row.key}/drawings/flattened.svg").status_code == 422


@pytest.mark.parametrize(
    "path", ["/experiments/1/individuals/999/", "/genotypes/unknown/", "/genotypes/unknown.json"]
)
def test_what_does_not_exist_is_a_page_that_says_so(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "999" in response.content.decode() or "unknown" in response.content.decode()


def test_a_script_gets_only_the_parts_that_change(client: Client, experiment: Experiment) -> None:
    response = client.get(address(child(experiment), "?tab=training"), headers={"HX-Request": "true"})
    text = response.content.decode()
    assert 'id="portrait"' in text
    assert 'id="training"' in text
    assert "<html" not in text
    assert "HX-Request" in response.headers["Vary"]


def test_an_old_row_without_repeats_in_its_protocol_is_shown(client: Client, experiment: Experiment) -> None:
    individual = child(experiment)
    Evaluation.objects.filter(pk=individual.evaluation_id).update(protocol={})
    page(client, address(individual, "?tab=training"))


DEEPER = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 7, "nodes": 3}, {"motifs": 1, "nodes": 4}]}


@pytest.mark.parametrize("space", ["flat", DEEPER])
def test_flat_and_deeper_spaces_have_the_same_page(client: Client, space: Any) -> None:
    config = small_config(individuals=3).model_dump(mode="json") | {"space": space}
    experiment = work_off(started(small_config().model_validate(config)))
    individual = experiment.individuals.latest("step")
    for tab in ("hierarchy", "flattened", "training", "raw"):
        page(client, address(individual, f"?tab={tab}"))


def test_the_best_is_fitter_than_all_that_are_not_its_own_network_or_level_with_it(
    client: Client, experiment: Experiment
) -> None:
    best = experiment.best
    assert best is not None
    others = list(experiment.individuals.exclude(pk=best.pk).order_by("step"))
    others[0].evaluation_id, others[0].fitness = best.evaluation_id, best.fitness  # its twin
    others[0].save()
    others[1].fitness = best.fitness
    others[1].save()
    text = page(client, address(best))
    others_count = networks(experiment) - 1
    assert f"rank 1 of {others_count + 1} networks" in text
    found = re.search(r"fitter than (\d+) %, as fit as (\d+) % of the other networks", text)
    assert found is not None
    level = round(100 / others_count)
    assert found.groups() == (str(100 - level), str(level))
