"""Clocks: a sender that was away for hours (F10), a clock that jumps (F11), clocks that
change twice a year in six zones (F12), and a zone whose rules change (F13)."""

import importlib.resources
import itertools
import random
import time
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core import clock
from notifications.domain import catalogue
from notifications.domain.plan import plan
from notifications.domain.subjects import CheckIn, Visit
from notifications.domain.wanted import Reach
from notifications.models import ClockReading, MailboxItem, Message, ProviderState
from notifications.services.claiming import BATCH
from notifications.services.planning import replan
from notifications.services.sending import send_due
from patients.models import Task
from scheduling.models import Appointment
from tests.factories import notifications as make
from tests.factories.notifications import NOW, at
from tests.faults.fake_provider import many
from tests.faults.sizes import size

DUE = size(100, 2000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("back_at", "left", "expired", "calls"),
    [
        # In the afternoon: late, and of use.
        ("2026-09-07 16:00", DUE, 0, 0),
        # At night nobody is woken, and the next day is too late: people telephone.
        ("2026-09-07 22:00", 0, DUE, DUE),
        # The visits are over.
        ("2026-09-08 15:00", 0, DUE, 0),
    ],
)
def test_a_sender_that_was_away_sends_what_is_still_of_use_and_no_more(
    back_at, left, expired, calls
):
    many(DUE - 1)
    send_due(as_of=NOW)
    MailboxItem.objects.all().delete()

    while send_due(as_of=at(back_at)).claimed:
        pass

    rows = Message.objects.filter(kind="day_before")
    states = [rows.filter(state=state).count() for state in ("accepted", "expired")]
    assert (MailboxItem.objects.count(), *states) == (left, left, expired)
    assert Task.objects.filter(text__contains="could not leave").count() == calls


@pytest.mark.django_db
def test_what_waited_for_hours_leaves_no_faster_than_the_provider_bears(settings):
    settings.SEND_RATES = {"file": 60.0}
    many(DUE - 1)

    sent = [send_due(as_of=at("2026-09-01 16:00")).sent for _ in range(3)]

    # Half a minute's worth at once, then as many as seconds go by.
    assert sent[0] == 30
    assert sum(sent) < 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    "jump",
    [timedelta(days=1), timedelta(days=35), timedelta(hours=-1), timedelta(days=-1)],
    ids=str,
)
def test_a_clock_that_jumps_sends_nothing_that_was_not_due(jump):
    many(DUE - 1)
    clock.set_to(NOW)
    while send_due().claimed:
        pass
    sent = MailboxItem.objects.count()

    clock.set_to(NOW + jump)
    _make_it_a_fault(jump)

    tallies = [send_due() for _ in range(3)]

    assert {tally.sent for tally in tallies} == {0}
    assert [tally.silent for tally in tallies] == ["clock_jumped", "paused", "paused"]
    assert MailboxItem.objects.count() == sent == DUE
    assert ProviderState.objects.get().paused_by == "job:clock_guard"


def _make_it_a_fault(jump):
    """Take away the shift that a demo's clock had: the database's own clock has gone on
    by as much, and the machine's ticks have not."""
    ClockReading.objects.update(at=clock.real_now() - jump)


@pytest.mark.django_db
def test_a_clock_that_jumps_between_two_batches_stops_the_second(monkeypatch):
    many(DUE + BATCH)
    clock.set_to(NOW)

    def jump(point):
        if point == "after_call":
            ClockReading.objects.update(at=clock.real_now() - timedelta(days=35))

    tally = send_due(at_point=jump)

    assert tally.silent == "clock_jumped"
    assert tally.sent == BATCH


@pytest.mark.django_db
@pytest.mark.parametrize("days", [35, -1])
def test_the_clock_of_a_workers_machine_alone_decides_nothing(monkeypatch, days):
    many(DUE - 1)
    clock.set_to(NOW)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + days * 86400)

    while send_due().claimed:
        pass

    sent = Message.objects.exclude(sent_at=None).values_list("kind", flat=True)
    assert set(sent) == {"confirmation"}
    assert len(sent) == DUE


ZONES = (
    "America/Chicago",
    "America/Santiago",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)
QUARTER = timedelta(minutes=15)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = 2


def changes(zone):
    """The hours in which the zone's offset changes."""
    hours = [FIRST + timedelta(hours=n) for n in range(24 * 365 * YEARS)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    pairs = zip(hours, itertools.pairwise(offsets), strict=False)
    return [hour for hour, (before, after) in pairs if before != after]


def visits(zone, count):
    """Booked some days before; half of them within three days of a change."""
    dice = random.Random(str(zone))
    around = changes(zone)
    for number in range(count):
        if number % 2 and around:
            start = dice.choice(around) + QUARTER * dice.randint(-288, 288)
        else:
            start = FIRST + QUARTER * dice.randint(300, 4 * 24 * 365 * YEARS)
        booked = start - QUARTER * dice.randint(1, 4 * 24 * 9)
        yield Visit(
            id=str(number),
            revision=0,
            status="booked",
            in_person=True,
            start=start,
            end=start + timedelta(minutes=45),
            changed_at=booked,
        )


class Reference:
    """The same rules by looking at every quarter of an hour: slow, and nothing else."""

    def __init__(self, zone):
        self.zone = zone

    def is_open(self, instant):
        local = instant.astimezone(self.zone)
        opens = 12 if local.weekday() == 6 else 9
        return opens <= local.hour < 20

    def permitted(self, instant):
        while not self.is_open(instant):
            instant += QUARTER
        return instant

    def first(self, day, hour=0):
        """The first instant of that day at or after that hour on the wall."""
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(
            hours=16
        )
        while True:
            local = instant.astimezone(self.zone)
            if local.date() == day and local.hour >= hour:
                return instant
            instant += QUARTER

    def leaves(self, visit):
        """Return when the confirmation and the reminder leave, if they do."""
        found = {}
        at_once = self.permitted(visit.changed_at)
        if at_once < visit.start:
            found[catalogue.CONFIRMATION] = at_once
        eve = visit.start.astimezone(self.zone).date() - timedelta(days=1)
        due = self.first(eve, 10)
        leaves = self.permitted(due)
        ends = min(visit.start - timedelta(hours=2), due + timedelta(hours=12))
        if visit.changed_at < leaves < ends:
            found[catalogue.DAY_BEFORE] = leaves
        return found


@pytest.mark.parametrize("name", ZONES)
def test_in_every_zone_the_plan_is_what_the_wall_clocks_say(name):
    zone = zoneinfo.ZoneInfo(name)
    reach = Reach(zone=zone, contacts=frozenset({"sms"}), consents=frozenset({"sms"}))
    reference = Reference(zone)
    for visit in visits(zone, size(1_000, 10_000) // len(ZONES)):
        wanted = plan(visit, reach=reach, now=visit.changed_at).messages
        planned = {
            one.kind: one.next_at
            for one in wanted
            if one.kind in (catalogue.CONFIRMATION, catalogue.DAY_BEFORE)
        }
        assert planned == reference.leaves(visit), visit


@pytest.mark.parametrize("name", ZONES)
def test_in_every_zone_a_check_in_asks_at_ten_and_its_link_ends_with_the_day(name):
    zone = zoneinfo.ZoneInfo(name)
    reach = Reach(zone=zone, contacts=frozenset({"sms"}), consents=frozenset({"sms"}))
    reference = Reference(zone)
    near = {hour.astimezone(zone).date() for hour in changes(zone)}
    days = {day + timedelta(days=n) for day in near for n in (-4, -2, -1, 0, 1)}
    for day in days | {date(2026, 6, 7)}:
        contact = CheckIn(
            id="f",
            code="D3",
            target_on=day,
            window_to=day + timedelta(days=1),
            is_open=True,
        )
        (asked,) = plan(contact, reach=reach, now=FIRST).messages
        assert asked.due_at == reference.first(day, 10)
        assert asked.next_at == reference.permitted(asked.due_at)
        assert asked.link_expires_at == reference.first(day + timedelta(days=2))


@pytest.fixture
def new_rules(tmp_path):
    """`new_rules()`: from here on Houston keeps its winter time all year."""
    before = zoneinfo.TZPATH

    def change():
        folder = tmp_path / "America"
        folder.mkdir()
        (folder / "Chicago").write_bytes(_zone_file("Etc/GMT+6"))
        zoneinfo.reset_tzpath([str(tmp_path), *before])
        zoneinfo.ZoneInfo.clear_cache()

    yield change
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


def _zone_file(name):
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / name).exists():
            return (Path(folder) / name).read_bytes()
    # Where the system has none, they come as a package.
    return (importlib.resources.files("tzdata") / "zoneinfo" / name).read_bytes()


@pytest.mark.django_db
def test_when_a_zones_rules_change_messages_are_planned_anew_once(new_rules):
    """At the same hour on the wall: an hour later than before, and none twice."""
    many(DUE - 1)
    send_due(as_of=NOW)
    reminders = Message.objects.filter(kind="day_before")
    before = set(reminders.values_list("pk", "next_at"))
    new_rules()

    for _ in range(2):
        for visit in Appointment.objects.all():
            replan(subject=f"appointment:{visit.pk}", now=NOW)

        after = set(reminders.values_list("pk", "next_at"))
        assert after == {(key, due + make.HOUR) for key, due in before}
    assert Message.objects.count() == 2 * DUE
