"""The patient's own page for what is sent: whatever is pressed counts at once."""

from datetime import timedelta

import pytest

from core import clock
from core.journal import entries
from notifications.models import Message, OptOut
from pages.patient.texts import EN, ES
from patients import selectors as patients
from patients.services import links
from tests.pages.by_link import BEFORE, VISIT, visit_by_link

pytestmark = pytest.mark.django_db

PAGE = "/v/preferences/"
EVERYTHING = {
    "act": "save",
    "language": "en",
    "channel": "sms",
    "purpose": ["reminders", "check_ins"],
}


@pytest.fixture
def booked():
    holder, visit = visit_by_link(
        phone="+17135550177", email="ana@example.org", sms_consent=True
    )
    assert holder.prove().status_code == 303
    return holder, visit


@pytest.fixture
def holder(booked):
    return booked[0]


def save(holder, **fields):
    response = holder.browser.post(PAGE, EVERYTHING | fields)
    assert response.status_code == 303, response.content.decode()
    return holder.page(response["Location"])


def waiting():
    rows = Message.objects.filter(state="scheduled")
    return dict(rows.values_list("kind", "channel"))


def patient(holder):
    return patients.patient(holder.patient.pk)


def test_a_link_of_a_visit_opens_the_page_and_numbers_are_masked(holder):
    page = holder.page(PAGE)

    assert EN["prefs_title"] in page
    assert "0177" in page
    assert "+17135550177" not in page
    assert "ana@" not in page


def test_the_link_in_a_mail_asks_the_birth_date_and_leads_here(holder):
    address = f"/v/{links.token(holder.link)}/preferences/"
    holder.browser.cookies.clear()

    assert EN["birth_date"] in holder.page(address)
    born = holder.patient.birth_date
    response = holder.browser.post(
        address,
        {
            "birth_month": born.month,
            "birth_day": born.day,
            "birth_year": born.year,
        },
    )
    assert response["Location"] == PAGE
    assert EN["prefs_title"] in holder.page(PAGE)


def test_the_way_to_stop_opens_after_the_link_has_expired(holder):
    clock.set_to(BEFORE + timedelta(days=30))
    address = f"/v/{links.token(holder.link)}/preferences/"

    assert holder.browser.get(holder.address).status_code == 404
    assert holder.browser.get(address).status_code == 200
    clock.set_to(BEFORE + timedelta(days=90))
    assert holder.browser.get(address).status_code == 404


def test_an_expired_link_opens_nothing_else(holder):
    clock.set_to(BEFORE + timedelta(days=30))
    address = f"/v/{links.token(holder.link)}/preferences/"
    born = holder.patient.birth_date
    holder.browser.post(
        address,
        {"birth_month": born.month, "birth_day": born.day, "birth_year": born.year},
    )

    assert holder.browser.get(PAGE).status_code == 200
    assert holder.browser.get(VISIT).status_code == 403


def test_without_the_birth_date_it_stays_shut(holder):
    holder.browser.cookies.clear()

    assert holder.browser.get(PAGE).status_code == 403


def test_stop_ends_everything_at_once_and_says_so(holder):
    response = holder.browser.post(PAGE, {"act": "stop"})
    page = holder.page(response["Location"])

    assert waiting() == {}
    assert EN["prefs_stopped"] in page
    assert OptOut.objects.filter(scope="all", ended_at=None).count() == 2
    said = entries(f"patient:{holder.patient.pk}").get(name="sms.stopped")
    assert "page" in said.payload


def test_start_sends_again(holder):
    holder.browser.post(PAGE, {"act": "stop"})
    holder.browser.post(PAGE, {"act": "start"})

    assert waiting() == {"confirmation": "sms", "day_before": "sms"}


def test_a_stop_of_reminders_leaves_the_facts(holder):
    save(holder, purpose=["check_ins"])

    assert waiting() == {"confirmation": "sms"}
    save(holder)
    assert waiting() == {"confirmation": "sms", "day_before": "sms"}


def test_mail_chosen_is_agreed_to_and_used_from_now_on(holder):
    save(holder, channel="email")

    assert waiting() == {"confirmation": "email", "day_before": "email"}
    assert patients.consented(patient(holder), "email")


def test_who_wants_calls_gets_no_message(holder):
    save(holder, channel="call")

    assert waiting() == {}
    assert patient(holder).preferred_channel == "call"


def test_the_language_counts_for_the_page_and_the_next_message(holder):
    page = save(holder, language="es")

    assert patient(holder).language == "es"
    assert ES["prefs_saved"] in page


def test_a_channel_chosen_after_a_stop_is_open_again(holder):
    holder.browser.post(PAGE, {"act": "stop"})
    save(holder, purpose=["check_ins"])

    assert waiting() == {"confirmation": "sms"}


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"channel": ""}, {"channel": "fax"}]
)
def test_what_cannot_be_meant_is_said(holder, wrong):
    response = holder.browser.post(PAGE, EVERYTHING | wrong)

    assert response.status_code == 422
    assert EN["prefs_missing"] in response.content.decode()


def test_every_mail_names_the_way_to_stop(holder):
    save(holder, channel="email")

    mails = Message.objects.filter(channel="email", state="scheduled")
    assert mails.count() == 2
    for mail in mails:
        assert "/v/•••/preferences/" in mail.body
