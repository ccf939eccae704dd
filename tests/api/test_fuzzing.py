"""Schemathesis asks every operation what its schema allows and what it forbids, with every check it knows."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.api import fuzzing
from tests.api.fuzzing import postgresql as postgresql
from tests.api.fuzzing import something_to_ask_about as something_to_ask_about

pytestmark = [pytest.mark.service, pytest.mark.slow]

EXAMPLES = 12
"""For each operation, beside the ones that cover each bound of each parameter."""
# What a schema cannot say, such as "one of preset and config", is refused with 422.
ACCEPTED = {"expected-statuses": ["2xx", "3xx", "403", "404", "409", "422", "429"]}
CONFIG = fuzzing.config(EXAMPLES, checks={"positive_data_acceptance": ACCEPTED})
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", fuzzing.answer_and_close, config=CONFIG)


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_to_its_schema(case: "schemathesis.Case[Any]") -> None:
    fuzzing.wait_no_longer(case)
    case.call_and_validate()
