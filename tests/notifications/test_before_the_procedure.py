"""The way to the procedure replayed under a set clock, with real sending.

The dates are those of the cases, 52 weeks later: the same days of the week.
"""

import pytest

from patients.services import consents, enquiries
from scheduling.booking import book
from scheduling.models import Appointment
from tests.factories import patients as people
from tests.factories import procedures as make
from tests.factories.patients import BORN
from tests.notifications.before import calls, heard, pass_time

pytestmark = pytest.mark.django_db

ASKED = make.at("2026-09-06", "10:20")  # a Sunday morning
CALLED = make.at("2026-09-08", "09:30")
CONSULTATION = make.at("2026-09-15", "09:00")
DECIDED = make.at("2026-09-15", "09:40")
BOOKED = make.at("2026-09-16", "10:00")
PROCEDURE = make.at("2026-10-13", "08:30")

CALL, STEPS_BEGIN = "Call the patient", "Tue 2026-10-06 10:00"

TO_THE_CONSULTATION = [
    ("enquiry_received", "sms", "Sun 2026-09-06 12:00"),
    ("confirmation", "sms", "Tue 2026-09-08 09:35"),
    ("questionnaire", "sms", "Sat 2026-09-12 10:00"),
    ("day_before", "sms", "Mon 2026-09-14 10:00"),
]
TO_THE_PROCEDURE = [
    ("confirmation", "sms", "Wed 2026-09-16 10:00"),
    ("prepare_t14", "sms", "Tue 2026-09-29 10:00"),
    ("prepare_t7", "sms", "Tue 2026-10-06 10:00"),
    ("prepare_t2", "sms", "Sun 2026-10-11 12:00"),
    ("day_before", "sms", "Mon 2026-10-12 10:00"),
]


def booked_for_the_procedure(now=BOOKED, **agreed):
    """An approved patient of a clinic that treats, and the procedure booked."""
    place = make.open_site()
    path = make.approved(place)
    for channel in agreed.get("channels", ("sms",)):
        consents.grant(
            patient_id=path.patient_id,
            channel=channel,
            by=place.actor("coordinator"),
            now=now,
        )
    visit = make.book(place, path, PROCEDURE, now=now)
    return place, path, visit


def confirm(place, visit, now):
    book.confirm(appointment_id=visit.pk, by=place.actor("coordinator"), now=now)


def test_c1_hears_from_us_from_the_enquiry_to_the_day_before():
    place = make.open_site()
    asked = people.enquiry(place.clinic, sms_consent=True, now=ASKED, real_now=ASKED)
    pass_time(ASKED, CALLED)
    who = enquiries.convert(
        enquiry_id=asked.pk,
        clinic_id=place.clinic.pk,
        birth_date=BORN,
        by=place.actor("coordinator"),
        now=CALLED,
    )
    path = make.episode(place, patient=who)
    first = make.book(
        place, path, CONSULTATION, "consultation", now=make.at("2026-09-08", "09:35")
    )
    pass_time(make.at("2026-09-08", "09:35"), make.at("2026-09-15", "08:50"))
    assert heard() == TO_THE_CONSULTATION
    assert calls() == []

    book.arrive(
        appointment_id=first.pk, by=place.actor("coordinator"), now=CONSULTATION
    )
    make.done(make.act(place, path, "evaluate", make.evaluation(), now=DECIDED))
    make.done(make.act(place, path, "decide", make.decision(), now=DECIDED))
    visit = make.book(place, path, PROCEDURE, now=BOOKED)
    pass_time(BOOKED, make.at("2026-09-17"))
    confirm(place, visit, make.at("2026-09-17"))
    pass_time(make.at("2026-09-17"), make.at("2026-10-13", "08:00"))

    assert heard() == [*TO_THE_CONSULTATION, *TO_THE_PROCEDURE]
    assert calls() == []


def test_who_does_not_confirm_is_called_and_their_time_is_put_up():
    booked_for_the_procedure()

    pass_time(BOOKED, make.at("2026-10-13", "08:00"))

    assert heard() == TO_THE_PROCEDURE
    assert calls() == [
        (CALL, "Sat 2026-10-10 10:00"),
        ("A visit is not confirmed", "Mon 2026-10-12 12:00"),
    ]


def test_a_visit_nobody_confirmed_has_one_task_at_a_time():
    booked_for_the_procedure()

    pass_time(BOOKED, make.at("2026-10-12", "11:55"))
    first = calls(done_at=None)
    pass_time(make.at("2026-10-12", "11:55"), make.at("2026-10-12", "12:30"))

    assert first == [(CALL, "Sat 2026-10-10 10:00")]
    assert calls(done_at=None) == [("A visit is not confirmed", "Mon 2026-10-12 12:00")]


def test_a_visit_nobody_confirmed_has_one_task_where_no_message_may_go():
    place, _, visit = booked_for_the_procedure(channels=())

    pass_time(BOOKED, make.at("2026-10-11", "13:00"), calling=True)
    pass_time(make.at("2026-10-11", "13:00"), make.at("2026-10-12", "12:30"))
    assert calls(done_at=None) == [("A visit is not confirmed", "Mon 2026-10-12 12:00")]

    confirm(place, visit, make.at("2026-10-12", "13:00"))
    pass_time(make.at("2026-10-12", "13:00"), make.at("2026-10-13", "08:00"))
    assert calls(done_at=None) == []


def test_a_yes_ends_the_call_for_it():
    place, _, visit = booked_for_the_procedure()
    pass_time(BOOKED, make.at("2026-10-10", "11:00"))

    confirm(place, visit, make.at("2026-10-10", "11:30"))
    pass_time(make.at("2026-10-10", "11:30"), make.at("2026-10-13", "08:00"))

    assert calls(done_at=None) == []
    assert len(calls()) == 1


def test_c4_without_consent_is_called_instead():
    booked_for_the_procedure(channels=())

    pass_time(BOOKED, make.at("2026-10-13", "08:00"), calling=True)

    assert heard() == []
    assert calls() == [
        (f"{CALL} and confirm the visit that was booked", "Wed 2026-09-16 12:00"),
        (f"{CALL} about the steps that begin now before their visit", STEPS_BEGIN),
        (CALL, "Sat 2026-10-10 10:00"),
        (f"{CALL} and remind them of their visit", "Mon 2026-10-12 10:00"),
        ("A visit is not confirmed", "Mon 2026-10-12 12:00"),
    ]


def test_a_visit_that_is_moved_brings_its_reminders_along():
    place, _, visit = booked_for_the_procedure()
    monday = make.at("2026-10-05", "14:00")
    pass_time(BOOKED, monday)

    book.move(
        appointment_id=visit.pk,
        start=make.at("2026-10-20", "08:30"),
        version=Appointment.objects.get(pk=visit.pk).version,
        reason="patient asked",
        by=place.actor("coordinator"),
        now=monday,
    )
    pass_time(monday, make.at("2026-10-20", "08:00"))

    assert heard() == [
        *TO_THE_PROCEDURE[:2],
        ("moved", "sms", "Mon 2026-10-05 14:02"),
        ("prepare_t14", "sms", "Tue 2026-10-06 10:00"),
        ("prepare_t7", "sms", "Tue 2026-10-13 10:00"),
        ("prepare_t2", "sms", "Sun 2026-10-18 12:00"),
        ("day_before", "sms", "Mon 2026-10-19 10:00"),
    ]


def test_a_visit_that_is_cancelled_takes_its_reminders_with_it():
    place, _, visit = booked_for_the_procedure()
    monday = make.at("2026-10-05", "14:00")
    pass_time(BOOKED, monday)

    book.cancel(
        appointment_id=visit.pk,
        version=Appointment.objects.get(pk=visit.pk).version,
        reason="a cold",
        by=place.actor("coordinator"),
        now=monday,
    )
    pass_time(monday, make.at("2026-10-14"))

    assert heard() == [
        *TO_THE_PROCEDURE[:2],
        ("cancelled", "sms", "Mon 2026-10-05 14:02"),
    ]
    assert calls() == []


def test_who_did_not_come_is_missed_an_hour_later():
    place, _, visit = booked_for_the_procedure()
    start_of = make.at("2026-10-13", "08:20")
    pass_time(BOOKED, start_of)

    book.no_show(
        appointment_id=visit.pk,
        by=place.actor("coordinator"),
        now=make.at("2026-10-13", "09:10"),
    )
    pass_time(make.at("2026-10-13", "09:10"), make.at("2026-10-15"))

    assert heard()[len(TO_THE_PROCEDURE) :] == [
        ("missed", "sms", "Tue 2026-10-13 10:10")
    ]


def test_who_walks_in_within_the_hour_was_not_missed():
    place, _, visit = booked_for_the_procedure()
    pass_time(BOOKED, make.at("2026-10-13", "08:20"))
    known = {"appointment_id": visit.pk, "by": place.actor("coordinator")}

    book.no_show(**known, now=make.at("2026-10-13", "09:10"))
    book.undo_no_show(**known, now=make.at("2026-10-13", "09:30"))
    pass_time(make.at("2026-10-13", "09:30"), make.at("2026-10-15"))

    assert heard() == TO_THE_PROCEDURE


def test_c4_who_did_not_come_is_called():
    place, _, visit = booked_for_the_procedure(channels=())
    pass_time(BOOKED, make.at("2026-10-13", "08:20"), calling=True)

    book.no_show(
        appointment_id=visit.pk,
        by=place.actor("coordinator"),
        now=make.at("2026-10-13", "09:10"),
    )
    pass_time(make.at("2026-10-13", "09:10"), make.at("2026-10-14"), calling=True)

    assert calls()[-1] == (
        "Call the patient who missed their visit and find a new time",
        "Tue 2026-10-13 12:00",
    )
