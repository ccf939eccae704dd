"""/healthz, /readyz and /metrics."""

import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nasweb.monitoring import metrics, readiness

TOKEN_NOT_SET = (
    "With accounts or PostgreSQL the figures need a token. Set NASWEB_METRICS_TOKEN, and give it\n"
    "to the scraper.\n"
)
TOKEN_WRONG = "Send the header Authorization: Bearer TOKEN with what NASWEB_METRICS_TOKEN holds.\n"


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers, whatever else is away: nobody should start it again for that."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while searches can go on, else 503; in both cases what each part says."""
    parts = readiness.parts()
    ready = not any(part.problem for part in parts)
    answer = {"ready": ready, "parts": {part.name: part.problem or "ready" for part in parts}}
    return JsonResponse(answer, status=200 if ready else 503, json_dumps_params={"indent": 1})


@login_not_required
@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """For Prometheus: open to the one person of an embedded server, behind a token with accounts or PostgreSQL."""
    if settings.ACCOUNTS or not settings.EMBEDDED or settings.METRICS_TOKEN:
        if not settings.METRICS_TOKEN:
            return HttpResponse(TOKEN_NOT_SET, status=403, content_type="text/plain")
        if not secrets.compare_digest(_bearer(request).encode(), settings.METRICS_TOKEN.encode()):
            refused = HttpResponse(TOKEN_WRONG, status=401, content_type="text/plain")
            refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
            return refused
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
