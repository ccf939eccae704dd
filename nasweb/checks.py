"""What `manage.py check --deploy` says beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


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
