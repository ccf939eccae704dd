"""Health, readiness and metrics endpoints. Open without a login, without secrets."""
