"""Behind the link of an offer: the first yes gets the time, others a kind word."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from core import clock
from core.refusal import Reason
from notifications.models import Message
from pages.patient.texts import EN, ES
from patients.models import PatientLink
from patients.services import links
from scheduling.booking import rules as asking
from scheduling.models import Appointment, Offer
from scheduling.waitlist import ends
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.factories.waitlist import offer_of
from tests.pages.by_link import Holder

pytestmark = pytest.mark.django_db

OFFER = "/v/offer/"


def offered(count=1, **fields):
    """So many people with a link to one offered opening; the clock stands still."""
    clock.set_to(NOW)
    at = make.practice(name="Bayou Joint Clinic", address="1 Example Street")
    people = [at.patient(sms_consent=True, **fields) for _ in range(count)]
    entries = [waits.entry(at, who) for who in people]
    waits.offer(at, lasts=timedelta(hours=4))
    holders = []
    for who in people:
        link = PatientLink.objects.get(patient=who, purpose="offer")
        holders.append(Holder(who, link, Client()))
    for holder in holders:
        assert holder.prove().status_code == 303
    return holders, entries


def press(holder, answer):
    return holder.browser.post(OFFER, {"answer": answer})


def test_before_the_birth_date_nothing_of_the_offer_is_shown():
    (holder,), _ = offered()

    page = Client().get(holder.address).content.decode()

    assert EN["offer_title"] not in page
    assert "September" not in page


def test_the_offer_says_when_where_how_long_and_until_when():
    (holder,), _ = offered()

    page = holder.page(OFFER)

    assert "Wednesday, September 2, 2026, 9:00 AM Central Time" in page
    assert "1 Example Street" in page
    assert "45 minutes" in page
    assert EN["offer_yes"] in page
    assert EN["offer_no"] in page


def test_opening_the_page_takes_nothing():
    (holder,), _ = offered()

    for _ in range(3):
        holder.page(OFFER)

    assert Offer.objects.get().state == "offered"
    assert not Appointment.objects.exists()


def test_a_yes_books_the_time_and_a_second_yes_changes_nothing():
    (holder,), _ = offered()

    first, again = press(holder, "yes"), press(holder, "yes")

    assert (first.status_code, again.status_code) == (303, 303)
    visit = Appointment.objects.get()
    assert (visit.patient_id, visit.start) == (holder.patient.pk, NINE)
    assert EN["offer_yours_title"] in holder.page(OFFER)


def test_who_is_second_gets_the_kind_page():
    (first, second), _ = offered(2)
    press(first, "yes")

    answer = press(second, "yes")

    assert answer.status_code == 409
    assert EN["offer_gone_title"] in answer.content.decode()
    assert EN["offer_gone_title"] in second.page(OFFER)
    ends.close_offer_batches(by=BY, now=NOW)
    assert EN["offer_gone_text"] in second.page(OFFER)
    assert Appointment.objects.count() == 1


def test_a_no_leaves_the_patient_on_the_list():
    (holder,), (entry,) = offered()

    assert press(holder, "no").status_code == 303

    assert EN["offer_declined_title"] in holder.page(OFFER)
    entry.refresh_from_db()
    assert entry.closed_at is None
    assert offer_of(entry).state == "declined"


def test_a_yes_after_the_no_says_that_it_was_declined():
    (holder,), _ = offered()
    press(holder, "no")

    answer = press(holder, "yes")

    assert answer.status_code == 409
    assert EN["offer_declined_title"] in answer.content.decode()


def test_after_the_offers_end_the_link_opens_nothing_any_more():
    (holder,), _ = offered()
    clock.set_to(NOW + timedelta(hours=5))

    assert holder.browser.get(holder.address).status_code == 404
    assert press(holder, "yes").status_code == 403
    assert not Appointment.objects.exists()


def test_who_has_another_visit_then_is_asked_to_call():
    (holder,), (entry,) = offered()
    other = make.practice({"clinician": 1}, ship=False)
    make.visit_type(other.clinic)
    visit = Appointment.objects.get(pk=other.book(visit_type="visit").pk)
    visit.pk, visit.patient = uuid4(), holder.patient
    visit.save(force_insert=True)

    answer = press(holder, "yes")

    assert answer.status_code == 409
    assert EN["offer_busy_title"] in answer.content.decode()
    assert offer_of(entry).state == "offered"


def test_a_refusal_asks_the_patient_to_call(monkeypatch):
    (holder,), _ = offered()
    rule = asking.Rule(lambda ask: [Reason("no", "Internal words of the clinic.")])
    monkeypatch.setattr(asking, "_rules", [rule])

    answer = press(holder, "yes")

    assert answer.status_code == 409
    page = answer.content.decode()
    assert EN["offer_refused_text"] in page
    assert "Internal words" not in page


def test_who_would_come_sooner_reads_which_visit_it_replaces():
    clock.set_to(NOW)
    at = make.practice()
    who = at.patient(sms_consent=True)
    booked = at.book(who, start=NINE + timedelta(days=7))
    waits.entry(at, who, appointment_id=booked.pk)
    waits.offer(at)
    link = PatientLink.objects.get(purpose="offer")
    holder = Holder(who, link, Client())
    holder.prove()

    assert "Wednesday, September 9, 2026" in holder.page(OFFER)
    press(holder, "yes")

    booked.refresh_from_db()
    assert (booked.start, booked.revision) == (NINE, 1)


def test_in_spanish_for_who_reads_spanish():
    (holder,), _ = offered(language="es")

    page = holder.page(OFFER)

    assert ES["offer_yes"] in page
    assert "miércoles 2 de septiembre de 2026" in page


def test_another_kind_of_link_does_not_open_it():
    (holder,), _ = offered()
    link = links.issue(
        patient=holder.patient,
        purpose="confirm",
        subject=holder.link.subject,
        expires_at=holder.link.expires_at,
        now=NOW,
    )
    other = Holder(holder.patient, link, Client())

    assert other.prove().status_code == 303
    assert other.browser.get(OFFER).status_code == 403


def test_nothing_about_the_patient_is_in_the_message():
    (holder,), _ = offered()

    body = Message.objects.get(kind="offer").body

    assert holder.patient.family_name not in body
    assert "Consultation" not in body
