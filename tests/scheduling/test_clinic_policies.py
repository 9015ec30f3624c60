"""Offers and holidays of an existing clinic are switched by its administrator."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from clinics.models import Clinic
from clinics.services import clinics
from core import clock
from core.models import FailedReaction
from core.problems import Invalid
from scheduling.models import Conflict
from tests.clinics.conftest import api, browser
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.scheduling.acts import WHO, last_entry

pytestmark = pytest.mark.django_db

# Labor Day, a Monday.
HOLIDAY = datetime(2026, 9, 7, 9, 0, tzinfo=ZoneInfo("America/Chicago"))
ADDRESS = "/api/v1/clinic/"


@pytest.fixture
def at():
    clock.set_to(NOW)
    return make.practice()


@pytest.fixture
def admin(at):
    return people.membership("admin", at=at.clinic)


def patch(client, fields):
    return client.patch(ADDRESS, fields, content_type="application/json")


def keep(at, calendar):
    clinics.set_policies(clinic_id=at.clinic.pk, holiday_calendar=calendar, **WHO)


def test_a_holiday_calendar_opens_conflicts_and_its_end_settles_them(at):
    visit = at.book(start=HOLIDAY)
    at.book()

    keep(at, "US")

    conflict = Conflict.objects.get()
    assert (conflict.appointment, conflict.cause) == (visit, "closure")

    keep(at, "")

    conflict.refresh_from_db()
    assert (conflict.resolution, conflict.resolved_by) == ("kept", "job:holidays")
    assert not FailedReaction.objects.exists()


def test_another_calendar_with_the_same_holiday_changes_nothing(at):
    visit = at.book(start=HOLIDAY)
    keep(at, "US")

    keep(at, "US-TX")

    assert Conflict.objects.get().appointment == visit
    assert Conflict.objects.get().resolved_at is None


def test_what_changed_is_in_the_journal_and_nothing_else(at):
    clinics.set_policies(
        clinic_id=at.clinic.pk, offers_by_itself=True, offer_batch_size=3, **WHO
    )

    entry = last_entry(f"clinic:{at.clinic.pk}")
    assert (entry.name, entry.payload) == (
        "clinic.policies_set",
        '{"offers_by_itself": true}',
    )


def test_an_unknown_calendar_is_refused_and_nothing_is_changed(at):
    with pytest.raises(Invalid, match="Name a calendar of public holidays"):
        clinics.set_policies(
            clinic_id=at.clinic.pk,
            offers_by_itself=True,
            holiday_calendar="Atlantis",
            **WHO,
        )

    assert not Clinic.objects.get(pk=at.clinic.pk).offers_by_itself


def test_the_settings_over_rest(admin):
    client = api(admin)

    changed = patch(client, {"offers_by_itself": True, "offer_valid_minutes": 90})

    assert changed.status_code == 200
    answer = client.get(ADDRESS).json()
    assert changed.json() == answer | {
        "conflicts": {"opened": 0, "settled": 0, "waiting": 0}
    }
    assert (answer["offers_by_itself"], answer["offer_valid_minutes"]) == (True, 90)
    assert (answer["offer_batch_size"], answer["holiday_calendar"]) == (3, "")


def test_a_calendar_set_over_rest_counts_the_visits_it_touches(at, admin):
    at.book(start=HOLIDAY)
    client = api(admin)

    closed = patch(client, {"holiday_calendar": "US"}).json()["conflicts"]
    opened = patch(client, {"holiday_calendar": ""}).json()["conflicts"]

    assert closed == {"opened": 1, "settled": 0, "waiting": 1}
    assert opened == {"opened": 0, "settled": 1, "waiting": 0}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"holiday_calendar": "Atlantis"}, "US or US-TX"),
        ({"offer_batch_size": 0}, "greater than or equal to 1"),
        ({"offer_valid_minutes": 99999}, "less than or equal to 10080"),
        ({"offers_by_itself": "perhaps"}, "valid boolean"),
        ({"name": "x"}, "no such field"),
        ([], "Expected a dictionary"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(admin, fields, words):
    answer = patch(api(admin), fields)

    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_others_read_and_do_not_write(at):
    client = api(people.membership("coordinator", at=at.clinic))

    assert client.get(ADDRESS).status_code == 200
    assert patch(client, {"offers_by_itself": True}).status_code == 403


def test_the_page_saves_and_counts_visits(at, admin):
    at.book(start=HOLIDAY)
    client = browser(admin)
    form = {
        "phone": "+17135550100",
        "address": "1 Example Street",
        "offer_batch_size": 2,
        "offer_valid_minutes": 60,
        "holiday_calendar": "US",
    }

    saved = client.post(
        reverse("staff:clinic"), {**form, "offers_by_itself": "on"}, follow=True
    )

    assert "Saved. 1 visit now needs a decision" in saved.content.decode()
    clinic = Clinic.objects.get(pk=at.clinic.pk)
    assert (clinic.offers_by_itself, clinic.offer_batch_size) == (True, 2)

    wrong = client.post(
        reverse("staff:clinic"),
        {**form, "holiday_calendar": "XX", "offer_batch_size": 21},
    )
    assert wrong.status_code == 422
    assert "Give a number from 1 to 20." in wrong.content.decode()


def test_the_mail_that_takes_answers_is_set_and_emptied(at, admin):
    sent = patch(api(admin), {"email": " desk@cedar.example.org "})
    emptied = patch(api(admin), {"email": ""})

    assert sent.json()["email"] == "desk@cedar.example.org"
    assert emptied.json()["email"] == ""


def test_what_is_no_mail_address_is_said_beside_the_field(at, admin):
    answer = patch(api(admin), {"email": "desk at cedar"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/email"
    assert Clinic.objects.get(pk=at.clinic.pk).email == ""
