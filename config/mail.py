"""Mail settings from the environment: SMTP with login and TLS, or a provider's API.

`EMAIL_PROVIDER` names one of Anymail's back ends ("postmark", "amazon-ses"), whose own
settings are the `ANYMAIL_…` variables of its documentation; without it mail goes by
SMTP. What is set wrongly is said by the checks of notifications/checks.py.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMTP = "smtp"
STARTTLS, IMPLICIT, NO_TLS = "starttls", "implicit", "none"
PORTS = {STARTTLS: 587, IMPLICIT: 465, NO_TLS: 25}
PREFIX = "ANYMAIL_"
_SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class Mail:
    """Settings of outgoing mail. `tls` is what was asked for, even where none is."""

    provider: str
    backend: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    sender: str
    reply_to: str
    anymail: dict[str, Any] = field(repr=False)

    @property
    def use_starttls(self) -> bool:
        """A mistyped word encrypts: a password never leaves in the open by mistake."""
        return self.tls not in (IMPLICIT, NO_TLS)

    @property
    def use_implicit_tls(self) -> bool:
        return self.tls == IMPLICIT


def read(env: Mapping[str, str]) -> Mail:
    """The settings of these variables; empty ones count as not set."""
    user = env.get("EMAIL_HOST_USER", "")
    tls = env.get("EMAIL_TLS", "").lower() or (STARTTLS if user else NO_TLS)
    provider = env.get("EMAIL_PROVIDER", "").lower() or SMTP
    return Mail(
        provider=provider,
        backend=env.get("EMAIL_BACKEND") or backend_of(provider),
        host=env.get("EMAIL_HOST", ""),
        port=_port(env.get("EMAIL_PORT", ""), tls),
        user=user,
        password=env.get("EMAIL_HOST_PASSWORD", ""),
        tls=tls,
        sender=env.get("DEFAULT_FROM_EMAIL") or "clinic@example.org",
        reply_to=env.get("EMAIL_REPLY_TO", ""),
        anymail=_anymail(env),
    )


def backend_of(provider: str) -> str:
    """ "amazon-ses" becomes the path of Anymail's back end for it."""
    if provider == SMTP:
        return _SMTP_BACKEND
    return f"anymail.backends.{provider.replace('-', '_')}.EmailBackend"


def _port(text: str, tls: str) -> int:
    """0, which the check refuses, where it is no number."""
    if not text:
        return PORTS.get(tls, PORTS[STARTTLS])
    return int(text) if text.isascii() and text.isdecimal() else 0


def _anymail(env: Mapping[str, str]) -> dict[str, Any]:
    """Without a say of its own a back end leaves out what its provider cannot carry
    (our message's id as metadata), where it would refuse every mail."""
    given = {k: v for k, v in env.items() if k.startswith(PREFIX) and v}
    found = {key.removeprefix(PREFIX): _value(text) for key, text in given.items()}
    return {"IGNORE_UNSUPPORTED_FEATURES": True} | found


def _value(text: str) -> Any:
    """A few settings are objects ("AMAZON_SES_CLIENT_PARAMS"), written as JSON."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
