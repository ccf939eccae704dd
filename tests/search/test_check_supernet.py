"""manage.py check_supernet."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from search.management.commands import check_supernet


def test_it_says_that_the_supernet_is_exact() -> None:
    out = StringIO()
    call_command("check_supernet", genotypes=2, stdout=out)
    assert out.getvalue().splitlines()[-1] == "exact"
    assert out.getvalue().startswith("2 genotypes: largest difference of scores")


def test_a_supernet_that_is_not_exact_is_an_error_with_the_genotype(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"genotype": "x", "scores": 0.1, "gradients": 0.0, "absent": 0.0, "mutated": 1.0, "swapped": None}
    monkeypatch.setattr(check_supernet.Command, "rows", lambda *_: [row])
    with pytest.raises(CommandError, match="1 of 1 genotypes are not exact:\nx: scores differ by"):
        call_command("check_supernet", stdout=StringIO())
