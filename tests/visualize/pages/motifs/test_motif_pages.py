"""The motifs of an experiment, the page of one motif, and what mutations did: without a browser."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search.evolution.experiments.config import experiment_config
from search.models import Experiment, Motif, MotifUse, WorkState
from search.selectors import population_cache
from tests.search.populations import Population, key, motif
from tests.search.searching import small_config, started, work_off
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(\"x\")</script> & 'more'"
DEEP = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


def page(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    text = prose(response.content.decode())
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    return str(text)


def searched(space: object = "hierarchical", **strategy: Any) -> Experiment:
    config = small_config(individuals=24, space=space, strategy={"initial_population": 6, **strategy})
    return work_off(started(config, name=HOSTILE))


def by_hand() -> Population:
    """`aa` on networks of 0.9 and 0.8, `bb` on networks of 0.5 and 0.4."""
    made = Population()
    for step, fitness in enumerate((0.5, 0.4, 0.9, 0.8)):
        made.add(fitness, network=f"n{step}", motifs={"aa" if fitness > 0.6 else "bb": 1})
    return made


def test_a_motif_shows_carriers_share_first_step_and_difference_with_its_interval(client: Client) -> None:
    text = page(client, f"/experiments/{by_hand().experiment.pk}/motifs/")
    row = re.search(rf'<a[^>]*href="/motifs/{key("aa")}/".*?</tr>', text, re.DOTALL)
    assert row is not None
    assert f'?q=motif:{key("aa")}&amp;rows=individuals#population"' in row[0]
    assert "50.0\u00a0%" in row[0]  # two of four individuals
    assert ">#2</a>" in row[0]
    assert "+40.00" in row[0]  # means 0.85 and 0.45
    assert "± 30.42" in row[0]  # Welch: error sqrt(2 · 0.005 / 2), two degrees of freedom: 4.3027 · 0.0707
    assert "in→2</span> sep 3×3" in row[0]


def test_compared_with_what_came_up_since_the_older_ones_are_out(client: Client) -> None:
    address = f"/experiments/{by_hand().experiment.pk}/motifs/?rest=since"
    text = page(client, address)
    row = re.search(rf'<a[^>]*href="/motifs/{key("aa")}/".*?</tr>', text, re.DOTALL)
    assert row is not None
    assert "+40.00" not in row[0]  # nothing else came up since step 2
    assert re.search(r'2 <span class="muted">/ 0<', row[0])


@pytest.mark.parametrize(
    "sort, first",
    [("-carriers", "bb"), ("first", "bb"), ("-first", "aa"), ("-fitness", "aa"), ("fitness", "bb")],
)
def test_rows_are_sorted_as_the_address_says(client: Client, sort: str, first: str) -> None:
    made = by_hand()
    text = page(client, f"/experiments/{made.experiment.pk}/motifs/?sort={sort}")
    assert re.findall(r'motif-key" href="/motifs/(\w+)/', text)[0] == key(first)


@pytest.mark.parametrize(
    "query, shown",
    [
        ("", {"aa", "bb"}),
        ("?level=2", {"aa", "bb"}),
        ("?level=3", set()),
        ("?operation=sep3x3", {"aa", "bb"}),
        ("?operation=conv1x1", set()),
        ("?least=1", {"aa", "bb", "ee"}),
        ("?least=5", set()),
        ("?level=x&operation=<b>&least=-1&sort=nonsense&rest=x&page=x", {"aa", "bb"}),
        ("?page=99", {"aa", "bb"}),
    ],
)
def test_filters_narrow_and_nonsense_is_answered(client: Client, query: str, shown: set[str]) -> None:
    made = by_hand()
    made.add(0.5, network="n9", motifs={"ee": 1})
    text = page(client, f"/experiments/{made.experiment.pk}/motifs/{query}")
    assert set(re.findall(r'motif-key" href="/motifs/(\w+)/', text)) == {key(name) for name in shown}
    assert ("No motif matches" in text) == (not shown)


def test_a_large_population_is_shown_as_it_was_counted_last_with_the_age_of_that(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(population_cache, "ALWAYS", 50)
    made = Population(state="running")
    for step in range(300):
        made.add(0.5, network=f"n{step}", motifs={"aa" if step % 2 else "bb": 1})
    address = f"/experiments/{made.experiment.pk}/motifs/"
    assert "counted <time" not in page(client, address)
    made.add(0.9, network="new", motifs={"aa": 1})
    text = page(client, address)
    assert re.search(
        r"300 .*of this.*counted <time", text, re.DOTALL
    )  # one more in three hundred is not read
    Experiment.objects.filter(pk=made.experiment.pk).update(revision=F("revision") + 1)
    assert "counted <time" not in page(client, address)  # a result that was there has changed: read anew


def test_a_script_gets_the_list_alone(client: Client) -> None:
    text = page(client, f"/experiments/{by_hand().experiment.pk}/motifs/", **{"HX-Request": "true"})
    assert "<html" not in text
    assert "motif-table" in text


@pytest.mark.parametrize("space", ["hierarchical", "flat", DEEP], ids=["hierarchical", "flat", "deep"])
def test_every_space_has_its_motifs_drawn_and_its_mutations_told(client: Client, space: object) -> None:
    experiment = searched(space)
    motifs = page(client, f"/experiments/{experiment.pk}/motifs/?least=1")
    assert motifs.count('class="glyph') == 20
    assert "&lt;script&gt;alert" in motifs
    mutations = page(client, f"/experiments/{experiment.pk}/mutations/")
    top = experiment_config(experiment.config).search_space.top
    assert f"The cell, level {top}" in mutations
    assert mutations.count('class="effect-matrix"') >= 1
    for level in {use.level for use in MotifUse.objects.all()}:
        carried = MotifUse.objects.filter(level=level, uses__gt=0).first()
        assert carried is not None
        detail = page(client, f"/motifs/{carried.motif.key}/")
        assert "&lt;script&gt;alert" in detail
        assert detail.count('<table class="matrix">') == 1
        assert ("Made of" in detail) == (level > 2)


def test_the_page_of_a_motif_tells_its_structure_and_who_carries_it(client: Client) -> None:
    made = by_hand()
    other = Population("another")
    other.add(0.7, network="n7", motifs={"aa": 2})
    motif("ff", builds="aa")
    text = page(client, f"/motifs/{key('aa')}/")
    assert "another" in text
    assert "by hand" in text
    assert f'href="/experiments/{made.experiment.pk}/individuals/2/"' in text  # first and fittest
    assert "+40.00" in text
    assert f'href="/motifs/{key("ff")}/"' in text  # written differently, the same network
    assert f"motif:{key('aa')[:8]}" in text


def test_a_motif_that_nobody_uses_or_that_leads_nowhere_says_so(client: Client) -> None:
    motif("dd", builds="", structure=[[None], [None, None], [None, None, None]])
    text = page(client, f"/motifs/{key('dd')}/")
    assert "acts as no edge" in text
    assert "No network uses it" in text


def test_an_unknown_motif_and_experiment_are_not_found(client: Client) -> None:
    for path in ("/motifs/abc/", "/experiments/999/motifs/", "/experiments/999/mutations/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("view", ["motifs", "mutations"])
def test_fresh_failed_and_waiting_searches_have_pages(client: Client, view: str) -> None:
    fresh, failed, waiting = Population("fresh", state="draft"), Population("failed"), Population("waiting")
    failed.add(None, network="n0", motifs={"aa": 1}, state=WorkState.FAILED)
    failed.add(None, network="n1", motifs={"aa": 1}, state=WorkState.FAILED, parent=0, mutation=(2, 1, 2))
    waiting.add(None, network="n2", motifs={"aa": 1})
    for made in (fresh, failed, waiting):
        text = page(client, f"/experiments/{made.experiment.pk}/{view}/")
        assert made.experiment.name in text
    assert "No individuals yet" in page(client, f"/experiments/{fresh.experiment.pk}/motifs/")
    assert "No mutations yet" in page(client, f"/experiments/{fresh.experiment.pk}/mutations/")


def test_mutations_that_change_nothing_are_told_apart(client: Client) -> None:
    experiment = searched(allow_same_operation=True)
    text = page(client, f"/experiments/{experiment.pk}/mutations/")
    count = experiment.individuals.exclude(mutation=None).count()
    assert f"<dd>{count}</dd>" in text
    assert "no effect on the network" in text


def test_mutations_of_many_slots_are_listed_not_spread_over_a_matrix(client: Client) -> None:
    wide = {"levels": [{"motifs": 20, "nodes": 3}, {"motifs": 1, "nodes": 4}]}
    text = page(client, f"/experiments/{searched(wide).pk}/mutations/")
    assert "The most frequent changes" in text
    assert text.count('class="effect-matrix"') == 1  # of level 2


def test_no_page_asks_more_questions_for_more_motifs(client: Client) -> None:
    few, many = Population("few"), Population("many")
    for made, number in ((few, 2), (many, 30)):
        for step in range(2 * number):
            names = {f"{'c' if made is few else 'd'}{step % number:02x}": 1}
            made.add(0.5 + step / 200, network=f"{made.experiment.pk}-{step}", motifs=names)
    counted = []
    for made in (few, many):
        with CaptureQueriesContext(connection) as queries:
            page(client, f"/experiments/{made.experiment.pk}/motifs/")
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 8
    assert Motif.objects.count() == 32
