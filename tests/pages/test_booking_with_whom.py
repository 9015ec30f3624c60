"""What a found opening shows is what is booked or held: people, rooms, variation."""

import re
from datetime import datetime

import pytest
from django.urls import reverse

from scheduling import selectors
from scheduling.booking import rules
from scheduling.setup import services as setup
from tests.factories.scheduling import BY, minutes
from tests.pages.conftest import NOW
from tests.pages.test_booking import booked, fields, search

pytestmark = pytest.mark.django_db

ACTS = ("book", "hold_new")


@pytest.fixture
def other(practice):
    """A second clinician and room; without wishes the first ones are taken."""
    added = {
        kind: setup.add_resource(
            clinic_id=practice.clinic.pk, kind=kind, name=f"{kind} B", by=BY, now=NOW
        )
        for kind in ("clinician", "consult_room")
    }
    return added["clinician"]


@pytest.fixture
def allowed(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


def resources(owner):
    live = owner.reservations.filter(released_at=None)
    return set(live.values_list("resource_id", flat=True))


def send(client, act, page):
    """Press Book, or Hold and then Book, on the first card; what is booked or held."""
    return client.post(reverse(f"staff:{act}"), fields(page, reverse(f"staff:{act}")))


def made(act, response, patient):
    if act == "book":
        return booked(patient)[0]
    return selectors.hold(re.search(r"[0-9a-f-]{36}", response["Location"])[0])


@pytest.mark.parametrize("act", ACTS)
def test_the_preferred_clinician_is_the_one_who_is_taken(
    coordinator, practice, other, act
):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk, prefer=other.pk).content.decode()

    response = send(coordinator, act, page)

    assert "With the clinician you prefer, clinician B." in page
    assert other.pk in resources(made(act, response, patient))


@pytest.mark.parametrize("act", ACTS)
def test_an_excluded_clinician_is_never_taken(coordinator, practice, other, act):
    patient, unwanted = practice.patient(), practice.one("clinician")
    page = search(coordinator, patient=patient.pk, without=unwanted.pk).content.decode()

    response = send(coordinator, act, page)

    taken = resources(made(act, response, patient))
    assert unwanted.pk not in taken
    assert other.pk in taken


@pytest.mark.parametrize("act", ACTS)
def test_what_the_card_shows_is_taken_though_others_would_waste_less_by_now(
    coordinator, practice, other, act
):
    patient = practice.patient()
    page = search(coordinator, patient=patient.pk).content.decode()
    asked = fields(page, reverse("staff:book"))
    start = datetime.fromisoformat(asked["start"])
    practice.book(start=start + minutes(45), clinician=other.pk)

    response = send(coordinator, act, page)

    shown = {int(one) for one in asked["shown"].split(",")}
    assert practice.one("clinician").pk in shown
    assert resources(made(act, response, patient)) == shown


def test_the_openings_instead_are_without_the_excluded_clinician(
    coordinator, practice, other
):
    patient, unwanted = practice.patient(), practice.one("clinician")
    page = search(coordinator, patient=patient.pk, without=unwanted.pk).content.decode()
    start = fields(page, reverse("staff:book"))["start"]
    practice.book(start=datetime.fromisoformat(start), clinician=other.pk)

    answer = send(coordinator, "book", page)
    instead = answer.content.decode()
    again = send(coordinator, "book", instead)

    assert (answer.status_code, again.status_code) == (409, 302)
    assert "clinician 1" not in instead
    assert f"without={unwanted.pk}" in instead
    assert unwanted.pk not in resources(booked(patient)[0])


@pytest.mark.parametrize("way", ["book", "hold and book"])
def test_a_card_with_a_variation_is_booked_as_it_shows(
    coordinator, practice, allowed, way
):
    patient = practice.patient()
    page = search(
        coordinator,
        patient=patient.pk,
        visit_type="bmc-ultrasound",
        targets="3",
        sedation="iv",
        image_guided_harvest="on",
    ).content.decode()
    asked = fields(page, reverse("staff:book"))

    if way == "book":
        send(coordinator, "book", page)
    else:
        held = send(coordinator, "hold_new", page)
        its_page = coordinator.get(held["Location"]).content.decode()
        assert "3 targets, sedation: iv, image-guided harvest" in its_page
        send(coordinator, "book", its_page)

    (visit,) = booked(patient)
    assert visit.variation == {
        "targets": 3,
        "sedation": "iv",
        "image_guided_harvest": True,
    }
    assert visit.start == datetime.fromisoformat(asked["start"])
    assert visit.end - visit.start == minutes(181)
    assert resources(visit) == {int(one) for one in asked["shown"].split(",")}
