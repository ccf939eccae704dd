"""URL configuration: mounts the routes of both apps."""

from django.urls import include, path

from nasweb.access.rules import OPERATIONS
from nasweb.database_outage import failed
from nasweb.monitoring import views as monitoring
from search.api.application import api
from search.api.documentation import Needs
from visualize import api as drawings
from visualize.pages.shared import errors

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = failed

api.add_router("/experiments", drawings.reports)
api.add_router("/genotypes", drawings.router)  # the engine does not know its eyes

api.needs = {name: Needs(rule.meaning, rule.scope) for name, rule in OPERATIONS.items()}

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
    path("metrics", monitoring.figures, name="metrics"),
    path("", include("visualize.urls")),
]
