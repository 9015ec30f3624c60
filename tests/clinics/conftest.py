"""A signed-in browser, an API client, and a small site."""

import re

import pytest
from django.test import Client

from clinics.web import error_pages
from tests.factories import clinics as make


@pytest.fixture
def site(settings, monkeypatch):
    """The small site of tests/clinics/site.py, without frames around its pages."""
    monkeypatch.setattr(error_pages, "_render_page", error_pages.plain_page)
    settings.ROOT_URLCONF = "tests.clinics.site"


def browser(member, **extra) -> Client:
    """A client signed in as this member."""
    client = Client(**extra)
    client.force_login(
        member.user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def api(member) -> Client:
    """A client that sends this member's API key."""
    return Client(headers={"Authorization": f"Bearer {make.api_key(member)}"})


def text_of(answer) -> str:
    """Return what a page says, without its token and what was typed."""
    page = answer.content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value=|value=)"[^"]*"', "", page)
