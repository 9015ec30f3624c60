"""Delays from due to handed over, providers, and what to look at: page and REST."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import JournalEntry
from notifications import channels
from notifications.domain.delays import Delays, delays, percentile
from notifications.models import Message, ProviderState, SendingInstance
from notifications.selectors.health import health
from notifications.services import providers
from notifications.services.sending import send_due
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.faults.fake_provider import Fake, many, turns


def seconds(*values):
    return [timedelta(seconds=value) for value in values]


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        (range(1, 101), 0.99, 99),
        (range(1, 101), 0.5, 50),
        (range(1, 101), 0.07, 7),
        (range(1, 101), 1, 100),
        ([7], 0.5, 7),
        ([7], 0.001, 7),
        ([3, 1, 2], 0.5, 2),
        ([2, 1], 0.5, 1),
        ([1] * 199 + [90], 0.99, 1),
        ([1] * 98 + [90] * 2, 0.99, 90),
    ],
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values, share, found):
    assert percentile(seconds(*values), share) == timedelta(seconds=found)


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 0), ([1], 1.1)])
def test_a_percentile_of_nothing_is_a_mistake(values, share):
    with pytest.raises(ValueError, match="percentile"):
        percentile(seconds(*values), share)


@pytest.mark.parametrize(
    ("handed", "waiting", "quick"),
    [
        ([], [], None),
        ([1, 9.999], [], 1.0),
        ([1, 10], [], 0.5),
        ([-3], [], 1.0),
        ([1, 2, 3], [600], 0.75),
        ([1, 2, 3], [4], 1.0),
        ([], [600], 0.0),
    ],
)
def test_who_still_waits_was_not_quick(handed, waiting, quick):
    assert delays(seconds(*handed), seconds(*waiting)).quick == quick


def test_a_message_handed_over_early_has_no_negative_delay():
    assert delays(seconds(-3)).p50 == timedelta(0)


@pytest.mark.django_db
def test_delays_are_counted_from_rows_by_hour_day_and_week():
    clock.set_to(NOW)
    place, _, _ = many(9)
    send_due(as_of=NOW + timedelta(seconds=4), limit=4)
    send_due(as_of=NOW + timedelta(seconds=40), limit=1)

    found = health(place.clinic.pk, NOW + timedelta(seconds=50))

    assert found.spans["hour"] == Delays(
        handed=5,
        waiting=5,
        p50=timedelta(seconds=4),
        p99=timedelta(seconds=40),
        quick=0.4,
    )
    assert found.oldest.next_at == NOW
    later = health(place.clinic.pk, NOW + timedelta(hours=2))
    assert (later.spans["hour"].handed, later.spans["day"].handed) == (0, 5)
    assert health(place.clinic.pk, NOW + timedelta(days=8)).spans["week"].handed == 0


@pytest.mark.django_db
def test_a_clinic_that_sends_nothing_yet_has_no_late_message():
    clock.set_to(NOW)
    place, _, _ = make.booked()
    Message.objects.update(reason="clinic_sends_nothing")

    assert health(place.clinic.pk, NOW + make.HOUR).oldest is None


@pytest.mark.django_db
def test_a_second_attempt_counts_no_delay_again(monkeypatch):
    clock.set_to(NOW)
    place, _, _ = make.booked()
    fake = Fake(lambda letter, nth: "refuse" if nth == 1 else "accept")
    monkeypatch.setitem(channels.PROVIDERS, "file", fake)
    turns(2)

    assert health(place.clinic.pk, NOW).spans["hour"].handed == 1


@pytest.fixture
def place(db):
    clock.set_to(NOW)
    return make.booked()[0]


def sending(place, role="admin"):
    return browser(make_clinic.membership(role, at=place.clinic))


def test_a_paused_provider_says_since_when_by_whom_and_why_and_goes_on(place):
    member = make_clinic.membership("coordinator", at=place.clinic)
    by = make_clinic.actor("coordinator", place.clinic)
    providers.pause(provider="file", reason="the bill is open", by=by, now=NOW)
    client = sending(place)

    page = client.get(reverse("staff:sending"))

    (shown,) = page.context["providers"]
    assert (shown["state"], shown["why"], shown["since"]) == (
        "Paused",
        "the bill is open",
        NOW,
    )
    assert "Let it go on" in page.content.decode()
    assert not page.context["well"]
    refused = browser(member).post(
        reverse("staff:sending_resume"), {"provider": "file"}
    )
    assert refused.status_code == 403
    client.post(reverse("staff:sending_resume"), {"provider": "file"})
    assert ProviderState.objects.get(provider="file").paused_at is None
    (entry,) = JournalEntry.objects.filter(name="sending.resumed")
    assert entry.actor.startswith("staff:")


def test_all_sending_paused_is_a_line_of_its_own(place):
    providers.pause(reason="drill", by=place.by, now=NOW)

    shown = sending(place).get(reverse("staff:sending")).context["providers"]

    assert [(one["name"], one["state"]) for one in shown] == [
        ("All sending", "Paused"),
        ("Demo mailbox", "Up"),
    ]


def test_resuming_what_is_not_paused_changes_nothing(place):
    sending(place).post(reverse("staff:sending_resume"), {"provider": "nobody"})

    assert not JournalEntry.objects.filter(name="sending.resumed").exists()


def test_a_copy_of_another_installation_is_not_resumed_by_a_page(place, settings):
    settings.INSTANCE_ID = "houston-1"
    SendingInstance.objects.create(name="elsewhere", since=NOW)
    providers.pause(reason="restored", by=place.by, now=NOW)
    client = sending(place)

    page = client.get(reverse("staff:sending"))
    refused = client.post(reverse("staff:sending_resume"), {"provider": "all"})

    assert "belongs to another installation" in page.content.decode()
    assert "Let it go on" not in page.content.decode()
    assert refused.status_code == 409
    assert ProviderState.objects.get().paused_at is not None


def test_a_provider_that_is_down_says_since_when_and_its_messages_are_listed(
    monkeypatch, place
):
    fake = Fake(lambda letter, nth: "refuse")
    monkeypatch.setitem(channels.PROVIDERS, "file", fake)
    turns(8)

    page = sending(place).get(reverse("staff:sending"))

    (shown,) = page.context["providers"]
    assert shown["state"] == "Does not answer"
    assert shown["why"] == "The provider could not be reached"
    assert shown["since"] == ProviderState.objects.get().down_since


@pytest.mark.parametrize(
    ("role", "links"), [("admin", False), ("medical_director", True)]
)
def test_what_will_never_arrive_is_listed_with_why_and_names_nobody(
    monkeypatch, place, role, links
):
    fake = Fake(lambda letter, nth: "reject")
    monkeypatch.setitem(channels.PROVIDERS, "file", fake)
    send_due(as_of=NOW)
    who = Message.objects.first().patient

    page = sending(place, role).get(reverse("staff:sending"))

    dead = next(one for one in page.context["lists"] if one["rows"])
    assert (dead["name"], dead["count"]) == ("Will never arrive", 1)
    assert dead["rows"][0]["why"] == "The address was refused"
    assert bool(dead["rows"][0]["address"]) is links
    assert who.family_name not in page.content.decode()


def test_monitoring_reads_the_same_as_json(place):
    send_due(as_of=NOW + timedelta(seconds=2))
    clock.set_to(NOW + timedelta(seconds=30))
    client = api(make_clinic.membership("admin", at=place.clinic))

    told = client.get("/api/v1/sending/").json()

    assert told["well"] is True
    assert told["delays"]["hour"] == {
        "handed_over": 1,
        "waiting": 0,
        "p50_seconds": 2.0,
        "p99_seconds": 2.0,
        "share_under_10_seconds": 1.0,
    }
    assert told["oldest_due_seconds"] is None
    assert told["counts"] == dict.fromkeys(
        ("late", "expired", "dead", "in_doubt", "unjudged"), 0
    )
    refused = api(make_clinic.membership("coordinator", at=place.clinic))
    assert refused.get("/api/v1/sending/").status_code == 403
