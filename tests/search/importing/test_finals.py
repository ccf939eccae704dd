"""Test scores go with an experiment to another installation; made-up ones do not get in."""

from collections.abc import Callable
from typing import Any

import pytest

from search.models import Experiment, FinalEvaluation, FinalRun
from search.selectors.consistency_audit import violations
from search.services.importing import BadFile
from tests.search.final_scores import made_up_final
from tests.search.importing.files import Document, documents, edited, empty_the_database, exported, imported
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db
LEFT_BEHIND = {"id", "genotype_id", "owner_id", "live_curve", "lease", "sent_at"}


@pytest.fixture
def search() -> Experiment:
    return work_off(started(small_config(individuals=4)))


def rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is to be the same elsewhere."""
    finals = [
        {name: value for name, value in row.items() if name not in LEFT_BEHIND}
        for row in FinalEvaluation.objects.order_by("protocol_key").values()
    ]
    runs = FinalRun.objects.order_by("final__protocol_key", "run").values()
    return finals, [
        {name: value for name, value in run.items() if name not in ("id", "final_id")} for run in runs
    ]


def emptied() -> None:
    FinalEvaluation.objects.all().delete()
    empty_the_database()


def test_done_ones_are_in_an_empty_database_what_they_were(search: Experiment) -> None:
    made_up_final(search, right=(7, 9))
    made_up_final(search, right=(5,), preset="search")
    before, content = rows(), exported(search)
    emptied()
    imported(content)
    assert rows() == before
    assert len(before[1]) == 3
    assert violations() == []
    again = Experiment.objects.get()
    assert [line["final"]["records"] for line in documents(exported(again)) if "final" in line] == [
        line["final"]["records"] for line in documents(content) if "final" in line
    ]


def test_one_that_is_here_stays_as_it_is(search: Experiment) -> None:
    row = made_up_final(search, right=(7,))
    content = exported(search)
    FinalRun.objects.filter(final=row).update(worker="here")
    imported(content)
    assert list(FinalRun.objects.values_list("final", "worker")) == [(row.pk, "here")]


def test_a_file_of_a_search_without_test_scores_is_what_it_was(search: Experiment) -> None:
    assert documents(exported(search))[-1]["end"].keys() == {
        "genotypes", "evaluations", "records", "individuals",
    }  # fmt: skip


WRONG: dict[str, tuple[Callable[[Document], Any], str]] = {
    "a better score": (lambda row: row["records"][0].update(accuracy=0.99), "accuracy must be 0.7"),
    "another network": (lambda row: row.update(phenotype_key="0" * 32), "final.phenotype_key must be"),
    "another seed": (lambda row: row["records"][0].update(seed=1), "the seed of run 0 must be"),
    "a run left out": (lambda row: row["records"].pop(), "a done one has the runs"),
    "more images": (lambda row: row.update(test_images=31), "confusion counts 30 images"),
    "one that waits": (lambda row: row.update(state="waiting"), "final.state must be done"),
    "no protocol": (lambda row: row["protocol"].update(steps=-1), "final.protocol.steps"),
    "a script": (lambda row: row["records"][0]["mistakes"][0].update(png='"><b>'), "mistakes must be a list"),
    "no class": (lambda row: row["records"][0].update(confusion=[[7, 7, 30]]), "must be below 3"),
    "no list": (lambda row: row["records"][0].update(confusion=7), "confusion must be a list"),
    "no genotype": (lambda row: row.update(genotype="0" * 32), "is not in the file before it"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_itself_is_refused_and_nothing_stored(search: Experiment, name: str) -> None:
    change, said = WRONG[name]
    made_up_final(search)
    content = edited(exported(search), "final", change)
    emptied()
    with pytest.raises(BadFile) as refusal:
        imported(content)
    assert said in str(refusal.value)
    assert not FinalEvaluation.objects.exists()
