"""What this folder tests on SQLite, once more on PostgreSQL."""

from pathlib import Path

import pytest

from tests.on_postgresql import pass_on_postgresql


@pytest.mark.service
@pytest.mark.slow
def test_the_same_tests_pass_on_postgresql(postgresql_url: str) -> None:
    pass_on_postgresql(postgresql_url, [Path(__file__).parent])
