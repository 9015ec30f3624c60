"""What tests of the waiting list's pages do: let wait, look, offer."""

import re
from datetime import timedelta

from django.urls import reverse

from tests.factories import waitlist as waits
from tests.pages.conftest import NOW
from tests.pages.test_booking import fields


def opening(freed):
    return reverse("staff:waitlist_opening", args=[freed.pk])


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def waiting(practice, **fields):
    who = practice.patient(sms_consent=True, **fields.pop("person", {}))
    return waits.entry(practice, who, now=NOW - timedelta(days=3), **fields)


def offer(client, freed, *entries, minutes=60):
    action = reverse("staff:waitlist_offer", args=[freed.pk])
    hidden = fields(page(client, opening(freed)), action)
    chosen = {"entry": [str(entry.pk) for entry in entries], "minutes": minutes}
    return client.post(action, hidden | chosen)


def ticked(text):
    return set(re.findall(r'name="entry" value="([^"]+)"[^>]* checked', text))
