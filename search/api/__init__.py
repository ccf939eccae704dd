"""The REST API under /api/v1. `search.api.application.api` is what nasweb.urls mounts."""
