"""The ASGI application that a web server is pointed at."""

import os

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
application = get_asgi_application()
import_string("nasweb.patience.limit_statements")()  # not at the top: it needs what has just been set up
