"""A file whose learned model or drafts are not right is refused with the line that is not."""

from collections.abc import Callable
from typing import Any

import pytest

from search.evolution.genotypes.genotype import EXAMPLE_TEXT, parse_genotype
from search.models import Experiment, StrategyState
from search.services.importing import BadFile
from tests.search.importing.files import (
    Document,
    documents,
    edited,
    empty_the_database,
    exported,
    imported,
    written,
)
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def content(django_db_setup: None, django_db_blocker: Any) -> bytes:
    """The file of a finished search that has left a draft; its database is empty again."""
    told = {"kind": "reinforce", "initial_population": 2, "drafts": 4}
    with django_db_blocker.unblock():
        content = exported(work_off(started(small_config(individuals=5, in_flight=1, strategy=told))))
        empty_the_database()
    return content


WRONG: dict[str, tuple[str, Callable[[Document], Any], str]] = {
    "no base64": ("learned", lambda row: row.update(content="é"), "learned.content must be text in base64"),
    "no history": ("learned", lambda row: row.update(history=[{"version": "1"}]), "learned.history must be a list"),
    "a short row": ("learned", lambda row: row["report"]["tables"][0]["rows"][0].pop(), "not as many cells"),
    "no facts": ("learned", lambda row: row["report"].update(facts=3), "facts: Input should be a valid array"),
    "no table": ("learned", lambda row: row["report"].update(tables=[{}]), "tables.0.title: Field required"),
    "a claim of a worker": ("learned", lambda row: row.update(lease="mine"), "learned.lease is not a field"),
    "a draft of nothing": ("draft", lambda row: row.update(genotype={}), "draft.genotype: "),
    "a draft of another space": (
        "draft", lambda row: row.update(genotype=parse_genotype(EXAMPLE_TEXT).to_json()), "is of another space"
    ),
    "a draft that is not counted": ("end", lambda row: row.pop("drafts"), "the file holds"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_line_that_is_not_right_is_named(content: bytes, name: str) -> None:
    kind, change, message = WRONG[name]
    number = next(index for index, line in enumerate(documents(content), start=1) if kind in line)
    with pytest.raises(BadFile, match=f"line {number}: ") as caught:
        imported(edited(content, kind, change))
    assert message in str(caught.value)
    assert not Experiment.objects.exists()
    assert not StrategyState.objects.exists()


def test_a_second_model_is_refused(content: bytes) -> None:
    lines = documents(content)
    with pytest.raises(BadFile, match="learned may not stand after learned"):
        imported(written([*lines[:3], *lines[2:]]))
