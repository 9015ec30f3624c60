"""Settings under which texts go to providers on this machine."""

from config import texts
from tests.sms_provider import ACCOUNT, PUBLIC_KEY, TOKEN

SITE = "https://clinic.example.org"


def use_providers(settings, *providers, weights=()):
    """Have texts carried by these providers, with these weights."""
    named = [provider.dialect for provider in providers]
    shares = [f"{name}:{weight}" for name, weight in zip(named, weights, strict=False)]
    settings.CHANNELS = {"sms": ",".join(shares or named), "email": "file"}
    settings.SEND_MODE, settings.SITE_URL = "live", SITE
    urls = {
        f"{provider.dialect.upper()}_BASE_URL": provider.url for provider in providers
    }
    found = texts.read(
        {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "+17135550199",
            "TELNYX_API_KEY": "KEY-of-the-tests",
            "TELNYX_PUBLIC_KEY": PUBLIC_KEY,
            "TELNYX_FROM": "+17135550198",
            **urls,
        }
    )
    settings.TWILIO, settings.TELNYX = found.twilio, found.telnyx
