"""Addresses of static files: below the path that a proxy serves the pages under, as all other links are."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage

FOLDER = "static/"


class _BelowThePath:
    """Django takes the path of the process's first request for all later ones: here it is that of each request."""

    @property
    def base_url(self) -> str:
        return get_script_prefix() + FOLDER


class AsTheyLie(_BelowThePath, StaticFilesStorage):
    """On one machine: straight from `static/`."""


class CollectedAndHashed(_BelowThePath, CompressedManifestStaticFilesStorage):
    """In a deployment: collected once, under names that change with their content."""
