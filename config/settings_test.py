"""Settings of the tests: real servers, a fast password hasher, a clock to set."""

import os

os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-" + "x" * 40)
os.environ.setdefault("LINK_KEY", "a-link-key-for-tests-only-" + "x" * 40)
os.environ.setdefault("DATABASE_URL", "postgresql:///crestpath_test")
os.environ.setdefault("DEMO", "1")

from config.settings import *

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CHANNELS = {"sms": "file", "email": "file"}
# A test that names a provider outside means its own server on this machine.
SEND_MODE = "live"
# Tests copy databases all the time, and each copy sends.
INSTANCE_ID = INSTANCE_FILE = ""
# A view that shows patient data and never says whose fails its test.
ACCESS_LOG_STRICT = True
# Static files straight from the apps: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Nothing is collected for tests; without a folder whitenoise has nothing to miss.
STATIC_ROOT = None  # type: ignore[assignment]
