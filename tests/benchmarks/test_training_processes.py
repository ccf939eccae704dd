"""The processes of `python -m tests.benchmarks trainer`."""

import pytest

from search.evolution.genotypes.published import PUBLISHED
from tests.benchmarks.training import contender, profile, roofline

LIU = PUBLISHED["liu2018"].genotype


@pytest.mark.parametrize("form", contender.FORMS)
def test_both_forms_take_steps(form: str) -> None:
    step = contender.FORMS[form](LIU, 2)
    step()
    step()


def test_the_roofline_of_this_core_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roofline, "SECONDS", 0.01)
    monkeypatch.setattr(roofline, "SIDE", 64)
    monkeypatch.setattr(roofline, "TRIAD_FLOATS", 2**16)
    found = roofline.measure()
    assert found["flops"] > 1e7
    assert found["bytes"] > 1e7


def test_the_profile_divides_a_step_among_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "STEPS", 1)
    found = profile.measure(2, LIU.text)
    assert sum(found.values()) == pytest.approx(1)
    assert {"pools", "convolutions by torch", "optimizer", "normalisation and ReLU by themselves"} <= set(
        found
    )
    assert {f"convolutions with normalisation and ReLU, {way}" for way in ("forward", "backward")} <= set(
        found
    )
