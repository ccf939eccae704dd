"""WSGI application."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
application = get_wsgi_application()
# Not at the top: they need what has just been set up.
import_string("nasweb.statement_timeout.limit_statements")()
import_string("nasweb.celery.hand_over_soon")()
_ = get_resolver().url_patterns  # imports every view now rather than in the first request

# What is loaded by now stays for good. Without this each full garbage collection walks all of it: 0.1 s, again and
# again in the middle of a request.
gc.collect()
gc.freeze()
