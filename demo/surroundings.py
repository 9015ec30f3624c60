"""A lively clinic around the cases: some twenty visits, past and to come."""

import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo import c1
from demo.cases import DemoCase, load
from demo.path import DemoPatient, Path
from demo.people import DemoClinic
from demo.timeline import Timeline

TARGETS = ("knee right", "hip left", "shoulder right", "knee left", "elbow left")


@dataclass(frozen=True, slots=True)
class PlainVisit:
    """A plain visit: working days from today, wall clock, type, its fate."""

    day: int
    clock: str
    visit_type: str
    name: str
    born: str
    fate: str = "kept"
    language: str = "en"
    notice_hours: int = 0  # waits to come sooner, if it is told so long before
    writes: str = ""  # a text of theirs, after their visit or today
    answer: str = ""  # what the clinic wrote back


VISITS = (
    PlainVisit(-5, "09:00", "consultation", "Ana Lucero", "1961-02-03"),
    PlainVisit(-4, "10:30", "follow-up", "Peter Vance", "1957-08-14"),
    PlainVisit(
        -3, "14:00", "consultation", "Rosa Quintero", "1969-11-22", language="es"
    ),
    PlainVisit(-2, "11:00", "consultation", "Leon Abbott", "1963-05-30", "missed"),
    PlainVisit(
        -1,
        "15:30",
        "follow-up",
        "Grace Holloway",
        "1955-01-19",
        writes="Can I go back to my swimming class next week?",
        answer="We would like to talk about it with you. Dr. Rivera calls you today.",
    ),
    PlainVisit(
        0, "08:30", "consultation", "Tomas Iglesias", "1966-07-07", language="es"
    ),
    PlainVisit(0, "11:30", "follow-up", "Nora Whitfield", "1959-12-01", "late"),
    PlainVisit(0, "15:00", "consultation", "Ellis Barnard", "1970-03-27"),
    PlainVisit(1, "09:30", "consultation", "June Castellan", "1964-09-09", "confirmed"),
    PlainVisit(1, "13:00", "follow-up", "Omar Renner", "1958-04-16", "confirmed"),
    PlainVisit(
        2,
        "10:00",
        "consultation",
        "Hanna Brooks",
        "1972-10-05",
        writes="My husband drives me. Is there parking at your door?",
    ),
    PlainVisit(3, "11:15", "consultation", "Cyrus Dale", "1960-06-18", "cancelled"),
    PlainVisit(4, "14:30", "follow-up", "Ivy Sorensen", "1953-02-25", notice_hours=24),
    PlainVisit(
        5, "09:00", "consultation", "Miguel Arroyo", "1967-08-31", "kept", "es", 24
    ),
    PlainVisit(
        8, "10:45", "consultation", "Paula Denholm", "1962-11-11", notice_hours=7 * 24
    ),
)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure like C1's, of somebody else, on another day and hour."""

    day: int
    later_by_minutes: int
    name: str
    born: str
    sex: str
    falls_silent: bool = False  # takes no texts after D14, and nobody has called


PROCEDURES = (
    Procedure(-3, 30, "Walter Kimura", "1958-03-12", "male"),
    Procedure(0, 60, "Delia Marsh", "1961-10-02", "female"),
    Procedure(0, 240, "Frank Osei", "1965-01-23", "male"),
    Procedure(1, 0, "Lucia Fontaine", "1963-06-30", "female"),
    Procedure(3, 90, "Arthur Pell", "1956-09-15", "male"),
    Procedure(7, 30, "Beatriz Salgado", "1968-12-08", "female"),
    # Six weeks and some days ago: the sixth week's contact is due and overdue.
    Procedure(-33, 45, "Irene Calloway", "1959-05-21", "female", falls_silent=True),
)
# The contacts that whoever falls silent afterwards has answered.
ANSWERED = ("baseline", "D1", "D3", "D7", "D14")


def stage(world: DemoClinic, timeline: Timeline, now: datetime, zone: ZoneInfo) -> None:
    """Put every visit around `now` on the timeline."""
    today = working_day(now.astimezone(zone).date(), 0)
    for number, visit in enumerate(VISITS):
        _visit(world, timeline, visit, _at(today, visit, zone), number, now)
    for number, procedure in enumerate(PROCEDURES):
        on = working_day(today, procedure.day)
        case = like_c1(procedure, on, number)
        if not procedure.falls_silent:
            c1.stage(world, timeline, case)
            continue
        path = c1.stage(world, timeline, _until_d14(case))
        path.take_no_texts(datetime.combine(on + timedelta(days=16), time(11), zone))


def _until_d14(case: DemoCase) -> DemoCase:
    """The same case without its later answers and visits."""
    facts = copy.deepcopy(case.facts)
    facts["outcomes"] = [row for row in facts["outcomes"] if row[0] in ANSWERED]
    visits = facts["replay"]["follow_up_visits"]
    facts["replay"]["follow_up_visits"] = {"D14": visits["D14"]}
    return replace(case, facts=facts)


def working_day(day: date, number: int) -> date:
    """The `number`th weekday from `day` on; day 0 is `day` or the Monday after it."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    step = timedelta(days=1 if number > 0 else -1)
    for _ in range(abs(number)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def _at(today: date, visit: PlainVisit, zone: ZoneInfo) -> datetime:
    day = working_day(today, visit.day)
    return datetime.combine(day, time.fromisoformat(visit.clock), zone)


def _visit(
    world: DemoClinic,
    timeline: Timeline,
    visit: PlainVisit,
    start: datetime,
    number: int,
    now: datetime,
) -> None:
    path = Path(world, timeline, _person(visit, number))
    # A week and more ahead, in the morning; never later than now.
    booked = min(start - timedelta(days=8), now - timedelta(days=1))
    booked = booked.replace(hour=10, minute=number)
    joint, _, side = TARGETS[number % len(TARGETS)].partition(" ")
    path.register(booked)
    path.open(booked, {"joint": joint, "laterality": side})
    path.book(booked, visit.visit_type, start, "visit")
    if visit.notice_hours:
        notice = timedelta(hours=visit.notice_hours)
        path.wait(booked + timedelta(hours=1), "visit", notice, start.date())
    if visit.writes:
        _write(path, visit, start, now)
    if visit.fate == "cancelled":
        path.visit(booked + timedelta(hours=20), "cancel", "visit")
    elif visit.fate == "missed":
        path.visit(start + timedelta(minutes=40), "no_show", "visit")
    else:
        _keep(path, visit, start, booked)


def _write(path: Path, visit: PlainVisit, start: datetime, now: datetime) -> None:
    """Whoever was here writes an hour later; whoever is still to come, just now."""
    is_over = start < now
    at = start + timedelta(hours=1) if is_over else now - timedelta(minutes=40)
    path.write(min(at, now - timedelta(minutes=40)), visit.writes, visit.answer)


def _keep(path: Path, visit: PlainVisit, start: datetime, booked: datetime) -> None:
    if visit.fate == "confirmed":
        path.visit(booked + timedelta(hours=3), "confirm", "visit")
    path.visit(start - timedelta(minutes=8), "arrive", "visit")
    late = timedelta(minutes=14 if visit.fate == "late" else 0)
    path.visit(start + late + timedelta(minutes=4), "check_in", "visit", by="nurse")
    path.visit(start + late + timedelta(minutes=20), "fulfil", "visit", by="nurse")


def _person(visit: PlainVisit, number: int) -> DemoPatient:
    given, _, family = visit.name.partition(" ")
    return DemoPatient(
        given_name=given,
        family_name=family,
        birth_date=date.fromisoformat(visit.born),
        phone=f"+171355501{20 + number}",
        email=f"{given}.{family}@example.org".lower(),
        language=visit.language,
    )


def like_c1(procedure: Procedure, day: date, number: int) -> DemoCase:
    """C1's path with the procedure on `day`, of the person named in `procedure`."""
    case = load("C1")
    facts = copy.deepcopy(case.facts)
    given, _, family = procedure.name.partition(" ")
    facts["patient"] |= {
        "name": procedure.name,
        "mrn": f"DEMO-02{number:02d}",
        "dob": procedure.born,
        "biological_sex": procedure.sex,
        "phone": f"+171355501{50 + number}",
        "email": f"{given}.{family}@example.org".lower(),
    }
    facts["replay"] |= {"given_name": given, "family_name": family}
    processing = facts["procedure"]["processing"]
    processing["kit_udi"] = processing["kit_udi"].replace("K25J", f"K26{number}")
    was = date.fromisoformat(facts["procedure"]["date"])
    return replace(
        case,
        facts=facts,
        days=(day - was).days,
        minutes=procedure.later_by_minutes,
    )
