"""The access log: one row for every address that shows patient data, and for good."""

import pytest
from django.db import IntegrityError
from django.test import Client

from clinics import checks
from clinics.domain import policy
from clinics.models import AccessLogEntry
from clinics.selectors import actor_for
from clinics.web import access_log
from clinics.web.access_log import MOST_IDS, PatientsShown
from core.models import JournalEntry
from tests.access import exactly_one_access_row
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make
from tests.factories import urls

pytestmark = pytest.mark.django_db


def patient_bearing():
    """(address, action) of every page and resource whose GET shows patient data."""
    for address in checks.addresses():
        action = address.action
        if address.resource is not None:
            action = address.resource.actions.get("GET")
        for name in checks.matching(action) if action else []:
            if policy.rule(name).patient_bearing:
                yield address, name


def role_for(action):
    """A role that may, preferring one that meets patients at work."""
    roles = policy.rule(action).roles
    for role in ("clinician", "coordinator", "nurse", "technician"):
        if role in roles:
            return role
    return min(roles)


def visits(*, forms):
    """The addresses that take a form, or those that show something when opened."""
    found = {(a.name, action): (a, action) for a, action in patient_bearing()}
    return [
        pytest.param(a, action, id=a.name or a.route)
        for a, action in (found[key] for key in sorted(found))
        if (a.name in urls.FORMS) is forms
    ]


@pytest.mark.parametrize(("address", "action"), visits(forms=False))
def test_every_patient_bearing_address_writes_exactly_one_row(address, action):
    member = make.membership(role_for(action))
    path = urls.path_of(address.name, member.clinic)
    client = api(member) if path.startswith("/api/") else browser(member)

    with exactly_one_access_row(actor=str(actor_for(member))):
        # A redirect shows nobody; where it leads does.
        response = client.get(path, follow=True)

    assert response.status_code == 200, response.content[:300]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("address", "action"), visits(forms=True))
def test_an_address_that_takes_a_form_changes_nothing_by_being_opened(address, action):
    member = make.membership(role_for(action))
    client, path = browser(member), urls.path_of(address.name, member.clinic)
    before = JournalEntry.objects.count()

    response = client.get(path)

    assert response.status_code in (400, 405, 422)
    assert JournalEntry.objects.count() == before
    # Only the form again, with its errors, shows whom it is about.
    assert AccessLogEntry.objects.count() == (response.status_code == 422)


@pytest.mark.parametrize(("address", "action"), visits(forms=False))
def test_no_patient_bearing_address_opens_to_strangers_or_administrators(
    address, action
):
    admin = make.membership("admin")
    path = urls.path_of(address.name, admin.clinic)
    before = AccessLogEntry.objects.count()

    refused = (api(admin) if path.startswith("/api/") else browser(admin)).get(path)

    assert refused.status_code == 403
    assert Client().get(path).status_code in (302, 401)
    assert AccessLogEntry.objects.count() == before


def test_every_address_has_a_name_to_be_logged_by():
    unnamed = [address.route for address, _ in patient_bearing() if not address.name]

    assert unnamed == []


def test_a_long_list_keeps_50_ids_and_the_count():
    seen = PatientsShown()
    seen.add(*[f"id-{n}" for n in range(80)], count=None, deliberate=False)

    row = access_log.write(
        seen, by=make.actor("nurse"), view="list", request_id="r", at=make.NOW
    )

    assert (len(row.patient_ids), row.count) == (MOST_IDS, 80)


def test_the_database_takes_no_more_than_50_ids():
    with pytest.raises(IntegrityError):
        AccessLogEntry.objects.create(
            at=make.NOW,
            patient_ids=[str(n) for n in range(51)],
            count=51,
            deliberate=True,
        )
