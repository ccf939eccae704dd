"""System checks beyond Django's own, for `manage.py check --deploy` and `migrate`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from nasweb.embedded.database import WrongEncoding, check_encoding


@register(Tags.database)
def encoding(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """`migrate` asks, so that a deployment's first step says what would fail in the middle of a search."""
    if not databases:
        return []
    try:
        check_encoding()
    except WrongEncoding as problem:
        return [Error(str(problem), id="nasweb.E001")]
    return []


@register(Tags.security, deploy=True)
def deployment(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.ACCOUNTS:
        found.append(
            Warning(
                "Without accounts everybody on this machine may do everything.",
                hint="Set NASWEB_ACCOUNTS=1.",
                id="nasweb.W001",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "NASWEB_ALLOWED_HOSTS=* serves under any name, those of strangers too.",
                hint="Name the hosts.",
                id="nasweb.W002",
            )
        )
    return found
