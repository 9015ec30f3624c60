"""The waiting list by forms alone: add, see who fits and why not, offer, answer."""

import html
import re
from datetime import date, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from core import clock
from notifications.models import PlannedCall
from scheduling.models import Appointment, FreedOpening, Offer, WaitlistEntry
from scheduling.visit_types.variation import Variation
from scheduling.waitlist import ends
from scheduling.waitlist.fit import Wishes
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.factories import scheduling
from tests.factories import waitlist as waits
from tests.factories.scheduling import BY, NINE
from tests.factories.waitlist import offer_of
from tests.pages.conftest import NOW, THURSDAY
from tests.pages.test_booking import fields, search
from tests.pages.waiting_list import offer, opening, page, ticked, waiting

pytestmark = pytest.mark.django_db


def test_an_empty_list_says_what_will_appear_there(coordinator):
    text = page(coordinator, reverse("staff:waitlist"))

    assert "Nobody waits" in text
    assert "Nothing became free" in text
    assert "Nothing has been offered yet" in text


def test_a_patient_is_added_from_their_page_with_wishes(coordinator, practice):
    patient = practice.patient()
    text = page(coordinator, reverse("staff:patient", args=[patient.pk]))
    assert f"{reverse('staff:waitlist_new')}?patient={patient.pk}" in text

    answer = coordinator.post(
        reverse("staff:waitlist_new"),
        {
            "patient": patient.pk,
            "waits_for": "type:consultation",
            "weekdays": ["0", "3"],
            "earliest": "08:30",
            "clinician": practice.one("clinician").pk,
            "notice_hours": "168",
            "valid_from": "2026-09-02",
            "valid_to": "2026-10-31",
        },
    )

    assert answer["Location"] == reverse("staff:waitlist")
    text = page(coordinator, reverse("staff:waitlist"))
    assert "Mon, Thu · from 08:30 · with clinician 1" in text
    assert "7 days" in text
    entry = WaitlistEntry.objects.get()
    assert (entry.patient_id, entry.valid_to_on) == (patient.pk, date(2026, 10, 31))


def test_a_booked_visit_can_be_waited_with_to_come_sooner(coordinator, practice):
    patient = practice.patient()
    visit = practice.book(patient, start=NINE + timedelta(days=14))
    form = reverse("staff:waitlist_new")
    text = page(coordinator, f"{form}?patient={patient.pk}")
    assert "Coming sooner than Wed, Sep 16, 2026, 9:00 AM (Consultation)" in text

    coordinator.post(
        form,
        {
            "patient": patient.pk,
            "waits_for": f"visit:{visit.pk}",
            "notice_hours": "24",
            "valid_from": "2026-09-02",
            "valid_to": "2026-09-15",
        },
    )

    assert WaitlistEntry.objects.get().appointment_id == visit.pk


def test_wrong_wishes_are_said_at_their_fields(coordinator, practice):
    answer = coordinator.post(
        reverse("staff:waitlist_new"),
        {
            "patient": practice.patient().pk,
            "waits_for": "type:consultation",
            "earliest": "12:00",
            "latest": "09:00",
            "notice_hours": "24",
            "valid_from": "2026-09-02",
            "valid_to": "2026-08-01",
        },
    )

    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()
    assert not WaitlistEntry.objects.exists()


def test_too_many_targets_to_wait_for_are_said_at_their_field(coordinator, practice):
    answer = coordinator.post(
        reverse("staff:waitlist_new"),
        {
            "patient": practice.patient().pk,
            "waits_for": "type:bmc-ultrasound",
            "targets": "12",
            "notice_hours": "24",
            "valid_from": "2026-09-02",
            "valid_to": "2026-10-01",
        },
    )

    assert answer.status_code == 422
    assert 'id="id_targets_error"' in answer.content.decode()
    assert not WaitlistEntry.objects.exists()


def test_a_search_that_finds_nothing_leads_to_the_list(coordinator, practice):
    patient = practice.patient()

    found = search(
        coordinator, patient=patient.pk, first="2026-09-05", last="2026-09-06"
    )

    link = f"?patient={patient.pk}&amp;waits_for=type%3Aconsultation"
    assert link in found.content.decode()


def test_what_was_searched_for_is_waited_for(coordinator, practice):
    patient, clinician = practice.patient(), practice.one("clinician")
    subject = "episode:6c0a4a52-3f0e-4f4e-9b60-8d6a4f1f0c11#W6"
    found = search(
        coordinator,
        patient=patient.pk,
        visit_type="bmc-ultrasound",
        first="2026-09-05",
        last="2026-09-06",
        targets="3",
        sedation="oral",
        image_guided_harvest="on",
        without=clinician.pk,
        weekdays=["0", "3"],
        part="afternoon",
        subject=subject,
    ).content.decode()
    link = html.unescape(re.search(r'href="([^"]+waits_for[^"]+)"', found)[1])
    form = page(coordinator, link)
    sent = parse_qs(urlsplit(link).query)
    assert f'name="subject" value="{html.escape(subject)}"' in form
    assert re.search(r'value="3" selected>3<', form)
    assert re.search(r'value="oral" selected', form)

    dates = {"valid_from": "2026-09-02", "valid_to": "2026-10-31"}
    coordinator.post(
        reverse("staff:waitlist_new"), sent | dates | {"notice_hours": "24"}
    )

    entry = WaitlistEntry.objects.get()
    assert entry.visit_type.slug == "bmc-ultrasound"
    assert entry.subject == subject
    assert Variation.from_data(entry.variation) == Variation(3, "oral", True)
    assert Wishes.from_data(entry.wishes) == Wishes(
        weekdays=frozenset({0, 3}),
        earliest=time(12),
        not_clinicians=frozenset({clinician.pk}),
    )


def test_who_fits_is_ranked_and_who_does_not_says_why(coordinator, practice, freed):
    later = waiting(practice)
    longest = waits.entry(
        practice,
        practice.patient(sms_consent=True),
        now=NOW - timedelta(days=9),
    )
    waiting(practice, minimum_notice=timedelta(days=7))

    text = page(coordinator, opening(freed))

    assert text.index(str(longest.pk)) < text.index(str(later.pk))
    assert "9 days" in text
    assert "Needs 7 days’ notice; this is in 24 hours." in text


def test_nobody_who_matches_is_said_with_the_reason(coordinator, practice, freed):
    for _ in range(2):
        waiting(practice, minimum_notice=timedelta(days=7))

    text = page(coordinator, opening(freed))

    assert "Nobody matches" in text
    assert "2 need 7 days’ notice" in text


def test_who_may_not_be_written_to_is_skipped_with_the_reason(
    coordinator, practice, freed
):
    silent = waits.entry(practice, practice.patient(), now=NOW - timedelta(days=5))
    told = waiting(practice)

    text = page(coordinator, opening(freed))

    assert ticked(text) == {str(told.pk)}
    assert "No text or e-mail may be sent: somebody has to call." in text
    assert str(silent.pk) in text


def test_an_opening_is_offered_to_those_ticked_until_a_time(
    coordinator, practice, freed
):
    first, second, third = (waiting(practice) for _ in range(3))
    clock.set_to(NINE)

    answer = offer(coordinator, freed, first, third)

    assert answer["Location"] == opening(freed)
    assert {o.entry_id for o in Offer.objects.all()} == {first.pk, third.pk}
    assert Offer.objects.first().expires_at - NINE < timedelta(minutes=61)
    text = page(coordinator, opening(freed))
    assert "Offered to 2 patients until" in text
    assert "About to be sent" in text
    assert not Offer.objects.filter(entry=second).exists()


def test_ticking_nobody_is_said_so(coordinator, practice, freed):
    waiting(practice)

    answer = offer(coordinator, freed)

    assert answer.status_code == 422
    assert "Tick at least one patient." in answer.content.decode()


def test_an_opening_taken_meanwhile_is_said_so(coordinator, practice, freed):
    entry = waiting(practice)
    action = reverse("staff:waitlist_offer", args=[freed.pk])
    hidden = fields(page(coordinator, opening(freed)), action)
    practice.book(start=THURSDAY)

    answer = coordinator.post(action, hidden | {"entry": str(entry.pk), "minutes": 60})

    assert answer.status_code == 422
    assert "not for everybody chosen" in answer.content.decode()
    assert "no longer free" in page(coordinator, opening(freed))


def test_the_yes_of_a_telephone_call_books_the_time(coordinator, practice, freed):
    entry = waiting(practice)
    offer(coordinator, freed, entry)
    address = reverse("staff:waitlist_entry", args=[entry.pk])
    action = reverse("staff:offer_accept", args=[offer_of(entry).pk])
    hidden = fields(page(coordinator, address), action)

    answer = coordinator.post(action, hidden)

    visit = Appointment.objects.get(patient=entry.patient_id)
    assert answer["Location"] == reverse("staff:appointment", args=[visit.pk])
    assert visit.start == THURSDAY
    assert "Took the offered time" in page(coordinator, address)


def test_who_is_second_is_said_so_and_stays_on_the_list(coordinator, practice, freed):
    first, second = waiting(practice), waiting(practice)
    offer(coordinator, freed, first, second)
    coordinator.post(reverse("staff:offer_accept", args=[offer_of(first).pk]))
    action = reverse("staff:offer_accept", args=[offer_of(second).pk])

    answer = coordinator.post(action, follow=True)

    assert "has just been taken" in answer.content.decode()
    ends.close_offer_batches(by=BY, now=clock.now())
    log = page(coordinator, opening(freed))
    assert "Accepted" in log
    assert "Too late" in log


def test_the_no_of_a_telephone_call_is_noted(coordinator, practice, freed):
    entry = waiting(practice)
    offer(coordinator, freed, entry)

    coordinator.post(reverse("staff:offer_decline", args=[offer_of(entry).pk]))

    assert offer_of(entry).state == "declined"
    address = reverse("staff:waitlist_entry", args=[entry.pk])
    assert "Declined the offered time" in page(coordinator, address)


def test_a_batch_is_taken_back(coordinator, practice, freed):
    entry = waiting(practice)
    offer(coordinator, freed, entry)
    held = offer_of(entry).hold_id

    answer = coordinator.post(reverse("staff:waitlist_take_back", args=[held]))

    assert answer["Location"] == opening(freed)
    ends.close_offer_batches(by=BY, now=clock.now())
    assert offer_of(entry).state == "withdrawn"


def test_an_opening_is_dismissed(coordinator, practice, freed):
    coordinator.post(reverse("staff:waitlist_dismiss", args=[freed.pk]))

    assert FreedOpening.objects.get().handled_as == "dismissed"
    assert "Nothing became free" in page(coordinator, reverse("staff:waitlist"))


def test_a_patient_is_taken_off_the_list(coordinator, practice):
    entry = waiting(practice)

    coordinator.post(
        reverse("staff:waitlist_withdraw", args=[entry.pk]), {"reason": "Moved away"}
    )

    address = reverse("staff:waitlist_entry", args=[entry.pk])
    text = page(coordinator, address)
    assert "Left the waiting list" in text
    assert "Moved away" in text


def test_the_poll_answers_only_when_something_changed(coordinator, practice):
    address = reverse("staff:waitlist")
    seen = re.search(r'name="seen" value="(\w+)"', page(coordinator, address))[1]

    same = coordinator.get(address, {"seen": seen}, headers={"HX-Request": "true"})
    waiting(practice)
    other = coordinator.get(address, {"seen": seen}, headers={"HX-Request": "true"})

    assert same.status_code == 204
    assert other.status_code == 200
    assert "<html" not in other.content.decode()
    assert "Who waits" in other.content.decode()


def test_nurses_see_the_list_and_change_nothing(practice, freed):
    nurse = browser(people.membership("nurse", at=practice.clinic))
    entry = waiting(practice)

    text = page(nurse, opening(freed))
    withdrawn = nurse.post(reverse("staff:waitlist_withdraw", args=[entry.pk]))

    assert "Offer this opening" not in text
    assert withdrawn.status_code == 403
    assert nurse.get(reverse("staff:waitlist_new")).status_code == 403


def test_another_clinics_entries_are_not_there(coordinator, practice):
    elsewhere = scheduling.practice()
    entry = waits.entry(elsewhere)

    address = reverse("staff:waitlist_entry", args=[entry.pk])
    assert coordinator.get(address).status_code == 404


def test_a_call_task_is_opened_for_who_was_ticked_and_cannot_be_written_to(
    coordinator, practice, freed
):
    silent = waits.entry(practice, practice.patient(), now=NOW - timedelta(days=5))

    offer(coordinator, freed, silent)
    ends.announce_offers(by=BY, now=clock.now())

    call = PlannedCall.objects.get(subject=f"offer:{offer_of(silent).pk}")
    assert call.patient_id == silent.patient_id
    address = reverse("staff:waitlist_entry", args=[silent.pk])
    assert address in page(coordinator, reverse("staff:tasks"))
