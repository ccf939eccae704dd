"""With accounts on, schemathesis asks every operation with a token of each role and without any: nothing breaks the
server, nobody without an account gets through, and a viewer does nothing but read."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import override_settings
from hypothesis import HealthCheck, settings

from nasweb.access.rules import OPEN, OPERATIONS, READ
from search.models import Experiment, Role, Scope
from search.services.accounts.accounts import create_account
from search.services.accounts.tokens import create_token
from tests.api import fuzzing
from tests.api.fuzzing import postgresql as postgresql
from tests.api.fuzzing import something_to_ask_about as something_to_ask_about

pytestmark = [pytest.mark.service, pytest.mark.slow]

EXAMPLES = 4
"""For each operation, each asked by everybody."""
PHASES = {"coverage": {"enabled": False}, "examples": {"enabled": False}}
SCOPES = {Role.VIEWER: Scope.READ, Role.RESEARCHER: Scope.RUN, Role.ADMIN: Scope.ADMIN}
tokens: dict[str, str] = {}
schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", fuzzing.answer_and_close, config=fuzzing.config(EXAMPLES, phases=PHASES)
)


@pytest.fixture(scope="module", autouse=True)
def accounts(something_to_ask_about: None) -> Iterator[None]:
    """Somebody of each role with a token; the researcher owns the draft and the running search."""
    with override_settings(ACCOUNTS=True):
        for role, scope in SCOPES.items():
            person = create_account(name=role.value, role=role, password="correct horse battery")
            tokens[role.value] = create_token(owner=person, name="Fuzzing", scope=scope, days=None)[1]
            if role == Role.RESEARCHER:
                Experiment.objects.filter(pk__in=(2, 3)).update(owner=person)
        yield


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_role_breaks_the_server_and_none_does_what_it_may_not(case: "schemathesis.Case[Any]") -> None:
    fuzzing.wait_no_longer(case)
    rule = OPERATIONS[case.operation.definition.raw["operationId"]]
    for name in ("", *tokens):
        headers = {"Authorization": f"Bearer {tokens[name]}"} if name else {}
        response = case.call(headers=headers)
        assert response.status_code < 500, f"{name or 'nobody'}: {response.status_code} {response.text[:400]}"
        if not name and rule is not OPEN:
            assert response.status_code >= 400, f"nobody was let through: {response.status_code}"
        if name == Role.VIEWER.value and rule not in (OPEN, READ):
            assert response.status_code >= 400, f"a viewer was let through: {response.status_code}"
