"""How the rest of a day is expected to go: by hand, and against a naive clock."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduling.day.projection import State, Went, project
from tests.scheduling.projection_days import (
    DOCTOR,
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


def late(minutes):
    return timedelta(minutes=minutes)


def spans(expected):
    """(begin, end) of each phase in minutes after eight, by position."""
    by_position = sorted(expected.phases, key=lambda phase: phase.planned.position)
    return [(minute(p.start), minute(p.end)) for p in by_position]


def begun(planned, went):
    """The visit with records given as {position: (began, ended or None)}."""
    records = {
        position: Went(at(began), None if ended is None else at(ended))
        for position, (began, ended) in went.items()
    }
    return replace(planned, went=records)


def expected_of(visits, now):
    """Those that are not missed: begun, not over yet, or behind one that is kept."""
    kept = {v.id for v in visits if v.went}
    for _ in visits:
        kept |= {v.id for v in visits if any(is_behind(v, o, kept) for o in visits)}
    return [v for v in visits if v.id in kept or max(p.end for p in v.phases) > now]


def is_behind(planned, other, kept):
    """It takes a resource after another that is kept and not done with it."""
    return other.id in kept and any(
        mine.resource_id == held.resource_id
        and held.start < mine.start
        and not (held.last in other.went and other.went[held.last].ended)
        for mine in planned.claims
        for held in other.claims
    )


def test_a_harvest_that_overruns_pushes_what_follows_and_stretches_the_room():
    procedure = begun(
        visit(1, PROCEDURE, 0), {0: (0, 40), 1: (40, None), 2: (40, None)}
    )

    expected = project([procedure], at(85)).visits[0]

    # Processing overlaps the last 5 minutes of the harvest, but is not begun yet.
    assert spans(expected) == [
        (0, 40),
        (40, 130),
        (40, 85),
        (85, 115),
        (110, 130),
        (130, 160),
    ]
    assert expected.delay == late(25)


def test_the_next_visit_waits_for_the_room_and_its_turnover():
    first = begun(visit(1, PROCEDURE, 0), {0: (0, 40), 1: (60, None), 2: (60, None)})
    second = visit(2, PROCEDURE, 80)

    found = project([first, second], at(65))

    assert spans(found.visits[1])[:2] == [(80, 120), (140, 205)]
    [one, two] = found.affected
    assert (one.visit_id, one.cause.code, one.cause.phase) == (
        first.id,
        "late",
        "phase 2",
    )
    assert (two.visit_id, two.expected.planned.position) == (second.id, 1)
    assert (two.cause.code, two.cause.resource_id) == ("waits", ROOM)
    assert (two.cause.until, two.delay) == (at(140), late(20))


def test_nobody_is_affected_by_less_than_five_minutes():
    talk, soon = visit(1, TALK, 0), visit(2, TALK, 30)

    before = project([talk, soon], at(4)).affected
    after = project([talk, soon], at(5)).affected

    assert before == ()
    assert [(a.cause.code, a.delay) for a in after] == [
        ("not-begun", late(5)),
        ("waits", late(5)),
    ]


def test_a_phase_that_takes_longer_ends_late_where_nothing_follows():
    talk = begun(visit(1, TALK, 0), {0: (0, None)})

    [found] = project([talk], at(32)).affected

    assert found.ends
    assert (found.delay, found.cause.code) == (late(12), "late")


def test_what_began_early_delays_nobody():
    talk = begun(visit(1, TALK, 30), {0: (10, None)})

    found = project([talk, visit(2, TALK, 60)], at(12))

    assert spans(found.visits[0]) == [(10, 30)]
    assert found.affected == ()


def test_a_phase_overtaken_without_a_record_is_over():
    procedure = begun(visit(1, PROCEDURE, 0), {0: (0, None), 4: (90, None)})

    phases = project([procedure], at(92)).visits[0].phases

    states = {p.planned.position: p.state for p in phases}
    assert states == {
        0: State.UNDER_WAY,
        1: State.TO_COME,
        2: State.PASSED,
        3: State.TO_COME,
        4: State.UNDER_WAY,
        5: State.TO_COME,
    }


def test_a_stay_recorded_as_over_ends_what_lies_in_it():
    procedure = begun(visit(1, PROCEDURE, 0), {0: (0, 40), 1: (40, 100)})

    phases = project([procedure], at(102)).visits[0].phases

    inside = [p.state for p in phases if p.planned.position in {2, 3, 4}]
    assert inside == [State.PASSED] * 3


def test_a_closed_visit_holds_nothing():
    over = replace(begun(visit(1, TALK, 0), {0: (0, None)}), over_at=at(15))

    found = project([over, visit(2, TALK, 30)], at(16))

    assert spans(found.visits[0]) == [(0, 15)]
    assert found.affected == ()


def test_a_visit_that_never_began_is_no_longer_expected_once_it_should_be_over():
    talk, soon = visit(1, TALK, 0), visit(2, TALK, 30)

    found = project([talk, soon], at(20))

    assert found.visits[0].phases[0].state is State.PASSED
    assert found.affected == ()


def test_who_waits_because_of_a_delay_is_still_expected_after_the_planned_end():
    long = begun(visit(1, TALK, 0), {0: (0, None)})
    waits, after = replace(visit(2, TALK, 30), is_here=True), visit(3, TALK, 60)

    found = project([long, waits, after], at(61))

    assert spans(found.visits[1]) == [(71, 91)]
    assert [one.visit_id for one in found.affected] == [long.id, waits.id, after.id]
    assert found.affected[1].delay == late(41)
    assert found.affected[2].delay == late(41)


def test_who_has_arrived_is_expected_whatever_the_time():
    here = replace(visit(1, TALK, 0), is_here=True)

    [found] = project([here], at(45)).affected

    assert found.expected.state is State.TO_COME
    assert found.delay == late(45)


def test_whose_resource_is_held_is_expected_even_if_nobody_arrived():
    long = begun(visit(1, TALK, 0), {0: (0, None)})

    found = project([long, visit(2, TALK, 30)], at(55))

    assert spans(found.visits[1]) == [(65, 85)]


def test_who_is_behind_somebody_that_waits_is_expected_too():
    room, doctor = ([(0, 20)], [(ROOM, 0, 0, 0, 0)]), TALK
    both = ([(0, 20)], [(ROOM, 0, 0, 0, 0), (DOCTOR, 0, 0, 0, 0)])
    long = begun(visit(1, room, 0), {0: (0, None)})

    found = project([long, visit(2, both, 20), visit(3, doctor, 45)], at(66))

    assert [v.phases[0].state for v in found.visits[1:]] == [State.TO_COME] * 2


def test_who_is_behind_a_visit_that_is_done_is_not_kept_waiting():
    done = begun(visit(1, TALK, 0), {0: (0, 40)})

    found = project([done, visit(2, TALK, 30)], at(51))

    assert found.visits[1].phases[0].state is State.PASSED


def test_who_went_ahead_is_not_sent_away():
    first, second = visit(1, TALK, 0), begun(visit(2, TALK, 30), {0: (2, None)})

    found = project([first, second], at(3))

    assert spans(found.visits[0]) == [(32, 52)]
    assert found.affected[0].cause.until == at(27)


@given(SEEDS)
def test_before_the_day_the_projection_is_the_plan(seed):
    visits, _ = so_far(seed, now=-60)

    found = project(visits, at(-60))

    assert found.affected == ()
    for expected in found.visits:
        assert expected.delay == late(0)
        assert all(p.start == p.planned.start for p in expected.phases)
        assert all(p.end == p.planned.end for p in expected.phases)


@given(SEEDS, MOMENTS)
def test_it_agrees_with_a_naive_clock(seed, now):
    visits, going = so_far(seed, now)
    kept = {v.id for v in expected_of(visits, at(now))}
    going.runs = [r for r in going.runs if r.visit.id in kept]

    told = project(visits, at(now))

    by_clock = going.rest(now)
    for expected in told.visits:
        for phase in expected.phases:
            if phase.state is not State.PASSED:
                key = expected.id, phase.planned.position
                assert (phase.start, phase.end) == by_clock[key]


@given(SEEDS, MOMENTS)
def test_what_is_to_come_is_never_earlier_than_planned_or_now(seed, now):
    visits, _ = so_far(seed, now)

    for expected in project(visits, at(now)).visits:
        for phase in expected.phases:
            if phase.state is State.TO_COME:
                assert phase.start >= max(phase.planned.start, at(now))
                assert (
                    phase.end - phase.start >= phase.planned.end - phase.planned.start
                )


@given(SEEDS, MOMENTS)
def test_no_two_expected_claims_of_a_resource_overlap(seed, now):
    visits, _ = so_far(seed, now)
    told = project(visits, at(now))

    taken = {}
    for planned, expected in zip(visits, told.visits, strict=True):
        phases = {p.planned.position: p for p in expected.phases}
        for claim in planned.claims:
            first, last = phases[claim.first], phases[claim.last]
            if State.PASSED in {first.state, last.state}:
                continue
            begin = first.start - (first.planned.start - claim.start)
            end = last.end + (claim.end - last.planned.end)
            taken.setdefault(claim.resource_id, []).append((begin, end))
    for stretches in taken.values():
        for (_, end), (begin, _) in pairwise(sorted(stretches)):
            assert end <= begin


@given(SEEDS, MOMENTS, st.integers(0, 60))
def test_more_lateness_never_makes_anything_earlier(seed, now, more):
    visits, _ = so_far(seed, now)
    later = [_later(v, late(more), at(now)) for v in visits]

    before, after = project(visits, at(now)), project(later, at(now))

    for one, other in zip(before.visits, after.visits, strict=True):
        for phase, same in zip(one.phases, other.phases, strict=True):
            assert same.start >= phase.start
            assert same.end >= phase.end


def _later(planned, more, now):
    """The same on record, each phase up to `more` later but not in the future."""
    went = {
        position: Went(
            min(now, record.started + more),
            record.ended and min(now, record.ended + more),
        )
        for position, record in planned.went.items()
    }
    return replace(planned, went=went)


@given(SEEDS, MOMENTS)
def test_whoever_is_affected_is_late_for_a_reason(seed, now):
    visits, _ = so_far(seed, now)

    for found in project(visits, at(now)).affected:
        assert found.delay >= late(5)
        assert found.cause.code in {"waits", "late", "not-begun"}
        if found.cause.code == "waits":
            assert found.cause.until <= found.expected.start + late(5)
