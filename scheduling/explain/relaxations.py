"""Changes to a search that would yield an opening, each with its first opening.

A wish less, other days, or the thing in the way gone. Less notice is never offered.
Every way was searched, so each really yields what it says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from scheduling.explain.explanations import Explained, Question, opening_without
from scheduling.explain.obstacles import Block, Cause
from scheduling.explain.sentences import Rejection, name_of
from scheduling.explain.vocabulary import Says, listed, opened
from scheduling.openings.candidates import Opening
from scheduling.openings.windows import LONGEST_WINDOW_DAYS
from scheduling.timegrid.reach import furthest_day

# Ways that can be asked for; to do away with what is in the way is up to others.
ENOUGH = 2
_FREED = 2
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
# Nobody is asked to be quicker than the clinic wants, nor to turn back time.
_NEVER = frozenset({Cause.NOTICE, Cause.PAST})

# What to change in the query of `GET /api/v1/openings/`; None leaves it out.
Change = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """`code` and `change` are for machines; `first` is the opening it yields first.

    `rejected` is the day that something would have to be gone on.
    """

    code: str
    change: Change
    first: Opening
    rejected: Rejection | None = None


def relaxations(explained: Explained) -> list[Relaxation]:
    """At least two to ask for wherever there are two, and days with things gone
    besides; none if no day was rejected.

    Where there are openings, first what yields a sooner one. Each is searched in order
    of time, whatever the page's.
    """
    if not explained.rejected:
        return []
    asked = explained.searched
    if asked.order == "earliest":
        return _found(replace(explained, question=asked))
    by_time = replace(explained, question=asked.but(order="earliest"))
    order: Change = {"order": None}
    return [
        way if way.rejected else replace(way, change={**way.change, **order})
        for way in _found(by_time)
    ]


def _found(explained: Explained) -> list[Relaxation]:
    wishes = list(_less(explained.question))
    if explained.openings:
        return _beside_openings(explained, wishes)
    found = [*wishes, *_earlier(explained), *_later(explained)]
    spare = [_less_and_later(explained, wishes), _other_days(explained, found)]
    # Where one wish less never helps it hardly does later: that takes a year's search.
    if any(way.code == "any-wish" for way in wishes):
        spare.reverse()
    found = _enough(found, chain(*spare))
    freed = list(_freed(explained.rejected))
    if len(found) + len(freed) < ENOUGH:
        freed += _freed(explained.rejected, and_wishes=True)
    return [*found, *freed[:_FREED]]


def _beside_openings(
    explained: Explained, wishes: list[Relaxation]
) -> list[Relaxation]:
    """Return ways to a sooner opening than there are; if too few, ways to others, too.

    A later last day would show the same ones first.
    """
    soonest = min(one.start for one in explained.openings).astimezone(explained.zone)
    before = [one for one in explained.rejected if one.day < soonest.date()]
    after = [one for one in explained.rejected if one.day > soonest.date()]
    found = [way for way in wishes if is_sooner(way, explained)]
    rest = [way for way in wishes if way not in found]
    days = _other_days(explained, found)
    earlier = (way for way in _earlier(explained) if is_sooner(way, explained))
    found = _enough(found, chain(rest, days, earlier))
    freed = list(_freed(before))
    if len(found) + len(freed) < ENOUGH:
        freed += _freed(after)
    return sorted(
        [*found, *freed[:_FREED]], key=lambda way: not is_sooner(way, explained)
    )


def is_sooner(way: Relaxation, explained: Explained) -> bool:
    """Return whether the way yields an opening before all of those found."""
    return all(way.first.start < one.start for one in explained.openings)


def _enough(found: list[Relaxation], spare: Iterator[Relaxation]) -> list[Relaxation]:
    """Filled up where there is too little; last with what leads to the same opening."""
    again: list[Relaxation] = []
    while len(found) < ENOUGH and (way := next(spare, None)):
        is_known = any(way.first == one.first for one in found)
        (again if is_known else found).append(way)
    return [*found, *again][: max(len(found), ENOUGH)]


def _less(question: Question) -> Iterator[Relaxation]:
    """One wish dropped at a time; where that does not help, all of them."""
    ways = dict(_wishes(question))
    found = [
        way for code, change in ways.items() if (way := _try(question, code, change))
    ]
    yield from found
    if not found and len(ways) > 1:
        everything = {name: None for change in ways.values() for name in change}
        way = _try(question, "any-wish", everything)
        yield from [way] if way else []


# The parameters of the query that a wish is.
_WISHES = {
    Cause.CLINICIAN: ("clinician",),
    Cause.EXCLUDED: ("not_clinicians",),
    Cause.TIME: ("earliest", "latest"),
    Cause.WEEKDAY: ("weekdays",),
}


def _wishes(question: Question) -> Iterator[tuple[str, Change]]:
    if question.clinician is not None:
        yield "any-clinician", {"clinician": None}
    if question.wishes.not_clinicians:
        yield "nobody-excluded", {"not_clinicians": None}
    if question.wishes.earliest or question.wishes.latest:
        yield "any-time", {"earliest": None, "latest": None}
    if question.wishes.weekdays:
        yield "any-weekday", {"weekdays": None}


def _wishes_and_all(question: Question) -> Iterator[tuple[str, Change]]:
    """Each wish; of several all together, last."""
    ways = dict(_wishes(question))
    yield from ways.items()
    if len(ways) > 1:
        yield "any-wish", {name: None for way in ways.values() for name in way}


def _try(question: Question, code: str, change: Change) -> Relaxation | None:
    found = changed(question, change).but(limit=1).openings()
    return Relaxation(code, change, found[0]) if found else None


def changed(question: Question, change: Change) -> Question:
    """The question with these parameters of the query changed."""
    wishes = question.wishes
    if "earliest" in change:
        wishes = replace(wishes, earliest=None, latest=None)
    if "weekdays" in change:
        wishes = replace(wishes, weekdays=frozenset())
    if "not_clinicians" in change:
        wishes = replace(wishes, not_clinicians=frozenset())
    question = question.but(wishes=wishes)
    if "order" in change:
        question = question.but(order="earliest")
    if "clinician" in change:
        question = question.but(clinician=None)
    if first := change.get("from"):
        question = question.but(from_on=date.fromisoformat(first))
    if last := change.get("to"):
        question = question.but(to_on=date.fromisoformat(last))
    return question


def _less_and_later(
    explained: Explained, wishes: Sequence[Relaxation]
) -> Iterator[Relaxation]:
    """A wish less and a later last day.

    Not those `wishes` that yield an opening by an earlier day already.
    """
    enough = {way.code for way in wishes} | ({"any-wish"} if wishes else set())
    ways = dict(_wishes_and_all(explained.question))
    for code in [code for code in ways if code not in enough]:
        change = ways[code]
        for way in _later(explained, changed(explained.question, change)):
            yield replace(way, code=f"{code}-later", change={**change, **way.change})


def _later(explained: Explained, asked: Question | None = None) -> Iterator[Relaxation]:
    """A later last day; if the window is the longest already, the window after it."""
    asked = asked or explained.question
    today = asked.now.astimezone(explained.zone).date()
    first, after = asked.from_on, max(asked.to_on + _ONE_DAY, today)
    last = first + timedelta(days=LONGEST_WINDOW_DAYS - 1)
    if last < after:
        first, last = after, after + timedelta(days=LONGEST_WINDOW_DAYS - 1)
    last = min(last, furthest_day(asked.now, explained.zone))
    if last < after:
        return
    found = asked.but(from_on=after, to_on=last, limit=1).openings()
    if found:
        day = found[0].start.astimezone(explained.zone).date()
        change = {"to": min(day + _ONE_WEEK, last).isoformat()}
        if first != asked.from_on:
            change["from"] = first.isoformat()
        yield Relaxation("later", change, found[0])


def _earlier(explained: Explained) -> Iterator[Relaxation]:
    """Yield an earlier first day: today, or as early as the longest window allows.

    Nothing if the search began no later, or if that finds no opening.
    """
    asked = explained.question
    today = asked.now.astimezone(explained.zone).date()
    first = max(today, asked.to_on - timedelta(days=LONGEST_WINDOW_DAYS - 1))
    if first < asked.from_on:
        way = _try(asked, "earlier", {"from": first.isoformat()})
        yield from [way] if way else []


def _other_days(
    explained: Explained, found: Sequence[Relaxation]
) -> Iterator[Relaxation]:
    """Weeks that begin with an opening not `found` by the time this is asked, as far
    as visits are booked; as asked and with all wishes less.

    As asked is last where nothing was found in a year: to look on takes long, and
    nobody waits that long for a wish.
    """
    if any(one.lack for one in explained.rejected):
        return
    known = {way.first.start for way in found}
    ways = list(_as_asked_and_without_wishes(explained.question))
    if not explained.openings and not any(way.code == "later" for way in found):
        ways.reverse()
    for code, change in ways:
        asked = changed(explained.question, change)
        for first in _first_of_days(asked, _unseen(explained), explained.zone):
            if first.start not in known:
                known.add(first.start)
                days = _week_of(first, asked.now, explained.zone)
                yield Relaxation(code, {**change, **days}, first)


def _as_asked_and_without_wishes(question: Question) -> Iterator[tuple[str, Change]]:
    yield "other-days", {}
    for code, change in list(_wishes_and_all(question))[-1:]:
        yield f"{code}-other-days", change


def _unseen(explained: Explained) -> date:
    """The day after the page's last opening; today if it has none."""
    shown = [one.start.astimezone(explained.zone).date() for one in explained.openings]
    today = explained.question.now.astimezone(explained.zone).date()
    return max(shown) + _ONE_DAY if shown else today


def _first_of_days(asked: Question, day: date, zone: ZoneInfo) -> Iterator[Opening]:
    """The first opening of each day that has one."""
    furthest = furthest_day(asked.now, zone)
    while day <= furthest:
        last = min(day + timedelta(days=LONGEST_WINDOW_DAYS - 1), furthest)
        found = asked.but(from_on=day, to_on=last, limit=1).openings()
        yield from found
        last = found[0].start.astimezone(zone).date() if found else last
        day = last + _ONE_DAY


def _week_of(first: Opening, now: datetime, zone: ZoneInfo) -> Change:
    day = first.start.astimezone(zone).date()
    last = min(day + _ONE_WEEK, furthest_day(now, zone))
    return {"from": day.isoformat(), "to": last.isoformat()}


def _freed(
    rejections: Iterable[Rejection], *, and_wishes: bool = False
) -> Iterator[Relaxation]:
    """Those of the days that the fewest things keep from having an opening, closed
    ones last.

    `and_wishes`: those that wishes keep from having one, too.
    """
    days = [one for one in rejections if _can_be_freed(one, and_wishes)]
    days.sort(key=lambda one: (max(b.rank for b in _blocks(one)), len(_blocks(one))))
    for rejected in days[:_FREED]:
        opening = opening_without(rejected)
        assert opening, "a finding has its opening"
        yield Relaxation("freed", _dropped(rejected), opening, rejected)


def _can_be_freed(rejected: Rejection, and_wishes: bool) -> bool:
    causes = {block.cause for block in _blocks(rejected)}
    wishes = causes & set(_WISHES)
    return bool(causes - wishes) and not causes & _NEVER and bool(wishes) == and_wishes


def _dropped(rejected: Rejection) -> Change:
    """The wishes that are in the way besides."""
    return {
        name: None
        for block in _blocks(rejected)
        for name in _WISHES.get(block.cause, ())
    }


def _blocks(rejected: Rejection) -> tuple[Block, ...]:
    return rejected.finding.blocks if rejected.finding else ()


_WORDS = {
    "any-clinician": "Any clinician",
    "nobody-excluded": "Nobody excluded",
    "any-time": "Any time of day",
    "any-weekday": "Any weekday",
    "any-wish": "Any clinician, day and time of day",
}


def relaxation_text(way: Relaxation, says: Says) -> str:
    """ "Any clinician: first on Tue 1 Dec, 09:00"."""
    first = says.moment(way.first.start)
    if way.rejected:
        also = "".join(f", {one.lower()}" for one in _also(way))
        return f"If {_gone(way.rejected)} on {first}{also}"
    return f"{_what(way, says)}: first on {first}"


def _what(way: Relaxation, says: Says) -> str:
    words = [text for code, text in _WORDS.items() if way.code.startswith(code)]
    return opened(", ".join(filter(None, [*words, _days(way, says)])))


def _days(way: Relaxation, says: Says) -> str:
    """ "from Tue 1 Dec until Tue 8 Dec"."""
    asked = {"from": way.change.get("from"), "until": way.change.get("to")}
    return " ".join(
        f"{word} {says.day(date.fromisoformat(day))}"
        for word, day in asked.items()
        if day
    )


def _also(way: Relaxation) -> list[str]:
    """The wishes to drop besides."""
    codes = {
        "clinician": "any-clinician",
        "not_clinicians": "nobody-excluded",
        "earliest": "any-time",
        "weekdays": "any-weekday",
    }
    return [_WORDS[codes[name]] for name in way.change if name in codes]


def _gone(rejected: Rejection) -> str:
    """ "Centrifuge 1 were free"."""
    finding = rejected.finding
    assert finding, "only a finding can be freed"
    refs = [name_of(finding, block) for block in finding.blocks]
    names = list(dict.fromkeys(ref.name for ref in refs if ref))
    causes = {block.cause for block in finding.blocks}
    parts = ["the clinic were open"] if Cause.CLOSED in causes else []
    if names:
        parts.append(f"{listed(names)} were free")
    if Cause.PATIENT in causes:
        parts.append("the patient’s other visit were moved")
    return listed(parts)
