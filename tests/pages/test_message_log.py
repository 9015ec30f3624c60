"""The log of messages: found by patient, kind, state, channel and day; one of them
with its attempts; what was and will be said on a visit's and a patient's page."""

from pkgutil import iter_modules

import pytest
from django.urls import reverse

from clinics.models import AccessLogEntry
from core import clock
from notifications import channels
from notifications.domain import catalogue
from notifications.models import Message
from notifications.services import provider_events
from notifications.services.sending import send_due
from pages.kit import states
from patients.services import consents
from tests.clinics.conftest import browser
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db

CHANNEL_FOLDERS = [
    folder.name for folder in iter_modules(channels.__path__) if folder.ispkg
]


@pytest.fixture
def booked():
    clock.set_to(NOW)
    return make.booked(given_name="Marisol", family_name="Quintanilla")


@pytest.fixture
def coordinator(booked):
    return browser(make_clinic.membership("coordinator", at=booked[0].clinic))


@pytest.fixture
def other(booked):
    """Somebody else, told by mail about a visit an hour later."""
    who = make.patient(
        booked[0],
        given_name="Otto",
        family_name="Brandt",
        sms_consent=False,
        email_consent=True,
        email="otto@example.org",
    )
    make.book(booked[0], who, start=make.VISIT + make.HOUR)
    return who


def listed(client, **asked):
    """Return who and what the log shows, in its order."""
    rows = client.get(reverse("staff:messages"), asked).context["rows"]
    return [(row["who"], row["name"]) for row in rows]


CONFIRMED, REMINDED = "Confirmation of the visit", "Reminder, the day before"
MARISOL, OTTO = "Marisol Quintanilla", "Otto Brandt"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"tab": "all"}, 4),
        ({"tab": "all", "kind": "day_before"}, 2),
        ({"tab": "all", "channel": "email"}, 2),
        ({"on": "2026-09-07"}, 2),
        ({"on": "2026-09-01"}, 2),
        ({"on": "2026-09-02"}, 0),
        ({"tab": "planned", "kind": "confirmation", "channel": "sms"}, 1),
        ({"tab": "sent"}, 0),
        ({"on": "not a day", "tab": "nonsense", "channel": "pigeon"}, 2),
        ({"tab": "all", "patient": "nobody"}, 4),
        ({"page": "2"}, 0),
    ],
)
def test_the_log_is_searched_by_kind_channel_state_and_day(
    coordinator, other, asked, found
):
    assert len(listed(coordinator, **asked)) == found


def test_the_log_opens_on_what_was_due_until_today(coordinator, other):
    """The day before the visit is weeks away: its reminders are still to come."""
    assert {name for _, name in listed(coordinator)} == {CONFIRMED}
    assert {name for _, name in listed(coordinator, tab="planned")} == {
        CONFIRMED,
        REMINDED,
    }

    clock.set_to(make.at("2026-09-07 00:30"))
    assert {name for _, name in listed(coordinator)} == {CONFIRMED, REMINDED}


def test_a_day_is_the_clinics_and_counts_from_the_instant_it_left(coordinator, other):
    # 19:30 in Houston is the next day in UTC.
    send_due(as_of=make.at("2026-09-03 19:30"), limit=1)

    (left,) = listed(coordinator, on="2026-09-03")
    assert listed(coordinator, on="2026-09-04") == []
    assert listed(coordinator, on="2026-09-01") == [
        (who, CONFIRMED) for who in (MARISOL, OTTO) if (who, CONFIRMED) != left
    ]


def test_a_patient_is_looked_for_by_name_or_number_and_no_name_enters_an_address(
    coordinator, booked, other
):
    for text in ("quintanilla", booked[1].mrn, "mari quinta"):
        answer = coordinator.post(reverse("staff:messages"), {"q": text})

        assert answer.status_code == 302
        assert answer["Location"].endswith(f"?patient={booked[1].pk}")
    assert listed(coordinator, patient=booked[1].pk, tab="all") == [
        (MARISOL, REMINDED),
        (MARISOL, CONFIRMED),
    ]
    seen = AccessLogEntry.objects.latest("pk")
    assert (seen.deliberate, seen.patient_ids) == (True, [str(booked[1].pk)])


def test_several_who_fit_are_chosen_from_and_nobody_is_said(coordinator, booked):
    for given in ("Ana", "Anabel"):
        make.patient(booked[0], given_name=given, family_name="Torres")

    answer = coordinator.post(reverse("staff:messages"), {"q": "torres", "tab": "sent"})

    people = answer.context["people"]
    assert [one["name"] for one in people] == ["Torres, Ana", "Torres, Anabel"]
    assert all("tab=sent&patient=" in one["address"] for one in people)
    nobody = coordinator.post(reverse("staff:messages"), {"q": "Zebulon"})
    assert "Nobody matches" in nobody.content.decode()


def test_another_clinics_patient_and_message_are_not_there(coordinator, booked):
    elsewhere = make.office(name="Elsewhere")
    strange = make.patient(elsewhere)
    make.book(elsewhere, strange)
    theirs = Message.objects.filter(patient=strange).first()

    assert len(listed(coordinator, patient=strange.pk)) == 1  # as if nobody was asked
    page = coordinator.get(reverse("staff:message", args=[theirs.pk]))
    assert page.status_code == 404


def test_a_provider_has_a_name_for_people(coordinator, booked):
    send_due(as_of=NOW)
    sent = Message.objects.exclude(sent_at=None).first()

    page = coordinator.get(reverse("staff:message", args=[sent.pk]))

    assert [one["provider"] for one in page.context["attempts"]] == ["Demo mailbox"]


@pytest.mark.parametrize("name", CHANNEL_FOLDERS)
def test_every_channel_there_is_has_a_name_for_people(name):
    assert name in states.PROVIDERS


def test_what_was_not_sent_says_why_in_words(coordinator, booked):
    consents.withdraw(patient_id=booked[1].pk, channel="sms", by=booked[0].by, now=NOW)

    page = coordinator.get(reverse("staff:messages"), {"tab": "failed"})

    assert {row["why"] for row in page.context["rows"]} == {
        "The patient has not agreed to this channel"
    }


def test_a_message_shows_its_attempts_what_came_of_them_and_what_the_provider_told(
    coordinator, booked
):
    send_due(as_of=NOW)
    message = Message.objects.get(kind="confirmation")
    provider_events.receive(
        provider=message.provider,
        event_id="e1",
        message_ref=str(message.pk),
        type="delivered",
    )
    provider_events.apply_all(now=NOW)

    page = coordinator.get(reverse("staff:message", args=[message.pk]))

    (attempt,) = page.context["attempts"]
    assert (attempt["number"], attempt["outcome"]) == (1, "Taken by the provider")
    assert attempt["address"] == message.tries.get().contact.value
    assert [event["name"] for event in page.context["events"]] == ["Delivered"]
    assert page.context["row"]["state"] == "Delivered"
    assert "/v/•••/" in page.content.decode()


def test_an_attempt_whose_outcome_is_missing_says_that_the_sender_stopped(
    coordinator, booked
):
    def stop(point):
        if point == "after_gate":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(as_of=NOW, at_point=stop)
    message = Message.objects.get(kind="confirmation")

    page = coordinator.get(reverse("staff:message", args=[message.pk]))

    (attempt,) = page.context["attempts"]
    assert (attempt["outcome"], attempt["why"]) == (
        "No outcome",
        "The sender stopped before it",
    )


def test_a_visit_says_what_was_told_what_will_be_and_when(coordinator, booked):
    _, _, visit = booked
    send_due(as_of=NOW)

    page = coordinator.get(reverse("staff:appointment", args=[visit.pk]))

    told = page.context["told"]
    assert [line["name"] for line in told["said"]] == [CONFIRMED]
    assert [line["name"] for line in told["planned"]] == [REMINDED]
    text = page.content.decode()
    assert text.index("Will be said") < text.index("Mon, Sep 7, 10:00 AM")
    assert text.index("Mon, Sep 7, 10:00 AM") < text.index("Was said")


def test_a_visit_moved_for_somebody_without_a_channel_shows_the_call_instead(
    coordinator, booked
):
    place, who, visit = booked
    consents.withdraw(patient_id=who.pk, channel="sms", by=place.by, now=NOW)
    send_due(as_of=NOW)
    make.move(place, visit, start=make.VISIT + make.HOUR, now=NOW)

    for name, key in (("appointment", visit.pk), ("patient", who.pk)):
        told = coordinator.get(reverse(f"staff:{name}", args=[key])).context["told"]
        assert [call["why"] for call in told["calls"]] == [
            "No text or e-mail may be sent"
        ]
        assert {line["why"] for line in told["unsaid"]} == {
            "The patient has not agreed to this channel"
        }
        assert told["planned"] == told["said"] == []


def test_who_may_not_read_messages_sees_none_on_the_pages_they_may_open(booked):
    place, who, visit = booked
    technician = browser(make_clinic.membership("technician", at=place.clinic))

    for name, key in (("appointment", visit.pk), ("patient", who.pk)):
        page = technician.get(reverse(f"staff:{name}", args=[key]))
        assert page.status_code == 200
        assert CONFIRMED not in page.content.decode()
    for kind in catalogue.KINDS:
        refused = technician.get(reverse("staff:messages"), {"kind": kind})
        assert refused.status_code == 403
