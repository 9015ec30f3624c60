"""Geometry of the day board: rows of five minutes, lanes side by side.

Pure arithmetic over instants. The board's axis is elapsed time from its first
instant, so a day with a clock change has its 23 or 25 hours; labels are local.
Positions become classes of board-grid.css, because the page's
Content-Security-Policy forbids inline styles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ROW = timedelta(minutes=5)
# 15 minutes, 27 px: a block is never smaller than a target may be (24 px).
SMALLEST_ROWS = 3
MOST_ROWS = 300  # 25 hours
MOST_COLUMNS = 60
MOST_LANES = 8


@dataclass(frozen=True, slots=True)
class Rows:
    """Half-open: rows first .. last - 1, counted from 0."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Frame:
    """The stretch of one day that a board shows: [start, end)."""

    start: datetime
    end: datetime

    @property
    def rows(self) -> int:
        return -((self.start - self.end) // ROW)

    def place(self, start: datetime, end: datetime, smallest: int = 1) -> Rows | None:
        """The rows of [start, end), cut to the frame; None if it lies outside."""
        first = max(0, (start - self.start) // ROW)
        last = min(self.rows, -((self.start - end) // ROW))
        if first >= last:
            return None
        first = min(first, max(0, self.rows - smallest))
        return Rows(first, max(last, min(self.rows, first + smallest)))

    def hours(self, zone: tzinfo) -> Iterator[tuple[int, datetime]]:
        """Each full local hour in the frame with its row."""
        step = timedelta(minutes=15)
        at = self.start
        while at < self.end:
            if at.astimezone(zone).minute == 0:
                yield (at - self.start) // ROW, at
            at += step


def frame(on: date, zone: tzinfo, spans: Iterable[tuple[datetime, datetime]]) -> Frame:
    """Full local hours around all spans of the day; 8 AM to 5 PM if there are none."""
    midnight = _instant(on, time(0), zone)
    next_midnight = _instant(on + timedelta(days=1), time(0), zone)
    inside = [
        (max(start, midnight), min(end, next_midnight))
        for start, end in spans
        if start < next_midnight and end > midnight
    ]
    if not inside:
        return Frame(_instant(on, time(8), zone), _instant(on, time(17), zone))
    first = min(start for start, _ in inside)
    last = max(end for _, end in inside)
    past_the_hour = _past_the_hour(first, zone)
    to_the_hour = -_past_the_hour(last, zone) % timedelta(hours=1)
    return Frame(
        max(midnight, first - past_the_hour), min(next_midnight, last + to_the_hour)
    )


def _past_the_hour(at: datetime, zone: tzinfo) -> timedelta:
    local = at.astimezone(zone)
    return timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def _instant(on: date, at: time, zone: tzinfo) -> datetime:
    # In UTC, so that differences are elapsed time across a clock change: two
    # datetimes of one zone subtract as wall clocks.
    return datetime.combine(on, at, tzinfo=zone).astimezone(UTC)


def lanes(spans: Sequence[Rows]) -> list[tuple[int, int]]:
    """For each span its lane and the number of lanes of its cluster.

    Interval partitioning: a cluster is a run of spans linked by overlaps; in it no
    two spans of one lane overlap, and there are as many lanes as spans overlap at
    the fullest row.
    """
    placed: list[tuple[int, int]] = [(0, 1)] * len(spans)
    for cluster in _clusters(spans):
        ends: list[int] = []
        chosen = {index: _lane(ends, spans[index]) for index in cluster}
        for index, lane in chosen.items():
            placed[index] = (lane, len(ends))
    return placed


def _clusters(spans: Sequence[Rows]) -> Iterator[list[int]]:
    cluster: list[int] = []
    end = -1
    for index in sorted(range(len(spans)), key=lambda i: (spans[i].first, i)):
        if cluster and spans[index].first >= end:
            yield cluster
            cluster = []
        cluster.append(index)
        end = max(end, spans[index].last) if len(cluster) > 1 else spans[index].last
    if cluster:
        yield cluster


def _lane(ends: list[int], span: Rows) -> int:
    """The first lane free at the span's start; `ends`: where each lane is taken to."""
    for lane, end in enumerate(ends):
        if end <= span.first:
            ends[lane] = span.last
            return lane
    ends.append(span.last)
    return len(ends) - 1


def complement(
    frame: Frame, spans: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """The parts of the frame outside all spans, in order."""
    left: list[tuple[datetime, datetime]] = []
    at = frame.start
    for start, end in sorted(spans):
        if start > at:
            left.append((at, min(start, frame.end)))
        at = max(at, end)
        if at >= frame.end:
            return left
    left.append((at, frame.end))
    return left


def css_class(rows: Rows, lane: tuple[int, int] = (0, 1)) -> str:
    """`r…` first row, `s…` rows spanned, `l…-…` lane of lanes if it shares."""
    name = f"r{rows.first + 1} s{rows.count}"
    index, count = lane
    if count > 1:
        count = min(count, MOST_LANES)
        name += f" l{min(index, count - 1)}-{count}"
    return name


def stylesheet() -> str:
    """board-grid.css: one class per position."""
    # Two rows of headings come before the first row of time.
    lines = [f".r{n}{{grid-row-start:{n + 2}}}" for n in range(1, MOST_ROWS + 1)]
    lines += [f".s{n}{{grid-row-end:span {n}}}" for n in range(1, MOST_ROWS + 1)]
    lines += [f".c{n}{{grid-column-start:{n}}}" for n in range(1, MOST_COLUMNS + 2)]
    lines += [f".w{n}{{grid-column-end:span {n}}}" for n in range(1, MOST_COLUMNS + 1)]
    lines += [f".n{n}{{--columns:{n}}}" for n in range(1, MOST_COLUMNS + 1)]
    lines += [
        f".l{lane}-{count}{{--lane:{lane};--lanes:{count}}}"
        for count in range(2, MOST_LANES + 1)
        for lane in range(count)
    ]
    head = "/* Made by pages.staff.board.grid.stylesheet(); a test compares. */\n"
    rows = ["".join(lines[n : n + 4]) for n in range(0, len(lines), 4)]
    return head + "@layer board{\n" + "\n".join(rows) + "\n}\n"
