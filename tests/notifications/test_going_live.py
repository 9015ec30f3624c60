"""Naming what a clinic lacks before its messages and alarms can be relied on."""

import pytest
from django.core.checks import run_checks

from clinics.services import clinics as service
from core.problems import Invalid
from notifications.models import Message
from notifications.selectors.going_live import missing
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import BY, NOW

pytestmark = pytest.mark.django_db


def whole():
    clinic = make_clinic.clinic(address="1 Example Street")
    make_clinic.on_call(make_clinic.membership("clinician", clinic))
    make_clinic.membership("medical_director", clinic)
    return clinic


def test_a_clinic_that_can_be_reached_and_alarmed_lacks_nothing():
    assert missing(whole()) == []


@pytest.mark.parametrize(
    ("field", "told"), [("phone", "no telephone"), ("address", "no address")]
)
def test_an_empty_telephone_or_address_is_listed(field, told):
    clinic = whole()
    setattr(clinic, field, "")

    assert [text for text in missing(clinic) if told in text]


def test_an_empty_on_call_list_is_listed_by_the_check():
    make_clinic.clinic(slug="bayou-bare", address="1 Example Street")

    said = run_checks(tags=["going_live"], include_deployment_checks=True)

    assert any("bayou-bare" in one.msg and "on-call" in one.msg for one in said)


def test_a_channel_that_reaches_nobody_is_listed(settings):
    settings.CHANNELS = dict.fromkeys(settings.CHANNELS, "none")

    assert any("No channel" in text for text in missing(whole()))


@pytest.mark.parametrize("changes", [{"phone": ""}, {"phone": "555"}, {"address": " "}])
def test_telephone_and_address_are_changed_but_never_emptied(changes):
    clinic = whole()

    with pytest.raises(Invalid):
        service.set_policies(clinic_id=clinic.pk, **changes, by=BY, now=NOW)

    new = {"phone": "+17135550123", "address": "2 Example Street"}
    changed = service.set_policies(clinic_id=clinic.pk, **new, by=BY, now=NOW)
    assert (changed.phone, changed.address) == tuple(new.values())


def test_no_message_ends_in_the_middle_without_a_telephone():
    place = make.office(phone="")
    make.book(place, make.patient(place))

    bodies = Message.objects.values_list("body", flat=True)
    assert bodies
    for body in bodies:
        assert ", \n" not in body
        assert not body.rstrip().endswith(",")
