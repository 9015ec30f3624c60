"""The sick call by forms alone: enter it, plan, look at the messages, carry out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.problems import StaleVersion
from notifications.services import reviews
from patients.services import consents
from scheduling.booking import book
from scheduling.models import Absence, Appointment, Conflict, RepairLine, RepairPlan
from scheduling.repair import attempts, execution, proposals
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories import scheduling
from tests.factories.scheduling import NINE
from tests.pages.conftest import NOW
from tests.pages.test_booking import fields
from tests.scheduling.acts import WHO, act
from tests.scheduling.test_absence_api import carry_on

pytestmark = pytest.mark.django_db

NEXT = NINE.replace(day=3)  # Thursday at nine, a day from now


@pytest.fixture
def practice(db):
    clock.set_to(NOW)
    return scheduling.practice({**scheduling.ONE_OF_EACH, "clinician": 2})


@pytest.fixture
def ill(practice):
    return practice.by_kind["clinician"][0]


def text(response):
    return response.content.decode()


def form(ill, **changed):
    return {
        "resource": ill.pk,
        "kind": "ill",
        "start": "2026-09-03T08:00",
        "end": "2026-09-03T17:00",
        "reason": "",
        **changed,
    }


def call_in_sick(client, ill, **changed):
    return client.post(reverse("staff:absence_new"), form(ill, **changed))


def worker():
    proposals.make_all(now=NOW)


def a_plan(client, practice, ill):
    practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(client, ill)
    absence = Absence.objects.get()
    client.post(reverse("staff:absence_plan", args=[absence.pk]))
    worker()
    return RepairPlan.objects.get()


def everybody_else_is_away(client, practice):
    call_in_sick(client, practice.by_kind["clinician"][1])
    Absence.objects.update(made_by="x")


def test_the_whole_wizard(coordinator, practice, ill):
    patient = practice.patient(given_name="Ana")
    practice.book(patient, clinician=ill.pk, start=NEXT)

    called = call_in_sick(coordinator, ill)
    absence = Absence.objects.get()
    assert called["Location"] == reverse("staff:absence", args=[absence.pk])
    affected = text(coordinator.get(called["Location"]))
    assert "1 visit in the way" in affected
    assert patient.full_name in affected
    assert "clinician 1 – ill" in affected

    propose = reverse("staff:absence_plan", args=[absence.pk])
    proposed = coordinator.post(propose, fields(affected, propose))
    being_made = text(coordinator.get(proposed["Location"]))
    assert "<h1>Plan being made</h1>" in being_made
    assert "Waiting for its turn." in being_made
    worker()
    page = text(coordinator.get(proposed["Location"]))
    assert "Same time, others serve" in page
    assert "Exact" in page
    assert "clinician 2" in page

    plan = RepairPlan.objects.get()
    preview = text(coordinator.get(reverse("staff:repair_messages", args=[plan.pk])))
    assert "Nothing changes for them" in preview

    apply = reverse("staff:repair_apply", args=[plan.pk])
    started = coordinator.post(apply, fields(preview, apply))
    under_way = text(coordinator.get(started["Location"]))
    assert '<progress class="meter" value="0" max="1"' in under_way
    assert 'hx-trigger="every 1s"' in under_way

    carry_on()
    report = text(coordinator.get(started["Location"]))
    assert '<progress class="meter" value="1" max="1"' in report
    assert "hx-trigger" not in report
    assert "<h1>Plan carried out</h1>" in report
    assert "<dt>Now</dt>" in report
    assert "Undo the whole plan" in report
    assert "Possible for another 1 minute" in report


def test_undo_while_nobody_was_told(coordinator, practice, ill):
    plan = a_plan(coordinator, practice, ill)
    coordinator.post(reverse("staff:repair_apply", args=[plan.pk]))
    carry_on()

    undone = coordinator.post(reverse("staff:repair_undo", args=[plan.pk]))
    assert "Being taken back" in text(coordinator.get(undone["Location"]))
    carry_on()

    page = text(coordinator.get(undone["Location"]))
    assert "<h1>Plan taken back</h1>" in page
    assert "<dt>Back at</dt>" in page
    assert "<dt>Now</dt>" not in page
    assert "<dt>With</dt>" not in page
    assert Conflict.objects.get().resolved_at is None


def test_a_visit_that_could_not_be_taken_back_is_named_with_a_link(
    coordinator, practice, ill
):
    plan = a_plan(coordinator, practice, ill)
    coordinator.post(reverse("staff:repair_apply", args=[plan.pk]))
    carry_on()
    visit = plan.lines.get().appointment
    visit.refresh_from_db()
    act(book.confirm, visit)
    coordinator.post(reverse("staff:repair_undo", args=[plan.pk]))
    undo_what_can_be()

    page = text(coordinator.get(reverse("staff:repair_run", args=[plan.pk])))

    assert "Taken back, but not all of it" in page
    assert "1 visit could not be taken back" in page
    stays = page.partition('id="stay"')[2].partition("</section>")[0]
    assert reverse("staff:appointment", args=[visit.pk]) in stays
    assert "1 of 1 visits, 1 could not be done" in page


def undo_what_can_be():
    """The line is refused, as its visit was changed since."""
    line, plan = RepairLine.objects.get(), RepairPlan.objects.get()
    with pytest.raises(StaleVersion):
        execution._undo_line(line.pk, WHO["by"], NOW)
    attempts._fail(line.pk, "done", "Changed in the meantime.", **WHO)
    execution._finish(plan.pk, plan.clinic_id, WHO["by"], NOW)


def test_the_messages_are_shown_as_the_patient_gets_them(coordinator, practice, ill):
    who = practice.patient(given_name="Ana", language="es")
    consents.grant(patient_id=who.pk, channel="sms", **WHO)
    reviews.approve(clinic_id=practice.clinic.pk, language="es", **WHO)
    practice.book(who, clinician=ill.pk, start=NEXT)
    Appointment.objects.update(clinician=None)
    everybody_else_is_away(coordinator, practice)
    call_in_sick(coordinator, ill)
    absence = Absence.objects.get(resource=ill)
    coordinator.post(reverse("staff:absence_plan", args=[absence.pk]))
    worker()
    plan = RepairPlan.objects.get()

    page = text(coordinator.get(reverse("staff:repair_messages", args=[plan.pk])))

    assert "Spanish" in page
    assert 'lang="es"' in page
    assert "/v/•••/" in page
    assert "viernes 4 de septiembre" in page


def test_who_has_no_phone_and_no_email_is_to_be_telephoned_first(
    coordinator, practice, ill
):
    who = practice.patient(phone="", email="")
    practice.book(who, clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill)
    absence = Absence.objects.get()
    coordinator.post(reverse("staff:absence_plan", args=[absence.pk]))
    worker()

    plan = RepairPlan.objects.get()
    page = text(coordinator.get(reverse("staff:repair_messages", args=[plan.pk])))

    assert "Phone first (1)" in page
    assert "There is no phone number for texts" in page


def test_a_line_is_changed_kept_and_the_others_planned_anew(coordinator, practice, ill):
    plan = a_plan(coordinator, practice, ill)
    line = reverse("staff:repair_line", args=[plan.pk, 1])

    coordinator.post(line, {"way": "call"})
    page = text(coordinator.get(reverse("staff:repair", args=[plan.pk])))
    assert "Call the patient" in page
    assert "Kept as it is" in page

    coordinator.post(line, {"locked": "no"})
    coordinator.post(reverse("staff:repair_replan", args=[plan.pk]))
    worker()
    assert plan.lines.get().way == "same-time"


def test_a_way_that_is_not_free_is_told(coordinator, practice, ill):
    plan = a_plan(coordinator, practice, ill)
    everybody_else_is_away(coordinator, practice)

    coordinator.post(
        reverse("staff:repair_line", args=[plan.pk, 1]), {"way": "same-day"}
    )

    page = text(coordinator.get(reverse("staff:repair", args=[plan.pk])))
    assert "Nothing is free that way." in page


def test_wrong_input_stays_on_the_form_in_words(coordinator, ill):
    response = call_in_sick(coordinator, ill, end="2026-09-03T07:00")

    assert response.status_code == 422
    assert "The end is not after the start" in text(response)
    assert "Choose the who or what is away" not in text(response)
    assert not Absence.objects.exists()


def test_the_form_begins_now_and_ends_with_the_day(coordinator):
    page = text(coordinator.get(reverse("staff:absence_new")))

    assert 'value="2026-09-02T08:30"' in page
    assert 'value="2026-09-03T00:00"' in page


def test_board_and_visit_say_it_in_words(coordinator, practice, ill):
    visit = practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill, reason="back on Friday")

    board = text(coordinator.get(reverse("staff:board_on", args=[NEXT.date()])))
    assert "clinician 1 – ill (back on Friday)" in board
    assert '<strong class="block__clash">Conflict</strong>' in board
    page = text(coordinator.get(reverse("staff:appointment", args=[visit.pk])))
    assert "clinician 1 – ill (back on Friday)" in page
    assert "Decide about the conflict" in page


def test_ending_it_frees_the_time(coordinator, practice, ill):
    practice.book(clinician=ill.pk, start=NEXT)
    call_in_sick(coordinator, ill)
    absence = Absence.objects.get()
    page = reverse("staff:absence", args=[absence.pk])

    coordinator.post(reverse("staff:absence_end", args=[absence.pk]))

    assert "No visit in the way" in text(coordinator.get(page))
    assert "Ended" in text(coordinator.get(reverse("staff:absences")))


def test_it_is_let_end_earlier(coordinator, practice, ill):
    call_in_sick(coordinator, ill)
    absence = Absence.objects.get()
    page, end = (
        reverse(f"staff:{name}", args=[absence.pk])
        for name in ("absence", "absence_end")
    )
    sent = fields(text(coordinator.get(page)), end)

    too_late = coordinator.post(end, sent | {"until": "2026-09-03T18:00"})
    assert too_late.status_code == 422
    assert "Choose an end between now and the end it has" in text(too_late)
    nothing = coordinator.post(end, sent | {"until": ""})
    assert "Give the new end." in text(nothing)
    again = fields(text(nothing), end)
    coordinator.post(end, again | {"until": "2026-09-03T12:00"})

    assert "8:00 AM to 12:00 PM" in text(coordinator.get(page))
    absence.refresh_from_db()
    assert absence.ended_at is None


def test_what_somebody_else_shortened_meanwhile_is_not_ended(
    coordinator, practice, ill
):
    call_in_sick(coordinator, ill)
    absence = Absence.objects.get()
    end = reverse("staff:absence_end", args=[absence.pk])
    seen = fields(
        text(coordinator.get(reverse("staff:absence", args=[absence.pk]))), end
    )
    coordinator.post(end, {"until": "2026-09-03T12:00"})

    answer = coordinator.post(end, {"version": seen["version"]})

    assert answer.status_code == 409
    absence.refresh_from_db()
    assert absence.ended_at is None


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_a_longer_plan_and_list_ask_no_more(coordinator, practice, ill):
    pages = []
    for count in (1, 3):
        plan = a_plan_of(coordinator, practice, practice.by_kind["clinician"], count)
        pages.append(
            [
                statements(coordinator, reverse("staff:repair", args=[plan.pk])),
                statements(coordinator, reverse("staff:absences")),
            ]
        )

    assert pages[0] == pages[1]


def a_plan_of(client, practice, clinicians, count):
    """A plan with that many lines; one more absence in the list each time."""
    before = Absence.objects.count()
    ill = clinicians[before]
    for hour in range(count):
        start = NEXT + timedelta(hours=2 * before + hour)
        practice.book(clinician=ill.pk, start=start)
    call_in_sick(client, ill)
    absence = Absence.objects.get(resource=ill)
    client.post(reverse("staff:absence_plan", args=[absence.pk]))
    worker()
    return absence.plans.get()


def test_nobody_away_says_what_this_is_for(coordinator):
    assert "Nobody is away" in text(coordinator.get(reverse("staff:absences")))


def test_only_coordinators_have_it_in_their_navigation(coordinator, practice):
    nurse = browser(make.membership("nurse", at=practice.clinic))

    here = reverse("staff:absences")
    assert f'href="{here}"' in text(coordinator.get(reverse("staff:today")))
    assert f'href="{here}"' not in text(nurse.get(reverse("staff:today")))
    assert nurse.get(reverse("staff:absence_new")).status_code == 403


def test_a_line_says_whose_time_it_takes(coordinator, practice, ill):
    ana = practice.patient(given_name="Ana", family_name="Alvarez")
    ben = practice.patient(given_name="Ben", family_name="Bauer")
    practice.book(ana, clinician=ill.pk, start=NEXT)
    practice.book(ben, clinician=ill.pk, start=NEXT + timedelta(hours=1))
    call_in_sick(coordinator, ill)
    coordinator.post(reverse("staff:absence_plan", args=[Absence.objects.get().pk]))
    worker()
    plan = RepairPlan.objects.get()
    assert "whose time it takes" not in text(
        coordinator.get(reverse("staff:repair", args=[plan.pk]))
    )

    plan.lines.filter(position=1).update(after=[2])

    shown = text(coordinator.get(reverse("staff:repair", args=[plan.pk])))
    assert "<dd>After Ben Bauer, whose time it takes</dd>" in shown
