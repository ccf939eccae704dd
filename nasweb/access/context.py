"""What every template knows of who asks."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def actor(request: HttpRequest) -> dict[str, Any]:
    return {"actor": getattr(request, "actor", None), "accounts": settings.ACCOUNTS}
