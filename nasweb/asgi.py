"""ASGI application."""

import os

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
application = get_asgi_application()
# Not at the top: they need what has just been set up.
import_string("nasweb.statement_timeout.limit_statements")()
import_string("nasweb.celery.hand_over_soon")()
