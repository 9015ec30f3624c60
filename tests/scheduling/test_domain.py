"""The small laws the engine and the services rest on."""

import struct
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.booking.status import TRANSITIONS, Act, Status, why_not
from scheduling.openings.assignment import assign
from scheduling.openings.candidates import claims
from scheduling.openings.engine import Calendar, candidates
from scheduling.timegrid import bitset
from scheduling.timegrid.grid import Grid, align_down, align_up, is_on_grid
from scheduling.timegrid.local_time import Doubled, InGap, local, resolve
from scheduling.timegrid.packed import span_of, to_cells, unpack
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan, check_plan

sets = st.integers(min_value=0, max_value=2**80 - 1)
lengths = st.integers(min_value=1, max_value=40)
instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def cells_of(number):
    return {cell for cell in range(number.bit_length()) if number >> cell & 1}


# --- bits ------------------------------------------------------------------------


@given(sets, lengths)
def test_erosion_keeps_the_cells_with_enough_set_cells_from_there_on(cells, length):
    free = cells_of(cells)

    expected = {c for c in free if all(c + i in free for i in range(length))}

    assert cells_of(bitset.erode(cells, length)) == expected


@given(st.lists(sets, max_size=6), st.integers(1, 4))
def test_at_least_counts_members(members, count):
    expected = {
        cell
        for cell in range(80)
        if sum(member >> cell & 1 for member in members) >= count
    }

    assert cells_of(bitset.at_least(count, members)) == expected


@given(
    st.lists(st.tuples(st.integers(-50, 900), st.integers(-50, 900)), max_size=8),
    st.integers(0, 800),
)
def test_spans_become_cells_and_are_cut_to_the_grid(spans, size):
    expected = {
        cell for start, end in spans for cell in range(start, end) if 0 <= cell < size
    }

    assert cells_of(bitset.from_spans(spans, size)) == expected


@given(st.integers(0, 1 << 700))
def test_spans_of_a_set_are_apart_and_make_it_again(cells):
    spans = bitset.spans_of(cells)

    assert bitset.from_spans(spans, 701) == cells
    assert all(end < start for (_, end), (start, _) in pairwise(spans))


@given(
    st.lists(st.tuples(st.integers(-288, 1500), st.integers(1, 290)), max_size=9),
    st.integers(1, 1500),
)
def test_packed_stretches_become_the_same_cells(stretches, size):
    spans = [(a, a + n) for a, n in stretches if a < size and a + n > 0]
    packed = b"".join(struct.pack(">i", a * 512 + b - a) for a, b in spans)

    assert [span_of(one) for one in unpack(packed)] == spans
    assert to_cells(unpack(packed), size) == bitset.from_spans(spans, size)


@given(sets, st.integers(0, 80))
def test_runs_beside_a_cell(cells, cell):
    free = cells_of(cells)
    before = after = 0
    while cell - 1 - before in free:
        before += 1
    while cell + after in free:
        after += 1

    assert bitset.run_before(cells, cell) == before
    assert bitset.run_after(cells, cell) == after


@given(sets)
def test_positions_lists_the_set_cells_in_order(cells):
    assert list(bitset.positions(cells)) == sorted(cells_of(cells))


# --- grid ------------------------------------------------------------------------


@given(instants)
def test_aligning_goes_to_the_marks_around(instant):
    down, up = align_down(instant), align_up(instant)

    assert down <= instant <= up
    assert is_on_grid(down)
    assert is_on_grid(up)
    assert up - down == timedelta(minutes=0 if is_on_grid(instant) else 5)


@given(instants, st.integers(-10_000, 10_000))
def test_a_grid_counts_cells_from_its_first_instant(instant, seconds):
    grid = Grid(align_down(instant), 100)
    at = grid.first + timedelta(seconds=seconds)

    assert grid.instant(grid.floor(at)) <= at <= grid.instant(grid.ceil(at))
    assert grid.ceil(at) - grid.floor(at) in {0, 1}


# --- local time ------------------------------------------------------------------


@pytest.mark.parametrize(
    "zone", ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
@given(instant=instants)
def test_the_wall_clock_leads_back_to_its_instant(zone, instant):
    zone = ZoneInfo(zone)
    wall = local(instant, zone)

    found = resolve(wall, zone)

    match found:
        case Doubled(first, second):
            assert instant in (first, second)
        case _:
            assert found == instant


def test_a_gap_of_half_an_hour_has_its_neighbours():
    zone = ZoneInfo("Australia/Lord_Howe")

    found = resolve(datetime(2026, 10, 4, 2, 10), zone)  # noqa: DTZ001

    assert isinstance(found, InGap)
    assert local(found.before, zone).strftime("%H:%M") == "01:55"
    assert local(found.after, zone).strftime("%H:%M") == "02:30"


# --- plans and assignment --------------------------------------------------------


def plan(*spans, group=None, after=0, count=1, kind="nurse"):
    phases = [PhasePlan(n, f"phase {n}", a, b - a) for n, (a, b) in enumerate(spans, 1)]
    needs = [
        NeedPlan(
            id=phase.id,
            phase=phase,
            kinds=frozenset({kind}),
            group=group or phase.id,
            after_minutes=after,
            count=count,
        )
        for phase in phases
    ]
    return Plan(tuple(phases), tuple(needs))


def nurse(number, free="1" * 100):
    cells = int(free[::-1], 2)
    return Calendar(number, "nurse", frozenset(), cells, cells)


def assigned(wanted, *calendars, start=0):
    return assign(wanted, candidates(wanted, calendars), start)


def test_needs_at_one_time_get_different_resources():
    found = assigned(plan((0, 30), (10, 20)), nurse(1), nurse(2))

    assert len({resource for group in found.values() for resource in group}) == 2


def test_needs_one_after_the_other_may_share():
    assert assigned(plan((0, 30), (30, 60)), nurse(1)) == {1: (1,), 2: (1,)}


def test_a_buffer_of_the_first_keeps_the_second_off():
    assert assigned(plan((0, 30), (30, 60), after=10), nurse(1)) is None


def test_the_same_resource_may_follow_itself_within_its_buffer():
    assert assigned(plan((0, 30), (30, 60), after=10, group=1), nurse(1)) == {1: (1,)}


def test_scarce_needs_choose_first():
    # Number 1 could serve both needs, number 2 only the first of them.
    busy_later = nurse(2, "1" * 6 + "0" * 94)
    wanted = plan((0, 30), (0, 60))

    assert assigned(wanted, nurse(1), busy_later) == {1: (2,), 2: (1,)}


def test_the_tightest_gap_is_taken_first():
    wide, tight = nurse(1), nurse(2, "1" * 6 + "0" * 94)

    assert assigned(plan((0, 30)), wide, tight) == {1: (2,)}


def test_equal_resources_are_taken_by_id():
    assert assigned(plan((0, 30), count=2), nurse(3), nurse(1), nurse(2)) == {1: (1, 2)}


def test_overlapping_claims_of_one_resource_are_one():
    wanted = plan((0, 30), (35, 60), after=10, group=1)
    start = datetime(2026, 9, 2, tzinfo=UTC)

    [claim] = claims(wanted, {1: (7,)}, start)

    assert (claim.start, claim.end) == (start, start + timedelta(minutes=70))
    assert claim.need_id == 1


def test_claims_that_touch_stay_apart():
    wanted = plan((0, 30), (40, 60), after=10, group=1)

    assert len(claims(wanted, {1: (7,)}, datetime(2026, 9, 2, tzinfo=UTC))) == 2


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (Plan((), ()), "at least one phase"),
        (plan((5, 30)), "minute 0"),
        (plan((0, 21 * 60)), "20 hours"),
    ],
)
def test_a_plan_that_cannot_be_offered_is_described(bad, word):
    assert word in check_plan(bad)[0]


# --- states ----------------------------------------------------------------------


def test_every_status_has_a_way_out_or_is_an_end():
    ends = {Status.CANCELLED, Status.ENTERED_IN_ERROR}

    assert set(Status) - ends == {status for status, _ in TRANSITIONS}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", Act)
def test_an_act_is_in_the_table_or_refused_in_words(status, act):
    assert ((status, act) in TRANSITIONS) == (why_not(status, act) is None)


def test_nothing_moves_or_cancels_a_visit_from_check_in_on():
    after = (Status.CHECKED_IN, Status.FULFILLED)

    assert all(why_not(s, a) for s in after for a in (Act.MOVE, Act.CANCEL))
