"""Where blocks lie on the day board."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.staff.board import grid
from pages.staff.board.grid import Frame, Rows, complement, css_class, frame, lanes
from tests.architecture.tree import ROOT

HOUSTON = ZoneInfo("America/Chicago")
DAY = date(2026, 12, 3)
rows = st.builds(
    lambda first, count: Rows(first, first + count),
    st.integers(0, 120),
    st.integers(1, 30),
)


def at(hour, minute=0, on=DAY):
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=HOUSTON)


def overlap(one, other):
    return one.first < other.last and other.first < one.last


def fullest_row(spans):
    return max(
        sum(span.first <= row < span.last for span in spans)
        for row in {span.first for span in spans}
    )


@given(st.lists(rows, max_size=25))
def test_no_two_blocks_of_a_lane_overlap(spans):
    placed = lanes(spans)

    for i, one in enumerate(spans):
        for j, other in enumerate(spans[:i]):
            if overlap(one, other):
                assert placed[i][0] != placed[j][0]
                assert placed[i][1] == placed[j][1]


@given(st.lists(rows, min_size=1, max_size=25))
def test_there_are_as_many_lanes_as_blocks_meet_at_the_fullest_row(spans):
    placed = lanes(spans)

    assert all(0 <= lane < count for lane, count in placed)
    assert max(count for _, count in placed) == fullest_row(spans)


@given(st.lists(rows, min_size=1, max_size=25))
def test_a_block_that_meets_no_other_has_the_column_to_itself(spans):
    placed = lanes(spans)

    for span, (lane, count) in zip(spans, placed, strict=True):
        if sum(overlap(span, other) for other in spans) == 1:
            assert (lane, count) == (0, 1)


def test_back_to_back_is_no_overlap():
    assert lanes([Rows(0, 3), Rows(3, 6)]) == [(0, 1), (0, 1)]


def test_the_frame_holds_full_hours_around_everything():
    shown = frame(DAY, HOUSTON, [(at(8, 20), at(9)), (at(10), at(16, 5))])

    assert (shown.start, shown.end) == (at(8), at(17))


def test_an_empty_day_shows_eight_to_five():
    shown = frame(DAY, HOUSTON, [])

    assert (shown.start, shown.end) == (at(8), at(17))


def test_what_lies_on_another_day_widens_nothing():
    tomorrow = DAY + timedelta(days=1)

    shown = frame(
        DAY, HOUSTON, [(at(9), at(10)), (at(9, on=tomorrow), at(10, on=tomorrow))]
    )

    assert (shown.start, shown.end) == (at(9), at(10))


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (DAY, 24)]
)
def test_a_day_with_a_clock_change_has_its_own_number_of_hours(on, hours):
    whole = [(at(0, on=on), at(0, on=on + timedelta(days=1)))]

    shown = frame(on, HOUSTON, whole)

    assert shown.rows == hours * 12
    assert len(list(shown.hours(HOUSTON))) == hours


def test_labels_name_every_hour_once_in_a_zone_of_half_hours():
    kolkata = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 12, 3, 8, tzinfo=kolkata)

    shown = frame(DAY, kolkata, [(start, start + timedelta(hours=3))])

    assert [row for row, _ in shown.hours(kolkata)] == [0, 12, 24]


def test_a_short_visit_is_drawn_as_tall_as_a_target_may_be():
    shown = Frame(at(8), at(17))

    assert shown.place(at(9), at(9, 5), 3) == Rows(12, 15)
    assert shown.place(at(16, 55), at(17), 3) == Rows(105, 108)


def test_what_lies_outside_the_frame_is_not_drawn():
    shown = Frame(at(8), at(17))

    assert shown.place(at(6), at(8)) is None
    assert shown.place(at(7), at(8, 5)) == Rows(0, 1)


stretches = st.lists(
    st.tuples(st.integers(0, 140), st.integers(1, 40)).map(
        lambda pair: (
            at(6) + timedelta(minutes=5 * pair[0]),
            at(6) + timedelta(minutes=5 * (pair[0] + pair[1])),
        )
    ),
    max_size=6,
)


@given(stretches)
def test_closed_time_is_what_is_left_of_the_frame(opened):
    shown = Frame(at(8), at(17))

    shut = complement(shown, opened)

    for minute in range(0, shown.rows * 5, 5):
        instant = shown.start + timedelta(minutes=minute)
        is_open = any(start <= instant < end for start, end in opened)
        is_shut = any(start <= instant < end for start, end in shut)
        assert is_open != is_shut


def test_positions_are_classes():
    assert css_class(Rows(0, 9)) == "r1 s9"
    assert css_class(Rows(4, 7), (1, 2)) == "r5 s3 l1-2"
    assert css_class(Rows(4, 7), (11, 12)) == "r5 s3 l7-8"


def test_the_stylesheet_is_the_one_in_the_repository():
    stored = ROOT / "pages/static/pages/board-grid.css"

    assert stored.read_text() == grid.stylesheet()
