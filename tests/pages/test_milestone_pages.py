"""Steps of a recovery on pages: the nurse records one, the patient reads theirs."""

import pytest
from django.urls import reverse

from core import clock
from pages.patient.texts import EN, ES
from procedures.follow_up import milestone_selectors
from procedures.follow_up.milestone_reports import ask_for
from tests.clinics.conftest import browser
from tests.factories import procedures as make
from tests.pages.by_link import CHECK_IN, check_in_by_link
from tests.pages.test_episode_pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered():
    holder, contact = check_in_by_link()
    holder.prove()
    return holder, contact


def test_the_patient_reads_what_they_told_in_both_languages(entered):
    holder, contact = entered
    holder.answer_all()
    holder.browser.post(f"{CHECK_IN}review/")

    english = words(holder.page(f"{CHECK_IN}done/"))
    spanish = words(holder.page(f"{CHECK_IN}done/?lang=es"))

    assert EN["steps_title"] in english
    assert "Light everyday activities yes, by Friday, September 18, 2026" in english
    assert f"Progress at month 3 {EN['steps_later']}" in english
    assert ES["steps_title"] in spanish
    assert "sí, a más tardar el viernes 18 de septiembre de 2026" in spanish
    [step, *_] = milestone_selectors.steps(contact.episode)
    assert step.report.said_by == "patient"


def test_a_nurse_records_what_was_told_on_the_telephone(entered):
    _, contact = entered
    [step, *_] = milestone_selectors.steps(contact.episode)
    nurse = browser(
        contact.episode.clinic.memberships.get(role="nurse"),
    )
    later = make.at("2026-09-23", "11:00")
    clock.set_to(later)
    ask_for(step.row.pk, now=later)
    address = reverse("staff:milestone", args=[step.row.pk])
    assert "expected by Sep 22, 2026" in words(nurse.get(address).content.decode())
    assert address in nurse.get(reverse("staff:tasks")).content.decode()

    wrong = nurse.post(address, {"answer": "reached", "how": "telephone"})
    assert wrong.status_code == 422
    assert "Give the day it was reached." in wrong.content.decode()
    told = {"answer": "reached", "reached_on": "2026-09-20", "how": "telephone"}
    answer = nurse.post(address, told, follow=True)

    page = words(answer.content.decode())
    assert "Reached by Sep 20, 2026; told on the telephone on Sep 23, 2026" in page
    assert address not in nurse.get(reverse("staff:tasks")).content.decode()
