"""A patient changes their mind: the last answer counts, and each is on record."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.journal import entries
from notifications.domain.catalogue import DAY_BEFORE
from notifications.models import Message
from pages.patient.texts import EN, ES
from patients.models import Task
from scheduling.booking import book
from scheduling.models import Appointment, FreedOpening
from scheduling.selectors import day_projection
from tests.clinics.conftest import browser
from tests.factories import clinics as make_clinic
from tests.factories import patients
from tests.factories.scheduling import BY
from tests.pages.by_link import BEFORE, FRIDAY_NINE, VISIT, visit_by_link

pytestmark = pytest.mark.django_db

TIMES, CANNOT, LATE = "/v/visit/times/", "/v/visit/cannot/", "/v/visit/late/"


@pytest.fixture
def booked():
    holder, visit = visit_by_link(sms_consent=True)
    assert holder.prove().status_code == 303
    return holder, visit


@pytest.fixture
def holder(booked):
    return booked[0]


@pytest.fixture
def visit(booked):
    return booked[1]


def press(holder, *answers):
    for answer in answers:
        response = holder.browser.post(VISIT, {"answer": answer})
        assert response.status_code == 303
    return response


def again(visit):
    visit.refresh_from_db()
    return visit


def reminder(visit):
    return Message.objects.get(subject=f"appointment:{visit.pk}", kind=DAY_BEFORE)


def openings(holder):
    """The starts that the page of times offers."""
    page = holder.page(TIMES)
    return [
        datetime.fromisoformat(found)
        for found in re.findall(r'name="start" value="([^"]+)"', page)
    ]


def choose(holder, visit, start):
    version = again(visit).version
    return holder.browser.post(TIMES, {"start": start.isoformat(), "version": version})


def test_another_time_then_no_then_yes_is_a_confirmed_visit(holder, visit):
    press(holder, "other", "no", "yes")

    assert again(visit).answer == "yes"
    assert visit.confirmed_at
    tasks = {task.kind: task for task in Task.objects.filter(patient=holder.patient)}
    assert tasks["asks_other_time"].outcome == (
        "The patient has answered again: cannot come."
    )
    assert tasks["cannot_come"].outcome == "The patient comes after all."
    names = entries(f"appointment:{visit.pk}").values_list("name", flat=True)
    assert list(names)[-3:] == [
        "appointment.patient_asked_other",
        "appointment.patient_declined",
        "appointment.confirmed",
    ]


def test_yes_then_no_is_not_confirmed_any_more(holder, visit):
    press(holder, "yes", "no")

    assert (again(visit).answer, visit.confirmed_at) == ("no", None)
    assert visit.status == "booked"


def test_a_confirmed_visit_is_not_asked_about_again(holder, visit):
    assert EN["will_you"] in holder.page(VISIT)
    press(holder, "yes")

    page = holder.page(VISIT)

    assert EN["confirmed_text"] in page
    assert EN["will_you"] not in page
    assert EN["yes"] not in page
    assert EN["changed"] in page
    assert EN["other"] in page
    assert EN["no"] in page


def test_who_declined_after_a_yes_is_asked_again(holder, visit):
    press(holder, "yes", "no")

    assert EN["will_you"] in holder.page(VISIT)


def test_a_no_asks_the_coordinator_at_once(holder, visit):
    press(holder, "no")

    task = Task.objects.get(kind="cannot_come", done_at=None)
    assert task.owner_role == "coordinator"
    assert task.due_at == task.created_at


def test_see_you_tomorrow_follows_the_last_answer(holder, visit):
    assert reminder(visit).state == "scheduled"
    press(holder, "no")
    assert (reminder(visit).state, reminder(visit).reason) == (
        "cancelled",
        "patient_declined",
    )
    press(holder, "yes")

    live = Message.objects.filter(kind=DAY_BEFORE, state="scheduled")
    assert live.count() == 1


def test_a_coordinators_confirmation_closes_the_wish_too(holder, visit):
    press(holder, "other")
    book.confirm(appointment_id=visit.pk, by=BY, now=BEFORE)

    assert again(visit).answer == "yes"
    assert not Task.objects.filter(done_at=None, kind="asks_other_time").exists()


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_what_staff_do_about_it_closes_the_wish(holder, visit, act):
    press(holder, "other")
    again(visit)
    if act == "move":
        book.move(
            appointment_id=visit.pk,
            start=FRIDAY_NINE + timedelta(hours=2),
            version=visit.version,
            reason="asked",
            by=BY,
            now=BEFORE,
        )
    else:
        book.cancel(appointment_id=visit.pk, reason="asked", by=BY, now=BEFORE)

    task = Task.objects.get(kind="asks_other_time")
    assert task.outcome == f"The visit was {'moved' if act == 'move' else 'cancelled'}."
    assert again(visit).answer == ("" if act == "move" else "other")


def test_another_time_offers_real_openings_of_several_days(holder, visit):
    press(holder, "other")
    found = openings(holder)

    assert 2 <= len(found) <= 6
    assert len({start.date() for start in found}) >= 2
    assert min(found) >= BEFORE + timedelta(hours=48)
    assert FRIDAY_NINE not in found


def test_a_chosen_opening_moves_the_visit_and_confirms_it(holder, visit):
    press(holder, "other")
    start = openings(holder)[-1]
    response = choose(holder, visit, start)

    assert response["Location"] == reverse("v:told", args=["moved"])
    assert again(visit).start == start
    assert (visit.revision, visit.answer) == (1, "yes")
    assert visit.confirmed_at
    assert not Task.objects.filter(done_at=None).exists()
    assert EN["chosen_title"] in holder.page(response["Location"])


def test_a_visit_that_is_near_is_asked_for_and_stays(holder, visit):
    clock.set_to(FRIDAY_NINE - timedelta(hours=20))
    press(holder, "other")
    start = openings(holder)[0]
    response = choose(holder, visit, start)

    assert response["Location"] == reverse("v:told", args=["requested"])
    assert (again(visit).start, visit.answer) == (FRIDAY_NINE, "other")
    task = Task.objects.get(kind="asks_this_time", done_at=None)
    assert "asks to come at another time" in task.text
    assert Task.objects.get(kind="asks_other_time").done_at


def test_an_opening_somebody_else_took_is_said_and_others_are_shown(holder, visit):
    start = openings(holder)[0]
    book.book(
        clinic_id=visit.clinic_id,
        patient_id=patients.patient(visit.clinic).pk,
        visit_type="consultation",
        start=start,
        by=BY,
        now=BEFORE,
    )

    response = choose(holder, visit, start)

    assert response.status_code == 409
    assert EN["times_gone"] in response.content.decode()
    assert again(visit).start == FRIDAY_NINE


def test_no_time_chosen_is_said(holder, visit):
    response = holder.browser.post(TIMES, {"version": visit.version})

    assert response.status_code == 422
    assert EN["times_missing"] in response.content.decode()


def test_a_visit_can_be_cancelled_with_a_reason_and_its_time_is_free(holder, visit):
    press(holder, "no")
    response = holder.browser.post(CANNOT, {"reason": "I have a cold"})

    assert response["Location"] == reverse("v:told", args=["cancelled"])
    assert (again(visit).status, visit.status_reason) == ("cancelled", "I have a cold")
    assert not visit.reservations.filter(released_at=None).exists()
    assert FreedOpening.objects.filter(appointment=visit).exists()
    assert not Task.objects.filter(done_at=None).exists()


def test_a_visit_with_preparations_is_held_until_somebody_has_called(holder, visit):
    type(visit.visit_type).objects.filter(pk=visit.visit_type_id).update(
        requires_decision=True
    )
    press(holder, "no")

    assert EN["no_held"] in holder.page(CANNOT)
    assert EN["no_cancel"] not in holder.page(CANNOT)
    assert holder.browser.post(CANNOT).status_code == 200
    assert again(visit).status == "booked"


def test_running_late_is_asked_only_when_the_visit_is_near(holder, visit):
    assert EN["late_ask"] not in holder.page(VISIT)
    assert holder.browser.post(LATE, {"minutes": "15"}).status_code == 409
    assert again(visit).late_minutes == 0


def test_running_late_stands_on_the_days_projection(holder, visit):
    clock.set_to(FRIDAY_NINE - timedelta(minutes=20))
    assert holder.prove().status_code == 303
    assert EN["late_ask"] in holder.page(VISIT)

    response = holder.browser.post(LATE, {"minutes": "15"})

    assert response["Location"] == reverse("v:told", args=["late"])
    known = day_projection(visit.clinic_id, FRIDAY_NINE.date(), clock.now())
    (late,) = known.affected
    assert (late.visit_id, late.delay, late.cause.code) == (
        visit.pk,
        timedelta(minutes=15),
        "patient-late",
    )
    assert EN["late_now"].format(count=15) in holder.page(VISIT)


def test_running_late_and_a_no_stand_on_today(holder, visit):
    desk = browser(make_clinic.membership("coordinator", at=visit.clinic))
    press(holder, "no")
    clock.set_to(FRIDAY_NINE - timedelta(minutes=20))
    assert "Cannot come" in desk.get("/staff/today/").content.decode()
    assert holder.prove().status_code == 303
    press(holder, "yes")
    holder.browser.post(LATE, {"minutes": "15"})

    page = desk.get("/staff/today/").content.decode()
    assert "Says 15 min late" in page
    assert "Cannot come" not in page


def test_the_last_word_on_lateness_counts(holder, visit):
    clock.set_to(FRIDAY_NINE - timedelta(minutes=20))
    assert holder.prove().status_code == 303
    for minutes in ("30", "10", "0"):
        holder.browser.post(LATE, {"minutes": minutes})

    assert again(visit).late_minutes == 0
    told = entries(f"appointment:{visit.pk}").filter(
        name="appointment.patient_runs_late"
    )
    assert told.count() == 3


@pytest.mark.parametrize("minutes", ["", "x", "5", "-10", "600"])
def test_other_lateness_is_not_taken(holder, visit, minutes):
    clock.set_to(FRIDAY_NINE - timedelta(minutes=20))
    holder.prove()

    assert holder.browser.post(LATE, {"minutes": minutes}).status_code == 303
    assert again(visit).late_minutes == 0


@pytest.mark.parametrize("address", [TIMES, CANNOT])
def test_each_page_speaks_spanish(holder, visit, address):
    page = holder.page(f"{address}?lang=es")

    assert '<html lang="es">' in page
    assert ES["times_title" if address == TIMES else "no_title"] in page


def test_a_confirmed_visit_cannot_also_be_declined():
    from django.db import IntegrityError, transaction

    _, visit = visit_by_link()
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(
            confirmed_at=BEFORE, answer="no", answered_at=BEFORE
        )


def test_the_visits_page_says_how_late_the_clinic_runs(holder, visit):
    late = EN["clinic_late"].format(count=20)
    assert late not in holder.page(VISIT)
    told_at = clock.now()
    Appointment.objects.filter(pk=visit.pk).update(
        delay_minutes=20, delay_told_at=told_at
    )

    assert late in holder.page(VISIT)
    assert ES["clinic_late"].format(count=20) in holder.page(f"{VISIT}?lang=es")
