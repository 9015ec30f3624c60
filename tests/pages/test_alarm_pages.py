"""Pages about a warning sign: the patient's, and those that staff meet until then."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from pages.patient.texts import EN, ES
from patients.models import Task
from patients.services import tasks
from procedures.follow_up import responses
from procedures.models import FollowUp, Response, SaidAnswer
from tests.factories import clinics as make_clinic
from tests.factories import patients as make_patient
from tests.factories import procedures as make
from tests.pages.by_link import CHECK_IN, check_in_by_link

pytestmark = pytest.mark.django_db
SIGNS, DONE = f"{CHECK_IN}signs/", f"{CHECK_IN}done/"


@pytest.fixture
def entered():
    found = check_in_by_link()
    found[0].prove()
    return found


@pytest.fixture
def holder(entered):
    return entered[0]


def unreachable(holder):
    """Nobody on call, and no director."""
    for member in holder.clinic.memberships.filter(role="medical_director"):
        member.ended_at = make.at("2026-09-01")
        member.save(update_fields=["ended_at"])


def test_the_page_says_somebody_was_told_only_if_somebody_is_paged(holder):
    holder.answer(1, "9")

    assert "Someone from the clinic has been told" in holder.page(f"{CHECK_IN}2/")


def test_the_page_promises_nothing_if_nobody_can_be_paged(holder):
    unreachable(holder)
    holder.answer(1, "9")

    page = holder.page(f"{CHECK_IN}2/")
    assert responses.call_text(2)[1] in page
    assert "has been told" not in page
    assert "will also call" not in page
    assert f'href="tel:{holder.clinic.phone}"' in page


def test_without_a_telephone_the_page_names_911(holder):
    clinic = holder.clinic
    clinic.phone = ""
    clinic.save(update_fields=["phone"])
    holder.answer(1, "10")

    page = holder.page(f"{CHECK_IN}2/")
    assert EN["no_number"] in page
    assert 'href="tel:911"' in page


def test_the_end_speaks_with_one_voice(holder):
    holder.answer_all(("4", "36.8", "mild", "yes", ["chest_pain"], "reached"))
    holder.browser.post(f"{CHECK_IN}review/")

    page = holder.page(DONE)
    assert responses.call_text(1)[0] in page
    assert EN["done_next"] not in page
    assert EN["done_urgent"] in page


def test_a_sign_taken_back_is_still_said_to_have_been_told(holder):
    holder.answer(1, "9")
    holder.answer_all()
    holder.browser.post(f"{CHECK_IN}review/")

    page = holder.page(DONE)
    assert EN["done_told"] in page
    assert EN["done_next"] not in page


@pytest.mark.parametrize("state", ["cancelled", "missed"])
def test_a_link_whose_contact_is_over_takes_warning_signs(entered, state):
    holder, contact = entered
    FollowUp.objects.filter(pk=contact.pk).update(state=state)

    page = holder.page(CHECK_IN)
    assert EN["closed_title"] in page
    assert f'action="{SIGNS}"' in page
    given = {"answer": ["chest_pain"], "words": "since an hour"}
    response = holder.browser.post(SIGNS, given)

    assert response["Location"] == f"{SIGNS}told/"
    assert Task.objects.get(kind="red-flag").tier == 1
    assert responses.call_text(1)[0] in holder.page(response["Location"])
    assert SaidAnswer.objects.get(question="note").value == "since an hour"


def test_the_short_form_speaks_spanish_and_says_what_is_missing(holder):
    response = holder.browser.post(f"{SIGNS}?lang=es", {"words": ""})

    page = response.content.decode()
    assert response.status_code == 422
    assert ES["signs_send"] in page
    assert EN["signs_send"] not in page


def bar_on(client, address="/staff/"):
    return "alarm-bar" in client.get(address, follow=True).content.decode()


@pytest.fixture
def clinic():
    clock.set_to(make.at("2026-09-18", "10:00"))
    return make_clinic.clinic()


def alarm(clinic, now=None):
    patient = make_patient.patient(clinic)
    return make_patient.task(
        clinic,
        kind="red-flag",
        tier=2,
        patient_id=patient.pk,
        now=now or make.at("2026-09-18", "10:00"),
    )


@pytest.mark.parametrize("role", ["coordinator", "nurse", "admin", "auditor"])
def test_an_alarm_nobody_can_hear_stands_on_every_staff_page(clinic, client, role):
    member = make_clinic.membership(role, clinic)
    client.force_login(member.user)
    task = alarm(clinic)

    assert bar_on(client)
    tasks.acknowledge(
        task_id=task.pk,
        by=make.Site(clinic, {role: member}).actor(role),
        now=make.at("2026-09-18", "10:01"),
    )
    assert not bar_on(client)


def test_an_alarm_somebody_is_paged_about_waits_for_its_time(clinic, client):
    nurse = make_clinic.membership("nurse", clinic)
    make_clinic.on_call(make_clinic.membership("clinician", clinic))
    client.force_login(nurse.user)
    alarm(clinic)

    assert not bar_on(client)
    clock.set_to(make.at("2026-09-18", "10:30"))
    assert bar_on(client)


def test_an_alarm_of_another_clinic_is_not_shown(clinic, client):
    client.force_login(make_clinic.membership("nurse", clinic).user)
    alarm(make_clinic.clinic())

    assert not bar_on(client)


def test_the_bar_costs_a_page_one_statement(clinic, client):
    client.force_login(make_clinic.membership("nurse", clinic).user)
    client.get("/staff/tasks/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/staff/tasks/")

    about = [q["sql"] for q in asked if 'acknowledged_at" IS NULL' in q["sql"]]
    assert len(about) == 1


def test_tasks_are_sorted_by_tier_then_due(clinic, client):
    client.force_login(make_clinic.membership("nurse", clinic).user)
    patient = make_patient.patient(clinic)
    early = make.at("2026-09-18", "09:00")
    make_patient.task(clinic, kind="call_patient", text="A reschedule", due_at=early)
    make_patient.task(
        clinic, kind="red-flag", tier=1, patient_id=patient.pk, text="An alarm"
    )

    page = client.get("/staff/tasks/").content.decode()
    assert page.index("An alarm") < page.index("A reschedule")


def test_answers_are_changed_from_the_end_while_the_window_lasts(holder):
    holder.answer_all()
    holder.browser.post(f"{CHECK_IN}review/")
    assert EN["correct_button"] in holder.page(DONE)

    response = holder.browser.post(f"{CHECK_IN}correct/")
    assert response["Location"] == f"{CHECK_IN}review/"
    assert holder.answer(1, "6", "?from=review")["Location"] == f"{CHECK_IN}review/"
    holder.browser.post(f"{CHECK_IN}review/")

    current = Response.objects.get(superseded_at=None)
    assert (current.nrs, Response.objects.count()) == (6, 2)
    assert holder.browser.get(CHECK_IN)["Location"] == DONE


def test_opening_the_correction_by_its_address_changes_nothing(holder):
    holder.answer_all()
    holder.browser.post(f"{CHECK_IN}review/")

    holder.browser.get(f"{CHECK_IN}correct/")

    assert holder.browser.get(CHECK_IN)["Location"] == DONE
