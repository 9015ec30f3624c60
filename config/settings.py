"""Settings, read from the environment; the defaults are production's."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config import mail, texts
from config.security import *  # noqa: F403  (sign-in, lock-out, sessions, CSP)
from config.security import (
    SECURITY_APPS,
    SECURITY_MIDDLEWARE_AFTER_AUTH,
    SECURITY_MIDDLEWARE_FIRST,
    SECURITY_MIDDLEWARE_LAST,
)

BASE_DIR = Path(__file__).resolve().parent.parent


def required(name: str) -> str:
    """The variable's value; stops with its name when it is missing."""
    try:
        return os.environ[name]
    except KeyError:
        raise SystemExit(f"Set {name} in the environment (see .env.example).") from None


def flag(name: str) -> bool:
    return os.environ.get(name, "") in {"1", "true", "yes", "on"}


def database(url: str) -> dict[str, Any]:
    """A Django database from postgresql://user:password@host:port/name?option=…"""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    socket = options.pop("host", "")
    # A server that is frozen takes a connection and says nothing.
    options.setdefault("connect_timeout", "2")
    return {
        "ENGINE": "core.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket or (parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DEBUG = False
# The demo: a clock that can be set, a mailbox page, a banner on every page.
DEMO = flag("DEMO")
SECRET_KEY = required("SECRET_KEY")
# Patient links are derived from this key: changing it ends every link sent.
LINK_KEY = required("LINK_KEY")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATABASES = {"default": database(required("DATABASE_URL"))}
# Migrations run as the owner; this role gets rows only (core.grants).
APP_DATABASE_ROLE = os.environ.get("APP_DATABASE_ROLE", "crestpath_app")
# What all processes share, such as which authenticator codes were used. In PostgreSQL,
# because Redis may be lost or down (docs/adr/0013-a-shared-cache-in-postgresql.md).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        # Not to be emptied of what counts by filling it with anything else.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "demo",
    "pages",
    "notifications",
    "procedures",
    "scheduling",
    "patients",
    "clinics",
    "core",
    *SECURITY_APPS,
    "anymail",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    *SECURITY_MIDDLEWARE_FIRST,
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *SECURITY_MIDDLEWARE_AFTER_AUTH,
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *SECURITY_MIDDLEWARE_LAST,
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.kit.context.shell",
            ],
        },
    },
]

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / ".local" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# Which installation this is: a copy of its database sends nothing. The file is made on
# first use and stays with the machine, never with the database.
INSTANCE_ID = os.environ.get("INSTANCE_ID", "")
INSTANCE_FILE = os.environ.get(
    "INSTANCE_FILE",
    Path(os.environ.get("CRESTPATH_LOCAL", BASE_DIR / ".local")) / "instance-id",
)

# What carries texts and mail: "twilio", "twilio:80,telnyx:20" (by weight), "email" or
# "none"; console and file only in a demo.
CHANNELS = {
    "sms": os.environ.get("CHANNEL_SMS") or ("file" if DEMO else "none"),
    "email": os.environ.get("CHANNEL_EMAIL") or ("file" if DEMO else "email"),
}
_TEXTS = texts.read(os.environ, demo=DEMO)
TWILIO = _TEXTS.twilio
TELNYX = _TEXTS.telnyx
# Who is written to by providers outside: "live" everybody, "allow-list" those on
# SEND_ALLOW_LIST, "sandbox" nobody. It has no default outside a demo.
SEND_MODE = _TEXTS.mode
SEND_ALLOW_LIST = _TEXTS.allowed
# The most messages a minute that a provider bears, such as "email=30,twilio=60".
SEND_RATES = {
    name.strip(): float(rate)
    for name, _, rate in (
        part.partition("=") for part in os.environ.get("SEND_RATES", "").split(",")
    )
    if rate
}
_MAIL = mail.read(os.environ)
EMAIL_PROVIDER = _MAIL.provider
EMAIL_BACKEND = _MAIL.backend
EMAIL_HOST = _MAIL.host
EMAIL_PORT = _MAIL.port
EMAIL_HOST_USER = _MAIL.user
EMAIL_HOST_PASSWORD = _MAIL.password
EMAIL_TLS = _MAIL.tls
EMAIL_USE_TLS = _MAIL.use_starttls
EMAIL_USE_SSL = _MAIL.use_implicit_tls
EMAIL_TIMEOUT = 10
EMAIL_REPLY_TO = _MAIL.reply_to
DEFAULT_FROM_EMAIL = _MAIL.sender
ANYMAIL = _MAIL.anymail

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "clinics.web.openapi.EndpointSchema",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Crestpath",
    "DESCRIPTION": "Scheduling and patient paths of a joint clinic.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Two fields are called kind: an absence's, and a closed or extra day's.
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": ["ill", "leave", "maintenance", "broken", "unusable", "other"],
        "DayKindEnum": ["closed", "extra"],
    },
}

# Pages of docs/reference, each from the table it describes.
REFERENCE_PAGES = {
    "acts.md": "procedures.reference.acts_markdown",
    "permissions.md": "clinics.services.reference.permissions_markdown",
    "api.yaml": "config.reference.api_yaml",
    "pathway.md": "procedures.reference.pathway_markdown",
    "corrections.md": "procedures.reference.corrections_markdown",
}

# Logs hold ids and names of acts, never request bodies or personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
