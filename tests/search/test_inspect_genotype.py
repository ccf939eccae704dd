"""`inspect_genotype` as a person or a script calls it."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES

LIU = PUBLISHED["liu2018"].genotype


def inspect(path: Path, document: str, *options: str) -> str:
    file = path / "genotype"
    file.write_text(document)
    out = io.StringIO()
    call_command("inspect_genotype", str(file), *options, stdout=out)
    return out.getvalue()


def inspect_json(path: Path, document: str, *options: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(inspect(path, document, "--json", *options))
    return answer


def test_json_and_text_of_one_genotype_give_the_same_answer(tmp_path: Path) -> None:
    from_json = inspect_json(tmp_path, json.dumps(LIU.to_json()))
    assert from_json == inspect_json(tmp_path, LIU.text + "\n")
    assert (from_json["feasible"], from_json["reason"]) == (True, "")
    assert from_json["parameters"] == 525_242
    assert len(from_json["phenotype_key"]) == 32


def test_the_host_is_chosen_by_options(tmp_path: Path) -> None:
    large = inspect_json(tmp_path, LIU.text, "--host", "large", "--channels", "64", "--cells", "2")
    assert large["parameters"] == 15_463_114
    options = ["--host", "imagenet", "--channels", "64", "--image-size", "299", "--classes", "1000"]
    assert inspect_json(tmp_path, LIU.text, *options)["parameters"] == 63_300_488


def test_an_infeasible_genotype_is_told_with_its_reason_and_without_numbers(tmp_path: Path) -> None:
    broken = trivial_genotype(SPACES["hierarchical"]).with_edge(3, 1, 5, 4, 0)
    answer = inspect_json(tmp_path, broken.text)
    assert answer["feasible"] is False
    assert "no path of live operations" in answer["reason"]
    assert answer["phenotype_key"] is answer["parameters"] is answer["multiply_adds"] is None


def test_people_get_a_text(tmp_path: Path) -> None:
    text = inspect(tmp_path, LIU.text)
    assert "parameters:    525,242" in text
    assert "unused motifs: L2-M2, L2-M6" in text


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LIU.text.encode())))
    out = io.StringIO()
    call_command("inspect_genotype", "-", stdout=out)
    assert LIU.text in out.getvalue()


@pytest.mark.parametrize(
    "document,options,message",
    [
        ("nonsense", (), "not a genotype: 'nonsense' is neither JSON"),
        ('{"space": "flat", "levels": [[[[9]]]]}', (), "needs 10 rows"),
        (LIU.text, ("--channels", "0"), "--channels: Input should be greater than or equal to 1, got 0"),
    ],
)
def test_bad_input_is_refused_with_the_reason(
    tmp_path: Path, document: str, options: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=r"not a genotype|--channels") as caught:
        inspect(tmp_path, document, *options)
    assert message in str(caught.value)
    assert caught.value.returncode == 2


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json cannot be read: No such file"):
        call_command("inspect_genotype", "nowhere.json")
