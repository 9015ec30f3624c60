"""Checks of how messages leave: a wrong setting is said before the first is lost.

Part of `manage.py check --deploy`; web, worker and beat ask them when they start and
stop at an error (notifications/starting.py), for a typo would swallow every message.
"""

import base64
import pkgutil
import re
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from email.utils import parseaddr
from importlib.util import find_spec
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
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# A number, an address, or everybody at a domain.
ENTRY = re.compile(r"\+[1-9][0-9]{6,14}|[^@\s]*@[^@\s]+\.[^@\s]+")
# Back ends that write somewhere instead of sending.
PLAYING = ("console", "file", "locmem", "dummy", "filebased")


@register(TAG, deploy=True)
def check_channels(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the channels, and with mail where it is one."""
    found = [
        fault for channel in settings.CHANNELS for fault in _channel_faults(channel)
    ]
    found += _mode_faults()
    if "email" in channels.shares("email"):
        found += _mail_faults()
    for name, faults in (("twilio", _twilio_faults), ("telnyx", _telnyx_faults)):
        if name in channels.shares("sms"):
            found += [*_library_faults(name), *faults()]
    if not found and not channels.carried():
        text = "No message can reach anybody: neither texts nor mail have a provider."
        found.append(_error(text, "Set CHANNEL_EMAIL=email.", 4))
    return found


@register(TAG, deploy=True)
def check_send_mode(**_: Any) -> list[CheckMessage]:
    """Return a warning where messages are kept from leaving."""
    if not channels.holds_back() or settings.SEND_MODE not in channels.MODES:
        return []
    text = f"SEND_MODE={settings.SEND_MODE}: patients get no message."
    if settings.SEND_MODE == channels.ALLOW_LIST:
        count = len(settings.SEND_ALLOW_LIST)
        text = f"SEND_MODE=allow-list: only {count} addresses get messages."
    hint = "Set SEND_MODE=live when patients are to be written to."
    return [checks.Warning(text, hint=hint, id="messages.W003")]


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
    variable = f"CHANNEL_{channel.upper()}"
    known = [one for one, takes in channels.CARRIES.items() if channel in takes]
    shares = channels.shares(channel)
    if list(shares) == [channels.NONE]:
        return
    for name, weight in shares.items():
        if name not in known:
            fits = ", ".join([*_usable(known), channels.NONE])
            text = f"{variable}={name}: there is no such channel here."
            yield _error(text, f"{_nearest(name, known)}It can be: {fits}.", 1)
        elif name not in channels.REAL and not channels.plays():
            text = f"{variable}={name} reaches nobody: it is for demos (DEMO=1)."
            yield _error(text, f"Set {variable}={channels.NONE}, or a real channel.", 2)
        elif weight < 0:
            text = f"{variable}: the weight of {name} is no number."
            yield _error(text, f"For example {variable}=twilio:80,telnyx:20", 14)


def _usable(names: list[str]) -> list[str]:
    return [name for name in names if name in channels.REAL or channels.plays()]


def _mode_faults() -> Iterator[CheckMessage]:
    mode = settings.SEND_MODE
    modes = ", ".join(channels.MODES)
    if not mode and not channels.plays():
        text = "SEND_MODE is not set: nobody has said who may be written to."
        yield _error(text, "live writes to everybody, sandbox to nobody.", 15)
    elif mode and mode not in channels.MODES:
        hint = f"{_nearest(mode, channels.MODES)}It can be: {modes}."
        yield _error(f"SEND_MODE={mode}: there is no such mode.", hint, 16)
    elif mode == channels.ALLOW_LIST:
        yield from _list_faults()


def _list_faults() -> Iterator[CheckMessage]:
    if not settings.SEND_ALLOW_LIST:
        text = "SEND_MODE=allow-list, and the list is empty."
        yield _error(text, "Set SEND_ALLOW_LIST=+17135550100,name@domain", 17)
    wrong = [one for one in settings.SEND_ALLOW_LIST if not ENTRY.fullmatch(one)]
    if wrong:
        text = f"SEND_ALLOW_LIST: {len(wrong)} entries are no number and no address."
        hint = "A number begins with + and its country; @domain is everybody there."
        yield _error(text, hint, 18)


def _library_faults(name: str) -> Iterator[CheckMessage]:
    # Texts need SITE_URL as the provider knows it: its callbacks come there.
    if find_spec(name) is None:
        text = f"CHANNEL_SMS={name}: its library is not installed."
        yield _error(text, 'Install the extra: pip install "crestpath[sms]".', 19)
    if not channels.plays() and not settings.SITE_URL.startswith("https://"):
        text = "SITE_URL is no https address: no provider can report to it."
        yield _error(text, "Set SITE_URL to where people reach the site.", 20)


def _twilio_faults() -> Iterator[CheckMessage]:
    known = settings.TWILIO
    if not re.fullmatch("AC[0-9a-f]{32}", known.account_sid):
        text = "TWILIO_ACCOUNT_SID is missing, or no account."
        yield _error(text, "It begins with AC and stands on Twilio's console.", 21)
    if not known.auth_token:
        text = "TWILIO_AUTH_TOKEN is missing."
        hint = "Also with an API key: what Twilio tells is signed by it."
        yield _error(text, hint, 22)
    if bool(known.api_key) != bool(known.api_secret):
        text = "TWILIO_API_KEY and TWILIO_API_SECRET go together."
        yield _error(text, "Set both, or none to log in by the auth token.", 23)
    if not known.messaging_service and not E164.fullmatch(known.sender):
        text = "No sender of texts: neither TWILIO_MESSAGING_SERVICE nor TWILIO_FROM."
        yield _error(text, "A service begins with MG, a number with +.", 24)


def _telnyx_faults() -> Iterator[CheckMessage]:
    known = settings.TELNYX
    if not known.api_key:
        yield _error("TELNYX_API_KEY is missing.", "It begins with KEY.", 25)
    if not _is_public_key(known.public_key):
        text = "TELNYX_PUBLIC_KEY is missing, or no key."
        yield _error(text, "It stands under Keys & Credentials, Public Key.", 26)
    if not known.messaging_profile and not E164.fullmatch(known.sender):
        text = "No sender of texts: neither TELNYX_MESSAGING_PROFILE nor TELNYX_FROM."
        yield _error(text, "A profile is a UUID, a number begins with +.", 27)


def _is_public_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


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
