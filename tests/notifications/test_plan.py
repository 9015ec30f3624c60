"""The wanted set, proven by a table written by hand from the cases' calendars."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications.domain.plan import plan
from notifications.domain.subjects import (
    Alarm,
    CheckIn,
    Person,
    Telling,
    Visit,
    last_told,
)
from notifications.domain.wanted import Call, Reach

HOUSTON = ZoneInfo("America/Chicago")
SMS_ONLY = Reach(
    zone=HOUSTON,
    contacts=frozenset({"sms", "email"}),
    consents=frozenset({"sms"}),
)


def at(text, zone=HOUSTON):
    """Return an instant from a wall clock such as "2025-09-09 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def visit(start, booked, **changes):
    facts = {
        "id": "v",
        "revision": 0,
        "status": "booked",
        "in_person": True,
        "start": at(start),
        "end": at(start) + timedelta(minutes=45),
        "changed_at": at(booked),
    }
    return Visit(**(facts | changes))


def check_in(code, target_on, window_to, **changes):
    facts = {"id": "f", "code": code, "is_open": True}
    dates = {
        "target_on": date.fromisoformat(target_on),
        "window_to": date.fromisoformat(window_to),
    }
    return CheckIn(**(facts | dates | changes))


def sent(subject, reach=SMS_ONLY, now=None):
    """Return {(kind, channel, wall clock in Houston of leaving)}."""
    now = now or getattr(subject, "changed_at", at("2000-01-01 00:00"))
    return {
        (m.kind, m.channel, f"{m.next_at.astimezone(HOUSTON):%a %Y-%m-%d %H:%M}")
        for m in plan(subject, reach=reach, now=now).messages
    }


# Every text message the two cases should receive, in order; e-mail consent is false.
C1 = [
    (
        visit("2025-09-16 09:00", "2025-09-09 10:00"),
        {
            ("confirmation", "sms", "Tue 2025-09-09 10:00"),
            ("day_before", "sms", "Mon 2025-09-15 10:00"),
        },
    ),
    (
        visit("2025-10-14 08:30", "2025-09-17 10:00"),
        {
            ("confirmation", "sms", "Wed 2025-09-17 10:00"),
            ("day_before", "sms", "Mon 2025-10-13 10:00"),
        },
    ),
    (
        check_in("D1", "2025-10-15", "2025-10-16"),
        {("check_in_d1", "sms", "Wed 2025-10-15 10:00")},
    ),
    (
        check_in("D3", "2025-10-17", "2025-10-18"),
        {("check_in_d3", "sms", "Fri 2025-10-17 10:00")},
    ),
    (
        check_in("D7", "2025-10-21", "2025-10-23"),
        {
            ("check_in_d7", "sms", "Tue 2025-10-21 10:00"),
            ("check_in_nudge", "sms", "Thu 2025-10-23 10:00"),
        },
    ),
    (
        check_in("D14", "2025-10-28", "2025-10-31", is_visit=True),
        {
            ("time_to_book", "sms", "Wed 2025-10-22 10:00"),
            ("book_nudge", "sms", "Fri 2025-10-24 10:00"),
            ("book_nudge", "sms", "Sun 2025-10-26 12:00"),
            ("check_in_d14", "sms", "Tue 2025-10-28 10:00"),
            ("check_in_nudge", "sms", "Thu 2025-10-30 10:00"),
        },
    ),
    (
        check_in("W6", "2025-11-25", "2025-12-09", is_visit=True),
        {
            ("time_to_book", "sms", "Tue 2025-11-11 10:00"),
            ("book_nudge", "sms", "Thu 2025-11-13 10:00"),
            ("book_nudge", "sms", "Sat 2025-11-15 10:00"),
            ("check_in_w6", "sms", "Tue 2025-11-25 10:00"),
            ("check_in_nudge", "sms", "Thu 2025-11-27 10:00"),
            ("check_in_nudge", "sms", "Sat 2025-11-29 10:00"),
        },
    ),
    (
        check_in("M3", "2026-01-14", "2026-01-28", is_visit=True),
        {
            ("time_to_book", "sms", "Wed 2025-12-24 10:00"),
            ("book_nudge", "sms", "Fri 2025-12-26 10:00"),
            ("book_nudge", "sms", "Sun 2025-12-28 12:00"),
            ("check_in_m3", "sms", "Wed 2026-01-14 10:00"),
            ("check_in_nudge", "sms", "Fri 2026-01-16 10:00"),
            ("check_in_nudge", "sms", "Sun 2026-01-18 12:00"),
        },
    ),
    (
        check_in("M6", "2026-04-14", "2026-05-05", is_visit=True),
        {
            ("time_to_book", "sms", "Tue 2026-03-17 10:00"),
            ("book_nudge", "sms", "Thu 2026-03-19 10:00"),
            ("book_nudge", "sms", "Sat 2026-03-21 10:00"),
            ("check_in_m6", "sms", "Tue 2026-04-14 10:00"),
            ("check_in_nudge", "sms", "Thu 2026-04-16 10:00"),
            ("check_in_nudge", "sms", "Sat 2026-04-18 10:00"),
        },
    ),
    (
        check_in("M12", "2026-10-14", "2026-11-13", is_visit=True),
        {
            ("time_to_book", "sms", "Wed 2026-09-02 10:00"),
            ("book_nudge", "sms", "Fri 2026-09-04 10:00"),
            ("book_nudge", "sms", "Sun 2026-09-06 12:00"),
            ("check_in_m12", "sms", "Wed 2026-10-14 10:00"),
            ("check_in_nudge", "sms", "Fri 2026-10-16 10:00"),
            ("check_in_nudge", "sms", "Sun 2026-10-18 12:00"),
        },
    ),
]
C6 = [
    (
        visit("2026-10-19 09:00", "2026-10-12 10:00"),
        {
            ("confirmation", "sms", "Mon 2026-10-12 10:00"),
            ("day_before", "sms", "Sun 2026-10-18 12:00"),
        },
    ),
    (
        visit("2026-11-30 09:00", "2026-11-12 10:00"),
        {
            ("confirmation", "sms", "Thu 2026-11-12 10:00"),
            ("day_before", "sms", "Sun 2026-11-29 12:00"),
        },
    ),
]


@pytest.mark.parametrize(("subject", "expected"), [*C1, *C6])
def test_the_cases_get_exactly_the_messages_of_the_table(subject, expected):
    assert sent(subject) == expected


def test_a_check_in_on_a_sunday_waits_for_noon():
    assert sent(check_in("D3", "2026-05-24", "2026-05-25")) == {
        ("check_in_d3", "sms", "Sun 2026-05-24 12:00")
    }


def test_an_answered_check_in_wants_nothing():
    answered = check_in("D3", "2025-10-17", "2025-10-18", is_open=False)

    assert sent(answered) == set()


def test_a_booking_at_night_is_confirmed_in_the_morning():
    late = visit("2026-01-15 09:00", "2026-01-06 21:30")

    assert ("confirmation", "sms", "Wed 2026-01-07 09:00") in sent(late)


def test_a_booking_for_this_evening_is_not_confirmed_after_it():
    walk_in = visit("2026-01-06 08:30", "2026-01-06 08:20")

    assert sent(walk_in) == set()


def test_a_remote_visit_gets_no_messages():
    assert sent(visit("2026-01-15 09:00", "2026-01-06 10:00", in_person=False)) == set()


def test_a_visit_booked_after_the_reminder_hour_gets_no_reminder():
    late = visit("2026-01-07 09:00", "2026-01-06 15:00")

    assert {kind for kind, *_ in sent(late)} == {"confirmation"}


def test_reminders_go_by_the_patients_wall_clock():
    honolulu = Reach(
        zone=ZoneInfo("Pacific/Honolulu"),
        contacts=frozenset({"sms"}),
        consents=frozenset({"sms"}),
    )
    early = visit("2026-01-15 09:00", "2026-01-06 18:00")

    assert ("day_before", "sms", "Wed 2026-01-14 14:00") in sent(early, honolulu)


@pytest.mark.parametrize(
    ("contacts", "consents", "channel"),
    [
        ({"sms", "email"}, {"sms", "email"}, "sms"),
        ({"sms", "email"}, {"email"}, "email"),
        ({"email"}, {"sms", "email"}, "email"),
        ({"sms"}, {"email"}, None),
        ({"sms", "email"}, set(), None),
    ],
)
def test_one_channel_is_used_and_only_with_consent(contacts, consents, channel):
    reach = Reach(
        zone=HOUSTON, contacts=frozenset(contacts), consents=frozenset(consents)
    )
    messages = sent(visit("2026-01-15 09:00", "2026-01-06 10:00"), reach)

    assert {used for _, used, _ in messages} == ({channel} if channel else set())


TOLD = at("2026-01-15 09:00")


def test_a_move_is_told_after_the_time_to_undo_it():
    moved = visit("2026-01-16 11:00", "2026-01-06 10:00", revision=1, told=TOLD)

    assert sent(moved) == {
        ("moved", "sms", "Tue 2026-01-06 10:02"),
        ("day_before", "sms", "Thu 2026-01-15 10:00"),
    }


def test_move_and_undo_says_nothing_new():
    undone = visit("2026-01-15 09:00", "2026-01-06 10:01", revision=2, told=TOLD)

    assert {kind for kind, *_ in sent(undone)} == {"day_before"}


def test_a_visit_moved_before_anybody_told_it_is_confirmed_not_moved():
    moved = visit("2026-01-16 11:00", "2026-01-06 10:00", revision=1)

    assert {kind for kind, *_ in sent(moved)} == {"confirmation", "day_before"}


def test_a_cancellation_is_told_to_who_was_told_of_the_visit():
    off = visit("2026-01-15 09:00", "2026-01-06 10:00", status="cancelled", told=TOLD)
    untold = visit("2026-01-15 09:00", "2026-01-06 10:00", status="cancelled")

    assert sent(off) == {("cancelled", "sms", "Tue 2026-01-06 10:02")}
    assert sent(untold) == set()


@pytest.mark.parametrize("status", ["cancelled", "booked"])
def test_a_notice_held_past_the_old_arrival_becomes_a_call(status):
    at_night = visit(
        "2026-01-15 08:30" if status == "cancelled" else "2026-01-20 08:30",
        "2026-01-14 20:30",
        status=status,
        revision=1,
        told=at("2026-01-15 08:30"),
    )

    found = plan(at_night, reach=SMS_ONLY, now=at_night.changed_at)

    assert [call.reason for call in found.calls] == ["quiet_hours"]
    assert not {m.kind for m in found.messages} & {"moved", "cancelled"}


def test_a_notice_overtaken_by_quiet_hours_becomes_a_call():
    off = visit(
        "2026-01-15 08:30",
        "2026-01-14 19:00",
        status="cancelled",
        told=at("2026-01-15 08:30"),
    )

    found = plan(off, reach=SMS_ONLY, now=at("2026-01-14 20:00"))

    assert (found.messages, len(found.calls)) == ((), 1)


def test_who_cannot_be_written_to_is_called():
    off = visit("2026-01-15 09:00", "2026-01-06 10:00", status="cancelled")

    found = plan(off, reach=Reach(zone=HOUSTON), now=off.changed_at)

    assert [(type(call), call.reason) for call in found.calls] == [(Call, "no_channel")]


@pytest.mark.parametrize("status", ["arrived", "checked-in", "fulfilled"])
def test_a_visit_that_took_place_wants_nothing(status):
    assert sent(visit("2026-01-15 09:00", "2026-01-06 10:00", status=status)) == set()


def test_a_message_that_would_be_too_late_is_not_wanted():
    subject = visit("2026-01-15 09:00", "2026-01-06 10:00", told=TOLD)

    assert sent(subject, now=at("2026-01-14 21:59"))
    assert not sent(subject, now=at("2026-01-14 22:00"))


ALARM = Alarm(
    id="t",
    opened_at=at("2026-01-04 03:00"),
    answer_within=timedelta(minutes=5),
    is_open=True,
    on_call=(Person(1, ("sms",)), Person(2, ()), Person(3, ("email",))),
)


def test_who_is_on_call_is_paged_in_turn_at_any_hour():
    pages = plan(ALARM, reach=Reach(zone=HOUSTON), now=ALARM.opened_at).messages

    assert [(m.occurrence, m.channel, m.next_at - m.due_at) for m in pages] == [
        ("1", "sms", timedelta(0)),
        ("3", "email", timedelta(0)),
    ]
    assert pages[1].due_at - pages[0].due_at == timedelta(minutes=5)


def tell(start, state="accepted", revision=0, sent_at="2026-01-06 10:00"):
    return Telling(
        start=at(start),
        state=state,
        revision=revision,
        sent_at=at(sent_at) if sent_at else None,
    )


@pytest.mark.parametrize(
    ("telling", "counts"),
    [
        (tell("2026-01-15 09:00", "accepted"), True),
        (tell("2026-01-15 09:00", "uncertain"), True),
        (tell("2026-01-15 09:00", "cancelled"), True),
        (tell("2026-01-15 09:00", "undelivered"), False),
        (tell("2026-01-15 09:00", "scheduled"), False),
        (tell("2026-01-15 09:00", "scheduled", sent_at=None), False),
        (tell("2026-01-15 09:00", "scheduled", revision=1), True),
    ],
)
def test_what_may_have_left_counts_as_told(telling, counts):
    told = last_told([telling], revision=0, is_live=True)

    assert (told is not None) == counts


def test_the_last_telling_counts():
    first = tell("2026-01-15 09:00", sent_at="2026-01-06 10:00")
    second = tell("2026-01-16 09:00", sent_at="2026-01-07 10:00", revision=1)

    assert last_told([second, first], revision=1, is_live=True) == second.start


def test_planning_twice_wants_the_same_keys():
    subject = visit("2026-01-15 09:00", "2026-01-06 10:00")
    first = plan(subject, reach=SMS_ONLY, now=subject.changed_at)
    second = plan(subject, reach=SMS_ONLY, now=subject.changed_at + timedelta(hours=1))

    assert first == second
    assert all(m.due_at.tzinfo is not None for m in first.messages)
    assert first.messages[0].due_at.astimezone(UTC) == subject.changed_at
