"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Known only once Django is set up.
from notifications import starting  # noqa: E402

starting.stop_if_wrong()
loaded.keep()
