"""Corrections by form: the page starts from the record as it is."""

import re
from datetime import UTC

import pytest

from core import clock
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.factories.procedure_day import Day
from tests.pages.episode_forms import address, typed

pytestmark = pytest.mark.django_db

ROWS = {
    "evaluation": "evaluations",
    "harvest": "harvests",
    "processing": "processings",
    "injection": "injections",
    "adverse_event": "adverseevents",
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
    role = "technician" if kind == "processing" else "clinician"
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
        },
    )

    assert response.status_code == 303, response.content.decode()
    rows = getattr(day.episode, ROWS[kind])
    old, new = rows.exclude(superseded_at=None).get(), rows.get(superseded_at=None)
    assert new.corrects == old
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
