"""Who runs late into an absence or a standing hold: by rule, and on a real day."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from scheduling import selectors
from scheduling.absences import services as absences
from scheduling.booking import book, holds, rules
from scheduling.day.overruns import ABSENCE, HOLD, Kept, runs_into
from scheduling.day.projection import State, Went, project
from scheduling.day.rendering import projection_json
from tests.factories import scheduling as make
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.projection_days import (
    DOCTOR,
    ODD,
    PROCEDURE,
    ROOM,
    TALK,
    at,
    minute,
    so_far,
    visit,
)

SEEDS = st.integers(0, 10**9)
MOMENTS = st.integers(-10, 400)
WEDNESDAY = date(2026, 9, 2)


def kept(start, end, resource=DOCTOR, code=ABSENCE):
    return Kept(code, resource, at(start), at(end))


def begun(planned, after):
    return replace(planned, went={0: Went(at(after))})


def told(visits, now, *times):
    """(visit, phase, begin, end) of each, in minutes after eight."""
    found = runs_into(visits, project(visits, at(now)), times)
    return [
        (one.visit_id.int, one.phase, minute(one.start), minute(one.end))
        for one in found
    ]


def test_a_talk_that_began_late_runs_into_the_absence_after_it():
    talk = begun(visit(1, TALK, 0), after=15)

    # Its buffer of 5 minutes is needed, too.
    assert told([talk], 16, kept(25, 90)) == [(1, "phase 0", 25, 40)]


def test_who_waits_for_somebody_late_runs_into_the_hold_behind():
    first, second = begun(visit(1, TALK, 0), after=15), visit(2, TALK, 30)
    hold = kept(55, 85, code=HOLD)

    assert told([first, second], 16, hold) == [(2, "phase 0", 55, 70)]


def test_an_absence_of_a_resource_the_visit_does_not_use_is_not_told():
    talk = begun(visit(1, TALK, 0), after=15)

    assert told([talk], 16, kept(25, 90, resource=ROOM)) == []


def test_less_than_is_noticeable_is_not_told():
    talk = begun(visit(1, TALK, 0), after=4)

    assert told([talk], 5, kept(25, 90)) == []


def test_a_conflict_of_the_plan_is_not_told_again():
    talk = visit(1, TALK, 30)

    assert told([talk], 0, kept(40, 50)) == []


def test_a_claim_over_two_phases_names_the_one_that_meets_it():
    odd = begun(visit(1, ODD, 0), after=30)
    odd = replace(odd, went={0: Went(at(30)), 1: Went(at(30))})

    assert told([odd], 31, kept(50, 90)) == [(1, "phase 2", 50, 70)]


def test_what_is_over_runs_into_nothing():
    done = replace(visit(1, TALK, 0), went={0: Went(at(0), at(40))})

    assert told([done], 41, kept(25, 90)) == []


@given(SEEDS, MOMENTS)
def test_it_is_told_exactly_where_an_expected_claim_overlaps_kept_time(seed, now):
    visits, _ = so_far(seed, now)
    times = [kept(n, n + 20, resource=r) for r in (ROOM, DOCTOR) for n in (60, 150)]
    projection = project(visits, at(now))
    expected = {
        one.id: {phase.planned.position: phase for phase in one.phases}
        for one in projection.visits
    }

    found = {(one.visit_id, one.kept) for one in runs_into(visits, projection, times)}

    def shared(start, end, time):
        inside = range(max(minute(start), minute(time.start)), minute(time.end))
        return sum(1 for tick in inside if tick < minute(end))

    overlapping = set()
    for one in visits:
        for claim in one.claims:
            first = expected[one.id][claim.first]
            last = expected[one.id][claim.last]
            start = first.start + (claim.start - first.planned.start)
            end = last.end + (claim.end - last.planned.end)
            for time in times:
                planned = shared(claim.start, claim.end, time)
                more = shared(start, end, time) - planned
                left = last.state in {State.TO_COME, State.UNDER_WAY}
                if left and claim.resource_id == time.resource_id and more >= 5:
                    overlapping.add((one.id, time))
    assert found == overlapping


@given(SEEDS)
def test_before_the_day_nobody_runs_into_anything(seed):
    visits, _ = so_far(seed, now=-60)
    times = [kept(n, n + 10, resource=r) for r in (ROOM, DOCTOR) for n in (40, 90)]

    assert told(visits, -60, *times) == []


def test_a_procedure_is_told_for_each_resource_it_meets():
    procedure = begun(visit(1, PROCEDURE, 0), after=20)

    found = told([procedure], 21, kept(105, 200), kept(125, 200, resource=ROOM))

    assert found == [(1, "phase 4", 105, 125), (1, "phase 1", 125, 140)]


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])
    return make.practice()


def late_talk(place):
    """A consultation of 45 minutes at nine that goes on; another one follows."""
    talk = place.book()
    book.check_in(appointment_id=talk.pk, by=BY, now=NINE)
    return talk, place.book(start=NINE + minutes(45))


def projected(place, after):
    return selectors.day_projection(place.clinic.pk, WEDNESDAY, NINE + minutes(after))


@pytest.mark.django_db
def test_the_day_names_the_absence_and_the_hold_that_are_run_into(place):
    doctor, room = place.one("clinician"), place.one("consult_room")
    _, following = late_talk(place)
    absences.open_absence(
        clinic_id=place.clinic.pk,
        resource_id=doctor.pk,
        start=NINE + minutes(100),
        end=NINE + minutes(130),
        by=BY,
        now=NINE,
    )
    before = list(following.reservations.values_list("resource", "period"))

    day = projected(place, after=65)

    [absent] = day.runs_into
    assert (absent.visit_id, absent.phase) == (following.pk, "Visit")
    assert (absent.kept.code, absent.kept.resource_id) == (ABSENCE, doctor.pk)
    assert (absent.start, absent.end) == (NINE + minutes(100), NINE + minutes(110))
    [shown] = projection_json(day)["runs_into"]
    assert (shown["kept_by"], shown["resource"]) == ("absence", doctor.pk)
    assert shown["text"] == "Visit runs into the absence of clinician 1 at 10:40"
    assert list(following.reservations.values_list("resource", "period")) == before
    assert room.pk not in {one.kept.resource_id for one in day.runs_into}


@pytest.mark.django_db
def test_a_hold_counts_while_it_stands(place):
    _, following = late_talk(place)
    held = holds.hold(
        clinic_id=place.clinic.pk,
        visit_type="consultation",
        start=NINE + minutes(90),
        lasts=minutes(70),
        by=BY,
        now=NINE,
    )

    standing, expired = projected(place, after=65), projected(place, after=75)

    taken = set(held.reservations.values_list("resource_id", flat=True))
    assert {one.kept.resource_id for one in standing.runs_into} == taken
    assert {one.kept.code for one in standing.runs_into} == {HOLD}
    assert {one.visit_id for one in standing.runs_into} == {following.pk}
    assert expired.runs_into == ()


@pytest.mark.django_db
def test_it_takes_no_statement_beside_those_of_the_board(place):
    late_talk(place)
    board = selectors.day_board(place.clinic.pk, WEDNESDAY, NINE)

    with CaptureQueriesContext(connection) as statements:
        selectors.projected(board, NINE + minutes(65))

    assert len(statements) == 0
