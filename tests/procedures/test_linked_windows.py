"""What fits the window of a contact, and what is said when it does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.follow_up import windows
from procedures.follow_up.windows import Contact
from procedures.visits.approval import contact_code, episode_id
from tests.procedures.test_follow_ups_plan import planned

# The procedure of the case C3.
CONTACTS = {code: Contact(plan) for code, plan in planned(date(2026, 5, 21)).items()}


def codes(code, on, *, contacts=CONTACTS, booked=False, act="book"):
    found = windows.against(contacts, code, on, booked=booked, act=act)
    return [reason.code for reason in found]


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("D14", date(2026, 6, 2), date(2026, 6, 7)),
        ("W6", date(2026, 6, 25), date(2026, 7, 16)),
        ("M3", date(2026, 8, 7), date(2026, 9, 4)),
        ("M6", date(2026, 10, 31), date(2026, 12, 12)),
        ("M12", date(2027, 4, 21), date(2027, 6, 20)),
    ],
)
def test_both_ends_of_a_window_belong_to_it_and_no_day_beyond(code, first, last):
    a_day = timedelta(1)

    assert codes(code, first) == codes(code, last) == []
    assert codes(code, first - a_day) == codes(code, last + a_day) == ["contact-window"]


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-90, 500))
def test_on_any_day_a_visit_is_refused_or_fits_and_a_conflict_agrees(day, later):
    contacts = {code: Contact(plan) for code, plan in planned(day).items()}
    on = day + timedelta(later)

    for code in ("D14", "W6", "M3", "M6", "M12"):
        plan = contacts[code].plan
        inside = plan.window_from <= on <= plan.window_to
        assert (codes(code, on, contacts=contacts) == []) == inside
        assert (windows.conflict(contacts, code, on) == "") == inside
        assert codes(code, plan.target_on, contacts=contacts) == []


def test_the_sixth_month_of_c3_is_due_on_the_monday_after_its_saturday():
    plan = CONTACTS["M6"].plan

    assert plan.target_on == date(2026, 11, 23)
    assert codes("M6", plan.target_on) == []


def test_the_third_day_of_c3_is_a_sunday_and_no_visit():
    assert CONTACTS["D3"].plan.target_on.strftime("%a %d %b") == "Sun 24 May"
    assert codes("D3", date(2026, 5, 24)) == ["contact-remote"]


def test_a_month_clamped_to_its_end_has_its_window_around_that_day():
    contacts = {c: Contact(p) for c, p in planned(date(2026, 11, 30)).items()}

    assert contacts["M3"].plan.window_from == date(2027, 2, 14)
    assert codes("M3", date(2027, 2, 28), contacts=contacts) == []
    assert codes("M3", date(2027, 2, 13), contacts=contacts) == ["contact-window"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("W6", "Week 6 is from 25 Jun to 16 Jul."),
        ("D14", "Day 14 is from 2 Jun to 7 Jun."),
        ("M12", "Month 12 is from 21 Apr to 20 Jun."),
    ],
)
def test_a_window_is_said_in_words(code, words):
    assert windows.window(CONTACTS[code].plan) == words


def test_a_window_over_the_turn_of_the_year_names_both():
    plan = planned(date(2026, 11, 5))["W6"]

    assert windows.window(plan) == "Week 6 is from 10 Dec to 31 Dec."
    assert (
        windows.window(planned(date(2026, 11, 12))["W6"])
        == "Week 6 is from 17 Dec 2026 to 7 Jan 2027."
    )


def test_a_contact_is_booked_once_and_its_visit_can_be_moved():
    on = date(2026, 7, 2)

    assert codes("W6", on, booked=True) == ["contact-booked"]
    assert codes("W6", on, booked=True, act="move") == []


def test_an_unknown_contact_is_refused():
    assert codes("W9", date(2026, 7, 2)) == ["contact-unknown"]


def test_without_a_procedure_nothing_is_booked_anew_but_a_visit_can_be_moved():
    on = date(2026, 7, 2)

    assert codes("W6", on, contacts={}) == ["contact-without-procedure"]
    assert codes("W6", on, contacts={}, act="move") == []


def test_a_conflict_says_what_is_wrong():
    assert windows.conflict(CONTACTS, "W6", date(2026, 7, 2)) == ""
    assert windows.conflict(CONTACTS, "W6", date(2026, 7, 20)) == (
        "Week 6 is from 25 Jun to 16 Jul. This visit is on 20 Jul."
    )
    assert windows.conflict({}, "W6", date(2026, 7, 2)) == (
        "The procedure that Week 6 is counted from is not booked."
    )


@pytest.mark.parametrize(
    ("subject", "episode", "contact"),
    [
        ("episode:1f", "1f", ""),
        ("episode:1f#W6", "1f", "W6"),
        ("", "", ""),
        ("hold:1f#W6", "", ""),
    ],
)
def test_a_subject_names_the_episode_and_the_contact(subject, episode, contact):
    assert (episode_id(subject), contact_code(subject)) == (episode, contact)
