"""Corrections by form: the page starts from the record as it is."""

import re
from datetime import UTC

import pytest
from django.urls import reverse

from core import clock
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.factories.procedure_day import Day
from tests.pages.episode_forms import address, typed
from tests.scheduling.rest import Api

pytestmark = pytest.mark.django_db

ROWS = {
    "evaluation": "evaluations",
    "harvest": "harvests",
    "processing": "processings",
    "injection": "injections",
    "adverse_event": "adverseevents",
    "vitals": "vitalssets",
}


@pytest.fixture
def day():
    made = Day.ready().until("discharged")
    bruise = {
        "term": "bruising",
        "grade": 1,
        "onset_at": made.at("10:30"),
        "place": "harvest_site",
        "relatedness": "probable",
        "expected": True,
    }
    made.act("adverse_event", bruise, "10:46", "nurse")
    clock.set_to(made.at("10:50").astimezone(UTC))
    return made


@pytest.mark.parametrize("kind", ROWS)
def test_the_form_of_a_correction_holds_the_whole_record(day, kind):
    role, other = "clinician", "nurse"
    if kind == "processing":
        role, other = "technician", "clinician"
    client, path = browser(day.place.person(role)), address(day.episode, "correct")
    choose = client.get(path).content.decode()
    query = re.search(rf'href="(\?record={kind}&amp;[^"]+)"', choose)[1]
    form = client.get(path + query.replace("&amp;", "&")).content.decode()

    response = client.post(
        path,
        typed(form)
        | {
            "reason": "Written down from the wrong sheet.",
            "signature_password": people.PASSWORD,
            "second_email": day.place.person(other).user.email,
            "second_password": people.PASSWORD,
        },
    )

    assert response.status_code == 303, response.content.decode()
    rows = getattr(day.episode, ROWS[kind])
    old = rows.exclude(superseded_at=None).get()
    new = rows.get(corrects=old)
    own = {"id", "signature", "recorded_at", "recorded_by", "recorded_by_name"}
    own |= {"corrects", "correction_reason", "superseded_at"}
    for field in new._meta.concrete_fields:
        if field.name not in own:
            assert getattr(new, field.attname) == getattr(old, field.attname), field


def test_a_record_of_another_episode_is_no_record_here(day):
    other = Day.ready(day.place, "2026-09-16").until("checked_in")
    client = browser(day.place.person("clinician"))
    foreign = other.episode.evaluations.get()

    response = client.get(
        f"{address(day.episode, 'correct')}?record=evaluation&record_id={foreign.pk}"
    )

    assert response.status_code == 404


def struck(day, kind, role, second):
    """Strike the first record of the kind by the form, as found on its page."""
    client, path = (
        browser(day.place.person(role)),
        address(day.episode, "enter_in_error"),
    )
    choose = client.get(path).content.decode()
    query = re.search(rf'href="(\?record={kind}&amp;[^"]+)"', choose)[1]
    form = client.get(path + query.replace("&amp;", "&")).content.decode()
    return client.post(
        path,
        typed(form)
        | {
            "reason": "Somebody else was meant.",
            "signature_password": people.PASSWORD,
            "second_email": day.place.person(second).user.email,
            "second_password": people.PASSWORD,
        },
    )


def test_a_record_in_error_stays_on_the_page_struck_through(day):
    response = struck(day, "adverse_event", "nurse", "clinician")
    page = browser(day.place.person("nurse")).get(
        reverse("staff:episode", args=[day.episode.pk])
    )

    shown = page.content.decode()
    assert response.status_code == 303
    assert '<del class="strong">Adverse event</del>' in shown
    assert "Somebody else was meant." in shown
    assert day.place.person("clinician").user.display_name in shown


def test_what_stands_on_a_record_is_named_on_its_form(day):
    response = struck(day, "injection", "clinician", "nurse")

    assert response.status_code == 409
    assert "On this record stand: discharge." in response.content.decode()


def test_everybody_chooses_among_the_records_of_their_own_role(day):
    client = browser(day.place.person("technician"))

    page = client.get(address(day.episode, "enter_in_error")).content.decode()

    assert "record=processing" in page
    assert "record=consent" not in page


def test_a_record_in_error_is_told_over_rest(day):
    struck(day, "adverse_event", "nurse", "clinician")
    key = people.api_key(day.place.person("nurse"))

    answer = Api(browser(day.place.person("nurse")), key).get(
        f"episodes/{day.episode.pk}/"
    )

    [error] = answer.json()["entered_in_error"]
    assert error["record_kind"] == "adverse_event"
    assert error["reason"] == "Somebody else was meant."
    assert error["record"]["superseded_at"] == error["occurred_at"]
    assert error["record"]["term"] == "bruising"


def test_a_lot_leads_to_its_patient_by_page_and_rest(day):
    person = day.place.person("technician")
    lot = day.episode.kituses.get().lot

    page = browser(person).get(reverse("staff:kits"), {"lot": lot}).content.decode()
    answer = Api(browser(person), people.api_key(person)).get(f"kits/?lot={lot}")

    assert reverse("staff:episode", args=[day.episode.pk]) in page
    [line] = answer.json()["results"]
    assert (line["episode"], line["state"]) == (str(day.episode.pk), "used")
