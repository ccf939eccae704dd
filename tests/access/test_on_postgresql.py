"""Every rule's refused request and who owns what, once more on PostgreSQL, where strangers are let in."""

from pathlib import Path

import pytest

from tests.on_postgresql import pass_on_postgresql

HERE = Path(__file__).parent
AGAIN = ("test_every_address_has_a_rule.py", "test_owners.py", "test_tokens.py", "test_gate.py")


@pytest.mark.service
@pytest.mark.slow
def test_the_same_requests_are_refused_on_postgresql(postgresql_url: str) -> None:
    pass_on_postgresql(postgresql_url, [HERE / name for name in AGAIN])
