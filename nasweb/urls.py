"""Mounts both apps' routes."""

from django.urls import include, path

from search.api.application import api
from visualize import api as drawings
from visualize.views import errors, health

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed

api.add_router("/genotypes", drawings.router)  # the engine does not know its eyes

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("", include("visualize.urls")),
]
