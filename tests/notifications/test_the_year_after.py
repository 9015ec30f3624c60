"""A year after the procedure as tables written by hand: C4 without a channel, C5 who
answers nothing from week 6 on, and the rules that the tables rest on.

C1 and C3 are replayed through the services in tests/demo/test_cases.py and
test_case_c3.py.
"""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import holidays
import pytest

from notifications.domain import touchpoints_after as table
from notifications.domain.catalogue import CHECK_INS, KINDS
from notifications.domain.plan import plan
from notifications.domain.subjects import CheckIn
from notifications.domain.wanted import Reach
from procedures.follow_up import timetable
from tests.notifications.test_plan import HOUSTON, SMS_ONLY, at

TIMETABLE = json.loads(
    (Path(timetable.__file__).parent.parent / "data" / "milestones.json").read_text()
)
SILENT = Reach(zone=HOUSTON)
BOTH = Reach(
    zone=HOUSTON,
    contacts=frozenset({"sms", "email"}),
    consents=frozenset({"sms", "email"}),
)


def contacts(injected_on, **changes):
    """Return the follow-ups of an injection on that day, as the plan sees them."""
    milestones = tuple(timetable.from_data(one) for one in TIMETABLE["milestones"])
    us = holidays.country_holidays("US", years=[2025, 2026, 2027])
    planned = timetable.plan(
        milestones, date.fromisoformat(injected_on), lambda day: day in us
    )
    return {
        one.code: CheckIn(
            id=one.code,
            code=one.code,
            target_on=one.target_on,
            window_to=one.window_to,
            is_open=True,
            is_visit=one.mode == "visit",
            **changes.get(one.code, {}),
        )
        for one in planned
    }


def local(instant):
    return f"{instant.astimezone(HOUSTON):%a %Y-%m-%d %H:%M}"


def told(subject, reach, now="2000-01-01 00:00"):
    found = plan(subject, reach=reach, now=at(now)).messages
    return sorted(
        ((m.kind, m.channel, local(m.next_at)) for m in found),
        key=lambda row: row[2][4:],
    )


def called(subject, reach, now="2000-01-01 00:00"):
    found = plan(subject, reach=reach, now=at(now)).calls
    return [(c.kind, c.reason, local(c.opens_at)) for c in found]


# C4: treated on Wednesday 2026-06-10, agreed to no text: each contact is a call.
C4 = {
    "D1": [("check_in", "no_channel", "Thu 2026-06-11 10:00")],
    "D3": [("check_in", "no_channel", "Sat 2026-06-13 10:00")],
    "D7": [
        ("check_in", "no_channel", "Wed 2026-06-17 10:00"),
        ("check_in_overdue", "unanswered", "Fri 2026-06-19 10:00"),
    ],
    "D14": [
        ("book_follow_up", "not_booked", "Thu 2026-06-18 10:00"),
        ("check_in", "no_channel", "Wed 2026-06-24 10:00"),
        ("check_in_overdue", "unanswered", "Fri 2026-06-26 10:00"),
    ],
    "W6": [
        ("book_follow_up", "not_booked", "Wed 2026-07-08 10:00"),
        ("check_in", "no_channel", "Wed 2026-07-22 10:00"),
        ("check_in_overdue", "unanswered", "Fri 2026-07-24 10:00"),
    ],
    "M3": [
        ("book_follow_up", "not_booked", "Thu 2026-08-20 10:00"),
        ("check_in", "no_channel", "Thu 2026-09-10 10:00"),
        ("check_in_overdue", "unanswered", "Sat 2026-09-12 10:00"),
    ],
    "M6": [
        ("book_follow_up", "not_booked", "Thu 2026-11-12 10:00"),
        ("check_in", "no_channel", "Thu 2026-12-10 10:00"),
        ("check_in_overdue", "unanswered", "Sat 2026-12-12 10:00"),
    ],
    "M12": [
        ("book_follow_up", "not_booked", "Thu 2027-04-29 10:00"),
        ("check_in", "no_channel", "Thu 2027-06-10 10:00"),
        # A Sunday would be noon; this is a Saturday.
        ("check_in_overdue", "unanswered", "Sat 2027-06-12 10:00"),
    ],
}


@pytest.mark.parametrize("code", C4)
def test_c4_is_told_nothing_and_telephoned_at_every_contact(code):
    subject = contacts("2026-06-10")[code]

    assert told(subject, SILENT) == []
    assert sorted(called(subject, SILENT), key=lambda row: row[2][4:]) == C4[code]


# C5: treated on Tuesday 2026-10-06; nobody booked week 6, and it is not answered.
C5_W6 = [
    ("time_to_book", "sms", "Tue 2026-11-03 10:00"),
    ("book_nudge", "email", "Thu 2026-11-05 10:00"),
    ("book_nudge", "sms", "Sat 2026-11-07 10:00"),
    ("check_in_w6", "sms", "Tue 2026-11-17 10:00"),
    ("check_in_nudge", "email", "Thu 2026-11-19 10:00"),
    ("check_in_nudge", "sms", "Sat 2026-11-21 10:00"),
]
C5_CALLS = [
    ("book_follow_up", "not_booked", "Mon 2026-11-09 10:00"),
    ("check_in_overdue", "unanswered", "Mon 2026-11-23 10:00"),
]


def test_c5_is_reminded_on_the_other_channel_then_again_then_called():
    w6 = contacts("2026-10-06")["W6"]

    assert told(w6, BOTH) == C5_W6
    assert called(w6, BOTH) == C5_CALLS


def test_with_one_channel_the_nudges_go_by_it():
    w6 = contacts("2026-10-06")["W6"]

    only_texts = [(kind, "sms", when) for kind, _, when in C5_W6]
    assert told(w6, SMS_ONLY) == only_texts


def test_every_follow_up_of_the_timetable_is_invited_to():
    for code, subject in contacts("2026-10-06").items():
        assert CHECK_INS[code] in {kind for kind, *_ in told(subject, BOTH)}


def test_every_message_keeps_the_row_of_the_table_that_asks_for_it():
    w6 = contacts("2026-10-06")["W6"]

    planned = plan(w6, reach=BOTH, now=at("2000-01-01 00:00")).messages
    assert {(one.kind, one.touchpoint) for one in planned} == {
        ("time_to_book", "W6_book v1"),
        ("book_nudge", "1 v1"),
        ("book_nudge", "2 v1"),
        ("check_in_w6", "W6 v1"),
        ("check_in_nudge", "1 v1"),
        ("check_in_nudge", "2 v1"),
    }


def test_a_code_of_another_timetable_is_invited_to_as_well():
    subject = CheckIn(
        id="x",
        code="W3",
        target_on=date(2026, 10, 27),
        window_to=date(2026, 10, 30),
        is_open=True,
        is_visit=True,
    )

    assert told(subject, SMS_ONLY)[0] == ("time_to_book", "sms", "Tue 2026-10-06 10:00")
    assert ("check_in", "sms", "Tue 2026-10-27 10:00") in told(subject, SMS_ONLY)


def test_a_booked_visit_stops_the_booking_and_asks_by_itself():
    at_visit = {"W6": {"visit_at": at("2026-11-17 09:00")}}
    w6 = contacts("2026-10-06", **at_visit)["W6"]

    assert told(w6, BOTH) == [
        ("check_in_nudge", "email", "Thu 2026-11-19 10:00"),
        ("check_in_nudge", "sms", "Sat 2026-11-21 10:00"),
    ]
    assert called(w6, BOTH, "2026-11-17 12:00") == []
    assert called(w6, BOTH, "2026-11-18 12:00") == C5_CALLS[1:]


def test_a_visit_early_in_its_window_leaves_the_question_of_the_day():
    at_visit = {"W6": {"visit_at": at("2026-11-10 09:00")}}
    w6 = contacts("2026-10-06", **at_visit)["W6"]

    assert told(w6, BOTH) == C5_W6[3:]


def test_an_answer_stops_everything():
    for code, subject in contacts("2026-10-06").items():
        closed = CheckIn(
            id=code,
            code=code,
            target_on=subject.target_on,
            window_to=subject.window_to,
            is_open=False,
            is_visit=subject.is_visit,
        )
        assert told(closed, BOTH) == []
        assert called(closed, BOTH) == []


@pytest.mark.parametrize("silence", ["deceased", "do_not_contact"])
def test_the_dead_and_who_wants_no_contact_hear_nothing(silence):
    for subject in contacts("2026-10-06").values():
        reach = Reach(
            zone=HOUSTON,
            silence=silence,
            contacts=BOTH.contacts,
            consents=BOTH.consents,
        )
        assert told(subject, reach) == []
        assert called(subject, reach) == []


def test_nothing_is_sent_after_the_window_and_nudges_are_48_hours_apart():
    for subject in contacts("2026-10-06").values():
        found = plan(subject, reach=SMS_ONLY, now=at("2000-01-01 00:00")).messages
        closes = at(f"{subject.window_to.isoformat()} 23:59")
        assert all(m.next_at <= closes for m in found)
        assert all(m.due_at < m.expires_at for m in found)
        for kind in ("check_in_nudge", "book_nudge"):
            due = [m.due_at for m in found if m.kind == kind]
            assert all(b - a == table.NUDGE_AFTER for a, b in pairwise(due))


def test_no_cap_drops_an_invitation_and_every_nudge_counts():
    invitations = {*CHECK_INS.values(), "check_in", "time_to_book"}

    assert not any(KINDS[kind].is_reminder for kind in invitations)
    assert KINDS["check_in_nudge"].is_reminder
    assert KINDS["book_nudge"].is_reminder


def test_an_early_contact_is_called_on_the_last_afternoon_of_its_window():
    for code, when in {
        "D1": "Thu 2026-10-08 15:00",
        "D3": "Sat 2026-10-10 15:00",
        "D7": "Thu 2026-10-15 15:00",
        "D14": "Fri 2026-10-23 15:00",
    }.items():
        calls = called(contacts("2026-10-06")[code], SMS_ONLY)
        assert ("check_in_overdue", "unanswered", when) in calls


def test_the_keys_of_a_year_are_all_different():
    found = [
        message.dedupe_key
        for subject in contacts("2026-10-06").values()
        for message in plan(subject, reach=BOTH, now=at("2000-01-01 00:00")).messages
    ]

    assert len(found) == len(set(found)) == 33
