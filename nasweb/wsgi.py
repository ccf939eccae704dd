"""The WSGI application that a web server is pointed at."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
application = get_wsgi_application()
