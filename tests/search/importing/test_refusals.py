"""A file that is not right is refused with the line that is not, and nothing of its experiment is stored."""

import gzip
import io
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from search.models import Evaluation, Experiment, Genotype, Individual
from search.services.importing import BadFile, reading
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
    """The file of a finished search of five individuals; its database is empty again."""
    with django_db_blocker.unblock():
        content = exported(work_off(started(small_config(individuals=5, in_flight=1))))
        empty_the_database()
    return content


def refused(content: bytes) -> BadFile:
    with pytest.raises(BadFile) as caught:
        imported(content)
    assert not Experiment.objects.exists()
    assert not Individual.objects.exists()
    assert not Genotype.objects.exists()
    assert not Evaluation.objects.exists()
    return caught.value


Change = Callable[[Document], Any]
WRONG: dict[str, tuple[str, int, Change, str]] = {
    "an unknown field": ("individual", 0, lambda row: row.update(colour="red"), "individual.colour is not a field"),
    "a missing field": ("individual", 1, lambda row: row.pop("parent"), "individual.parent is missing"),
    "no such state": ("individual", 0, lambda row: row.update(state="asleep"), "one of waiting, running, done"),
    "a number in quotes": ("individual", 0, lambda row: row.update(parameters="7"), "individual.parameters must be"),
    "a number too large": ("individual", 0, lambda row: row.update(generation=2**31), "0..2147483647, got 2147483648"),
    "no moment": ("individual", 0, lambda row: row.update(created_at="today"), "a time such as"),
    "a moment of no zone": ("individual", 0, lambda row: row.update(created_at="2026-01-01"), "a time such as"),
    "a fitness of 2": ("individual", 0, lambda row: row.update(fitness=2), "fraction 0..1"),
    "a step left out": ("individual", 2, lambda row: row.update(step=3), "individual.step must be 2, got 3"),
    "an unknown genotype": ("individual", 2, lambda row: row.update(genotype="0" * 32), "is not in the file before it"),
    "an unknown protocol": ("individual", 2, lambda row: row.update(protocol_key="0" * 32), "holds no evaluation"),
    "a parent to come": ("individual", 2, lambda row: row.update(parent=4), "an earlier step, got 4"),
    "no mutation": ("individual", 2, lambda row: row.update(mutation={"level": 2}), "individual.mutation must be"),
    "a place twice": ("individual", 2, lambda row: row.update(completion=0), "completion 0 is taken"),
    "done without fitness": ("individual", 2, lambda row: row.update(fitness=None), "a done one has a fitness"),
    "tags that are none": ("individual", 2, lambda row: row.update(tags="good"), "individual.tags must be a list"),
    "open after the end": (
        "individual", 2, lambda row: row.update(state="waiting", fitness=None, completion=None), "is over"
    ),
    "a genotype of another key": ("genotype", 1, lambda row: row.update(key="0" * 32), "genotype.key must be"),
    "another network's key": (
        "genotype", 1, lambda row: row.update(phenotype_key="0" * 32), "genotype.phenotype_key must be"
    ),
    "no genotype": ("genotype", 0, lambda row: row.update(levels=[[]]), "genotype: "),
    "an evaluation of another network": (
        "evaluation", 1, lambda row: row.update(phenotype_key="0" * 32), "evaluation.phenotype_key must be"
    ),
    "no protocol": ("evaluation", 0, lambda row: row["protocol"].update(steps=0), "evaluation.protocol.steps"),
    "a repeat too few": ("evaluation", 0, lambda row: row["records"].clear(), "has a fitness and 1 records"),
    "a repeat twice": ("evaluation", 0, lambda row: row["records"].append(row["records"][0]), "order of repeat"),
    "an accuracy of 7": ("evaluation", 0, lambda row: row["records"][0].update(accuracy=7), "accuracy must be a frac"),
    "no curve": ("evaluation", 0, lambda row: row["records"][0].update(curve=["high"]), "a curve is a list"),
    "a configuration of its own": (
        "experiment", 0, lambda row: row["config"]["protocol"].update(steps=0), "experiment.config.protocol.steps"
    ),
    "a counter that is wrong": ("experiment", 0, lambda row: row.update(evaluated=4), "individuals count 5"),
    "a best that is none": ("experiment", 0, lambda row: row.update(best=17), "17 is no step that is done"),
    "another end": ("end", 0, lambda row: row.update(individuals=6), "the file holds"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_line_that_is_not_right_is_named(content: bytes, name: str) -> None:
    kind, place, change, message = WRONG[name]
    lines = documents(content)
    number = [index for index, line in enumerate(lines, start=1) if kind in line][place]
    error = refused(edited(content, kind, change, place=place))
    assert message in str(error)
    if name not in ("a place twice",):
        assert error.line == number
    assert str(error).startswith(f"line {error.line}: ")


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
def test_an_unknown_version_is_refused(content: bytes, version: object) -> None:
    lines = documents(content)
    lines[0]["version"] = version
    assert "this installation reads version 1" in str(refused(written(lines)))


def test_what_stands_at_the_wrong_place_is_refused(content: bytes) -> None:
    lines = documents(content)
    swapped = [lines[0], lines[1], lines[-2], *lines[2:-2], lines[-1]]
    assert "individual.step must be 0, got 4" in str(refused(written(swapped)))
    assert "experiment may not stand after experiment" in str(refused(written([*lines[:2], *lines[1:]])))
    assert "genotype may not stand after evaluation" in str(
        refused(written([*lines[:-7], lines[2], *lines[-7:]]))
    )
    assert "stands in the file twice" in str(refused(written([*lines[:3], *lines[2:]])))
    assert "motif is nothing that the file may hold" in str(refused(written([*lines[:2], {"motif": {}}])))


@pytest.mark.parametrize("kept", [0, 1, 2, 5, -1])
def test_a_file_that_was_cut_off_is_refused(content: bytes, kept: int) -> None:
    refused(written(documents(content)[:kept]))
    refused(content[: len(content) // 2])


@pytest.mark.parametrize(
    "text,message",
    [
        (b"", "is no export of an experiment"),
        (b"hello", "line 1: cannot be read as JSON"),
        (b"[]\n", "line 1: is no JSON object"),
        (b'{"a": 1, "b": 2}\n', "line 1: is no JSON object with one field"),
        (b'{"experiment": {}}\n', "is no export of an experiment"),
        (b'{"nasweb": "recipe", "version": 1}\n', "is no export of an experiment"),
        (b'{"nasweb": "experiment", "version": 1, "x": NaN}\n', "NaN is no JSON number"),
        (b"\xfa\xfb\n", "line 1: cannot be read as JSON"),
        (b"\xff\xfe\n", "the file is UTF-16; save it as UTF-8"),
        (b"[" * 100_000, "line 1: cannot be read as JSON"),
        (b'{"a": "\\u0000"}\n', "the character NUL"),
        (b'{"a": "\\ud800"}\n', "half of a surrogate pair"),
        (b"\x1f\x8bnothing packed", "the file is no gzip"),
    ],
    ids=range(13),
)
def test_what_is_no_file_of_ours_is_refused(text: bytes, message: str) -> None:
    assert message in str(refused(text))


def test_escapes_that_are_text_are_text(content: bytes) -> None:
    odd = "a pair \U0001f9e0, a backslash \\u0000"
    changed = edited(content, "experiment", lambda row: row.update(notes=odd))
    assert b"\\ud83e" in changed
    imported(changed)
    assert Experiment.objects.get().notes == odd


def test_a_bomb_goes_off_outside() -> None:
    head = b'{"nasweb": "experiment", "version": 1}\n'
    bomb = gzip.compress(head + b" " * 20_000_000, 9)
    assert len(bomb) < 40_000
    assert "more than 100 times its size" in str(refused(bomb))
    lines = gzip.compress(head + b'{"genotype": 0}\n' * 1_000_000, 9)
    with pytest.raises(BadFile, match="more than 100 times"):
        for _ in reading.lines(io.BytesIO(lines)):
            pass


def test_a_line_is_bounded_and_so_is_their_number(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    long = b'{"nasweb": "' + b"x" * reading.LONGEST_LINE
    assert "line 1: is longer than" in str(refused(long))
    monkeypatch.setattr(reading, "MOST_LINES", 10)
    assert "has more than 10 lines" in str(refused(content))
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1000)
    assert "unpacks to more than 1,000 bytes" in str(refused(content))


def test_packed_or_not_is_the_same(content: bytes) -> None:
    plain = gzip.decompress(content)
    assert zlib.decompress(content, 31) == plain
    assert [line.content for line in reading.lines(io.BytesIO(plain))] == [
        line.content for line in reading.lines(io.BytesIO(content))
    ]
    assert json.loads(plain.splitlines()[0])["nasweb"] == "experiment"
