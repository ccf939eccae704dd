"""The ASGI application that a web server is pointed at."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
application = get_asgi_application()
