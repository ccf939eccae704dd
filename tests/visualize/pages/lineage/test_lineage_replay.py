"""The replay: frames, their marks, and the file that plays by itself."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client

from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.models import Experiment, Individual
from search.selectors import lineage
from tests.search.searching import small_config, started, work_off
from tests.visualize.pictures import PAPER, classes, some_genotype
from visualize.pages.lineage.animation import frames, timing
from visualize.pages.shared.genotype_frames import differences, marks

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=25), name='<i>"search" & more</i>'))


def deepest(experiment: Experiment) -> Individual:
    return experiment.individuals.order_by("-generation", "-step")[0]


def get(client: Client, row: Individual, path: str) -> str:
    response = client.get(f"/experiments/{row.experiment_id}/individuals/{row.step}/{path}")
    assert response.status_code == 200
    return str(response.content.decode())


def marked(text: str) -> set[str]:
    """Ids of the edges that a frame marks as changed."""
    return set(re.findall(r'<g id="([^"]+)" class="changed', text))


def test_a_mutation_is_the_one_difference_between_parent_and_child() -> None:
    mutation = Mutation(2, 5, 2, 1, 6, 3)
    assert differences(PAPER, apply_mutation(PAPER, mutation)) == [mutation]
    assert differences(PAPER, PAPER) == []


def test_what_changed_is_marked_and_so_are_the_edges_that_carry_it() -> None:
    mutation = Mutation(2, 4, 2, 1, 5, 0)
    found = marks(apply_mutation(PAPER, mutation), [mutation])
    assert found == {"L2-M4-e1-2": "changed gone", "L3-M1-e1-5": "carrier"}


def test_a_frame_marks_the_changed_edge_and_says_the_edit(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    assert row.parent is not None
    assert row.mutation is not None
    text = get(client, row, f"frame/?before={row.parent.step}")
    edit = Mutation.from_json(row.mutation)
    assert marked(text) == {f"L{edit.level}-M{edit.motif}-e{edit.predecessor}-{edit.successor}"}
    assert 'class="frame-edit"' in text
    assert text.count("<svg") == 7
    assert "<html" not in text


def test_a_frame_without_one_before_marks_nothing(client: Client, experiment: Experiment) -> None:
    text = get(client, deepest(experiment), "frame/")
    assert marked(text) == set()
    assert "the first one" in text
    assert "same genotype" in get(client, deepest(experiment), f"frame/?before={deepest(experiment).step}")


def test_a_finished_frame_may_be_kept_by_the_browser(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    response = client.get(f"/experiments/{experiment.pk}/individuals/{row.step}/frame/")
    assert "max-age" in response.headers["Cache-Control"]
    Individual.objects.filter(pk=row.pk).update(state="waiting", fitness=None, completion=None)
    response = client.get(f"/experiments/{experiment.pk}/individuals/{row.step}/frame/")
    assert "max-age" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("before", ["999", "99999999999", "-1", "x", "%00"])
def test_a_frame_before_that_does_not_exist_is_not_found_or_passed_over(
    client: Client, experiment: Experiment, before: str
) -> None:
    response = client.get(f"/experiments/{experiment.pk}/individuals/1/frame/?before={before}")
    assert response.status_code in (200, 404)


def test_without_scripts_the_frames_are_pages_with_back_and_next(
    client: Client, experiment: Experiment
) -> None:
    row = deepest(experiment)
    count = row.generation + 1
    last = get(client, row, "lineage/")
    assert f"{count} of {count}" in last
    assert f'rel="prev" role="link" aria-label="Back" href="?frame={count - 1}#replay"' in last
    first = get(client, row, "lineage/?frame=1")
    assert 'rel="next" role="link" aria-label="Next" href="?frame=2#replay"' in first
    assert f'<div class="frame" data-step="{lineage.ancestors(row).members[0].step}">' in first
    beyond = get(client, row, "lineage/?frame=999999")
    assert f"{count} of {count}" in beyond


def test_the_page_names_all_frames_but_holds_one(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    text = get(client, row, "lineage/")
    (steps,) = re.findall(r'data-steps="([\d ]+)"', text)
    assert [int(step) for step in steps.split()] == [kin.step for kin in lineage.ancestors(row).members]
    assert text.count('class="frame"') == 1


def test_the_best_so_far_can_be_replayed_from_the_experiment(client: Client, experiment: Experiment) -> None:
    response = client.get(f"/experiments/{experiment.pk}/replay/")
    assert response.status_code == 302
    text = client.get(response.headers["Location"]).content.decode()
    (steps,) = re.findall(r'data-steps="([\d ]+)"', text)
    assert [int(step) for step in steps.split()] == [kin.step for kin in lineage.records(experiment).members]
    assert client.get(f"/experiments/{started(small_config()).pk}/replay/").status_code == 404


def film(client: Client, row: Individual, query: str = "") -> ET.Element:
    return ET.fromstring(get(client, row, f"replay.svg{query}").encode())


def shown_at(svg: ET.Element, share: float) -> list[ET.Element]:
    """The groups that are visible at a moment, 0..1 of the whole."""
    seen = []
    for group in svg.findall(f"{SVG}g[@visibility]"):
        animation = group.find(f"{SVG}animate")
        state = group.get("visibility", "")
        if animation is not None:
            times = [float(time) for time in animation.get("keyTimes", "").split(";")]
            values = animation.get("values", "").split(";")
            assert times[0] == 0
            assert times == sorted(times)
            assert len(times) == len(values)
            state = [value for time, value in zip(times, values, strict=True) if time <= share][-1]
        if state == "visible":
            seen.append(group)
    return seen


def captions(groups: list[ET.Element]) -> list[str]:
    return [text.text or "" for group in groups for text in group.findall(f"{SVG}text[@class='head']")]


@pytest.mark.parametrize("query", ["", "?replay=best&theme=dark"])
def test_at_every_moment_the_film_shows_each_motif_once_and_one_caption(
    client: Client, experiment: Experiment, query: str
) -> None:
    row = deepest(experiment)
    kins = (lineage.records(experiment) if query else lineage.ancestors(row)).members
    svg = film(client, row, query)
    seconds = len(kins) * timing.SECONDS + timing.REST
    for place, kin in enumerate(kins):
        groups = shown_at(svg, (place + 0.5) * timing.SECONDS / seconds)
        (caption,) = captions(groups)
        assert caption.startswith(f"#{kin.step} ·")
        pictures = [group for group in groups if group.find(f"{SVG}svg[@class]") is not None]
        assert len(pictures) == 7
        halos = [group for group in groups if "halo" in classes(group)]
        assert bool(halos) == (place > 0)
    assert captions(shown_at(svg, 1.0))[0].startswith(f"#{kins[-1].step} ·")


def test_the_film_stands_alone_and_may_not_act(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    response = client.get(f"/experiments/{experiment.pk}/individuals/{row.step}/replay.svg")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    text = response.content.decode()
    assert "var(--" not in text
    assert "href" not in text
    assert " id=" not in text
    assert "&lt;i&gt;" in text
    assert "<script" not in text


def test_a_static_viewer_sees_the_last_frame(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    at_rest = film(client, row).findall(f"{SVG}g[@visibility='visible']")
    (caption,) = captions(at_rest)
    assert caption.startswith(f"#{row.step} ·")


def test_a_long_line_is_cut_to_what_changed_most(
    client: Client, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "MOST_FRAMES", 3)
    row = deepest(experiment)
    assert row.generation >= 3
    texts = film(client, row).iter(f"{SVG}text")
    heads = [text.text or "" for text in texts if text.get("class") == "head"]
    assert len(heads) == 3
    assert heads[0].startswith(f"#{lineage.ancestors(row).members[0].step} ·")
    assert heads[-1].startswith(f"#{row.step} ·")


@pytest.mark.parametrize(
    "space",
    ["flat", {"levels": [{"motifs": 30, "nodes": 3}, {"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 4}]}],
)
def test_flat_and_large_spaces_are_replayed_too(client: Client, space: object) -> None:
    experiment = work_off(started(small_config(individuals=12, space=space)))
    row = deepest(experiment)
    assert get(client, row, "lineage/")
    pictures = get(client, row, "frame/").count("<svg")
    assert pictures == (1 if space == "flat" else 25)
    assert film(client, row).tag == f"{SVG}svg"


def test_a_frame_of_another_space_says_so(client: Client, experiment: Experiment) -> None:
    row = deepest(experiment)
    flat = some_genotype("flat")
    other = experiment.individuals.get(step=0)
    other.genotype.space, other.genotype.levels = "flat", flat.to_json()["levels"]
    other.genotype.save()
    text = get(client, row, "frame/?before=0")
    assert "of another search space than #0" in text
    assert marked(text) == set()


def test_bests_that_share_nothing_make_a_shorter_film_rather_than_an_endless_file(
    client: Client, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = film(client, deepest(experiment), "?replay=best")
    monkeypatch.setattr(frames, "MOST_PICTURES", 20)
    short = film(client, deepest(experiment), "?replay=best")

    def pictures(svg: ET.Element) -> int:
        return len(svg.findall(f"{SVG}g/{SVG}svg[@class]"))

    assert pictures(whole) > 20 >= pictures(short)
    assert captions(list(short))[-1].split(" ·")[0] == captions(list(whole))[-1].split(" ·")[0]
