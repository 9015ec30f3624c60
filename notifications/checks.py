"""Checks of how messages leave: a wrong setting is said before the first is lost.

Part of `manage.py check --deploy`; web, worker and beat ask them when they start and
stop at an error (notifications/starting.py), for a typo would swallow every message.
"""

import pkgutil
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from email.utils import parseaddr
from typing import Any

import anymail.backends
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import OperationalError, ProgrammingError

from clinics.selectors import every_clinic
from notifications import channels
from notifications.selectors.going_live import missing

TAG = "messages"
LIVE_HINT = "An administrator sets it on the Clinic and People pages."
TLS = ("starttls", "implicit", "none")
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# Back ends that write somewhere instead of sending.
PLAYING = ("console", "file", "locmem", "dummy", "filebased")


@register(TAG, deploy=True)
def check_channels(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the channels, and with mail where it is one."""
    found = [
        fault for channel in settings.CHANNELS for fault in _channel_faults(channel)
    ]
    if channels.provider_of("email") == "email":
        found += _mail_faults()
    if not found and not channels.carried():
        text = "No message can reach anybody: neither texts nor mail have a provider."
        found.append(_error(text, "Set CHANNEL_EMAIL=email.", 4))
    return found


@register("going_live", deploy=True)
def check_clinics(**_: Any) -> list[CheckMessage]:
    """Return what each clinic lacks; nothing where no database can be asked."""
    try:
        lacks = [(one.slug, text) for one in every_clinic() for text in missing(one)]
    except (OperationalError, ProgrammingError):
        return []
    return [
        checks.Warning(f"{slug}: {text}", hint=LIVE_HINT, id="messages.W002")
        for slug, text in lacks
    ]


def _channel_faults(channel: str) -> Iterator[CheckMessage]:
    name, variable = channels.provider_of(channel), f"CHANNEL_{channel.upper()}"
    known = [one for one, takes in channels.CARRIES.items() if channel in takes]
    if name == channels.NONE:
        return
    if name not in known:
        fits = ", ".join([*_usable(known), channels.NONE])
        text = f"{variable}={name}: there is no such channel here."
        yield _error(text, f"{_nearest(name, known)}It can be: {fits}.", 1)
    elif name not in channels.REAL and not channels.plays():
        text = f"{variable}={name} reaches nobody: it is for demos (DEMO=1)."
        yield _error(text, f"Set {variable}={channels.NONE}, or a real channel.", 2)


def _usable(names: list[str]) -> list[str]:
    return [name for name in names if name in channels.REAL or channels.plays()]


def _mail_faults() -> Iterator[CheckMessage]:
    yield from _sender_faults()
    if settings.EMAIL_BACKEND == SMTP_BACKEND:
        yield from _smtp_faults()
    else:
        yield from _back_end_faults()


def _sender_faults() -> Iterator[CheckMessage]:
    for name in ("DEFAULT_FROM_EMAIL", "EMAIL_REPLY_TO"):
        value = getattr(settings, name)
        address = parseaddr(value)[1]
        if value and ("@" not in address or address.startswith("@")):
            yield _error(f"{name} is no mail address.", f"{name}=name@domain", 3)
    if parseaddr(settings.DEFAULT_FROM_EMAIL)[1].endswith("@example.org"):
        hint = "Set DEFAULT_FROM_EMAIL to an address your mail provider lets you use."
        yield checks.Warning(
            "Mail is sent from example.org, which is nobody's.",
            hint=hint,
            id="messages.W001",
        )


def _smtp_faults() -> Iterator[CheckMessage]:
    host, port, tls = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TLS
    user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    if not host:
        yield _error("No mail server is set.", "Set EMAIL_HOST or EMAIL_PROVIDER.", 5)
    if not 1 <= port <= 65535:
        yield _error("EMAIL_PORT is no port.", "Leave it out for the usual one.", 6)
    if bool(user) != bool(password):
        missing = "EMAIL_HOST_PASSWORD" if user else "EMAIL_HOST_USER"
        yield _error(f"{missing} is missing.", "A login needs both, a relay none.", 7)
    if tls not in TLS:
        hint = f"{_nearest(tls, TLS)}It can be: {', '.join(TLS)}."
        yield _error(f"EMAIL_TLS={tls}: there is no such way.", hint, 8)
    elif tls == "none" and password:
        text = "The mail password would travel unencrypted."
        yield _error(text, "Set EMAIL_TLS=starttls (587) or implicit (465).", 9)
    elif (port, tls) in ((465, "starttls"), (587, "implicit")):
        other = "implicit" if port == 465 else "starttls"
        text = f"Port {port} does not speak {tls} TLS."
        yield _error(text, f"Set EMAIL_TLS={other}.", 10)


def _back_end_faults() -> Iterator[CheckMessage]:
    """Whatever the back end itself asks for: it is made, and nothing is sent."""
    provider, path = settings.EMAIL_PROVIDER, settings.EMAIL_BACKEND
    name = path.split(".")[-2] if "." in path else path
    if name in PLAYING and not channels.plays():
        text = f"EMAIL_BACKEND={path} sends nothing."
        yield _error(text, "Leave it out, or name a provider.", 11)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some say that they are little tested
            get_connection(fail_silently=False)
    except ImproperlyConfigured as error:
        # Its text names settings and packages, never a setting's value.
        text = f"Mail by {provider} lacks something: {str(error).splitlines()[0]}"
        yield _error(text, "Its settings are the ANYMAIL_… variables.", 13)
    except ImportError:
        hint = f"{_nearest(provider, providers())}It can be: smtp, "
        hint += f"{', '.join(providers())}."
        text = f"EMAIL_PROVIDER={provider}: there is no such provider."
        yield _error(text, hint, 12)


def providers() -> list[str]:
    """Return the names EMAIL_PROVIDER can have besides smtp."""
    found = {module.name for module in pkgutil.iter_modules(anymail.backends.__path__)}
    no_provider = {"base", "base_requests", "console", "test"}
    return sorted(name.replace("_", "-") for name in found - no_provider)


def _nearest(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]}? " if near else ""


def _error(text: str, hint: str, number: int) -> Error:
    return Error(text, hint=hint, id=f"messages.E{number:03d}")
