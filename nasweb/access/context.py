"""Template context processor: the caller and what it may do."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def actor(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": getattr(request, "actor", None),
        "accounts": settings.ACCOUNTS,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,  # scripts find their own among those of other servers on this host
    }
