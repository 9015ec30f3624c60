"""Settings of text messages from the environment: two providers and the send mode.

What is set wrongly is said by the checks of notifications/checks.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LIVE, ALLOW_LIST, SANDBOX = "live", "allow-list", "sandbox"


@dataclass(frozen=True, slots=True)
class Twilio:
    """Settings of Twilio. The auth token also signs what Twilio tells us."""

    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    messaging_service: str = ""
    sender: str = ""
    base_url: str = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Telnyx:
    """Settings of Telnyx. Its public key verifies what Telnyx tells us."""

    api_key: str = field(default="", repr=False)
    public_key: str = ""
    messaging_profile: str = ""
    sender: str = ""
    base_url: str = "https://api.telnyx.com/v2"


@dataclass(frozen=True, slots=True)
class Texts:
    """Settings of every provider of texts, and who may be written to at all."""

    twilio: Twilio
    telnyx: Telnyx
    mode: str
    allowed: frozenset[str]


def read(env: Mapping[str, str], *, demo: bool = False) -> Texts:
    """Return the settings of these variables; empty ones count as not set.

    Outside a demo the mode has no default: the check asks for it.
    """
    return Texts(
        twilio=Twilio(
            account_sid=env.get("TWILIO_ACCOUNT_SID", ""),
            auth_token=env.get("TWILIO_AUTH_TOKEN", ""),
            api_key=env.get("TWILIO_API_KEY", ""),
            api_secret=env.get("TWILIO_API_SECRET", ""),
            messaging_service=env.get("TWILIO_MESSAGING_SERVICE", ""),
            sender=env.get("TWILIO_FROM", ""),
            base_url=_url(env.get("TWILIO_BASE_URL"), Twilio().base_url),
        ),
        telnyx=Telnyx(
            api_key=env.get("TELNYX_API_KEY", ""),
            public_key=env.get("TELNYX_PUBLIC_KEY", ""),
            messaging_profile=env.get("TELNYX_MESSAGING_PROFILE", ""),
            sender=env.get("TELNYX_FROM", ""),
            base_url=_url(env.get("TELNYX_BASE_URL"), Telnyx().base_url),
        ),
        mode=env.get("SEND_MODE", "").strip().lower() or (SANDBOX if demo else ""),
        allowed=allowed(env.get("SEND_ALLOW_LIST", "")),
    )


def allowed(text: str) -> frozenset[str]:
    """Return the entries of an allow-list: numbers, addresses and "@domain"s."""
    parts = (part.strip().lower() for part in text.split(","))
    return frozenset(
        part if "@" in part else re.sub(r"[\s().-]", "", part) for part in parts if part
    )


def _url(given: str | None, otherwise: str) -> str:
    return (given or otherwise).rstrip("/")
