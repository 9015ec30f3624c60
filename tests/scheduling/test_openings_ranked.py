"""Openings by wishes for people, by how little they waste, and why in words."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.problems import Invalid
from scheduling import selectors
from scheduling.openings.candidates import Gap, Opening, ResourceRef, Waste
from scheduling.openings.ranking import why
from scheduling.openings.search import opening_at, world_of
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec, VisitSpec
from scheduling.visit_types.selectors import visit_kind
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.rest import Api
from tests.scheduling.test_find_openings import HOUSTON, WEDNESDAY, find, local_starts

TWO_CLINICIANS = make.ONE_OF_EACH | {"clinician": 2}


def served_by(openings, kind="clinician"):
    return {
        resource.id
        for opening in openings
        for phase in opening.phases
        for resource in phase.resources
        if resource.kind == kind
    }


# --- people ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_preferred_clinician_serves_where_they_can_and_others_elsewhere():
    at = make.practice(TWO_CLINICIANS)
    preferred = at.by_kind["clinician"][1]
    at.book(clinician=preferred.pk, start=NINE)
    wishes = selectors.Wishes(prefer_clinicians=frozenset({preferred.pk}))

    found = {o.start: o for o in find(at, "follow-up", wishes=wishes)}

    free = found[NINE - timedelta(hours=1)]
    assert served_by([free]) == {preferred.pk}
    assert "With the clinician you prefer, clinician 2." in why(free, HOUSTON)


@pytest.mark.django_db
def test_where_the_preferred_clinician_is_busy_somebody_else_serves():
    at = make.practice(TWO_CLINICIANS | {"consult_room": 2})
    other, preferred = at.by_kind["clinician"]
    at.book(clinician=preferred.pk, start=NINE)
    wishes = selectors.Wishes(prefer_clinicians=frozenset({preferred.pk}))

    found = {o.start: o for o in find(at, "follow-up", wishes=wishes)}

    assert served_by([found[NINE]]) == {other.pk}
    assert "None of those you prefer is free then." in why(found[NINE], HOUSTON)


@pytest.mark.django_db
def test_an_excluded_clinician_never_serves():
    at = make.practice(TWO_CLINICIANS)
    first, second = at.by_kind["clinician"]
    wishes = selectors.Wishes(not_clinicians=frozenset({first.pk}))

    assert served_by(find(at, wishes=wishes)) == {second.pk}
    with pytest.raises(Invalid, match="wished for and excluded"):
        find(at, wishes=wishes, clinician=first.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("wish", ["prefer_clinicians", "not_clinicians"])
def test_another_clinics_clinician_is_refused_by_name_of_the_wish(wish):
    stranger = make.practice().one("clinician")
    wishes = selectors.Wishes(**{wish: frozenset({stranger.pk})})

    with pytest.raises(Invalid) as refused:
        find(make.practice(), wishes=wishes)

    assert [error.pointer for error in refused.value.errors] == [f"/{wish}"]


@pytest.mark.django_db
def test_a_caller_may_prefer_resources_of_any_kind():
    at = make.practice(TWO_CLINICIANS | {"consult_room": 2})
    keep = frozenset({at.by_kind["clinician"][1].pk, at.by_kind["consult_room"][1].pk})

    found = find(at, prefer=keep, limit=3)

    assert served_by(found) | served_by(found, "consult_room") == keep


@pytest.mark.django_db
def test_the_opening_at_a_start_keeps_what_is_preferred():
    at = make.practice(TWO_CLINICIANS)
    kept = at.by_kind["clinician"][1].pk
    kind = visit_kind(clinic_id=at.clinic.pk, visit_type="consultation")
    world = world_of(kind, kind.plan, WEDNESDAY, WEDNESDAY)

    opening = opening_at(world, NINE, now=NOW, prefer=frozenset({kept}))

    assert served_by([opening]) == {kept}


# --- waste -----------------------------------------------------------------------


def _clinic_of_two_rooms():
    """Rooms for visits of 30 minutes; one is taken from 9:00 to 10:00."""
    at = make.practice({"consult_room": 2}, ship=False)
    make.visit_type(
        at.clinic, PhaseSpec("Visit", 0, 30, (NeedSpec(("consult_room",)),))
    )
    at.book(visit_type="visit", start=NINE)
    at.book(visit_type="visit", start=NINE + minutes(30))
    return at


@pytest.mark.django_db
def test_the_resource_with_the_gap_that_fits_is_taken():
    at = _clinic_of_two_rooms()
    taken = at.one("consult_room")

    opening = next(o for o in find(at, "visit") if o.start == NINE + minutes(60))

    assert served_by([opening], "consult_room") == {taken.pk}
    assert why(opening, HOUSTON) == ["No gap is left too short to book."]


@pytest.mark.django_db
def test_a_gap_no_visit_fits_in_is_avoided_and_else_told():
    at = _clinic_of_two_rooms()
    first, second = at.by_kind["consult_room"]
    found = {o.start: o for o in find(at, "visit")}
    only_first = find(at, "visit", prefer=frozenset({first.pk}))

    after_a_gap = NINE + minutes(70)

    assert served_by([found[after_a_gap]], "consult_room") == {second.pk}
    told = next(o for o in only_first if o.start == after_a_gap)
    assert why(told, HOUSTON) == [
        "With consult_room 1, as you prefer.",
        "Leaves 10 minutes idle with consult_room 1 before 10:10, too short to book.",
    ]


@pytest.mark.django_db
def test_a_shorter_visit_type_makes_a_gap_useful():
    at = _clinic_of_two_rooms()
    first = at.one("consult_room")
    room = NeedSpec(("consult_room",))
    short = VisitSpec("short", "Short", (PhaseSpec("Visit", 0, 10, (room,)),))
    setup.define_visit_type(clinic_id=at.clinic.pk, spec=short, by=BY, now=NOW)

    found = find(at, "visit", prefer=frozenset({first.pk}))

    opening = next(o for o in found if o.start == NINE + minutes(70))
    assert opening.waste.gaps == ()


@pytest.mark.django_db
def test_the_booking_takes_the_resources_that_the_opening_showed():
    at = _clinic_of_two_rooms()
    start = NINE + minutes(70)
    shown = next(o for o in find(at, "visit") if o.start == start)

    booked = at.book(visit_type="visit", start=start)

    taken = set(booked.reservations.values_list("resource_id", flat=True))
    assert taken == {claim.resource_id for claim in shown.claims}


@pytest.mark.django_db
def test_the_tightest_openings_come_first_when_asked_for():
    at = make.practice({"consult_room": 1}, ship=False)
    make.visit_type(
        at.clinic, PhaseSpec("Visit", 0, 30, (NeedSpec(("consult_room",)),))
    )
    at.book(visit_type="visit", start=NINE)
    at.book(visit_type="visit", start=NINE + minutes(60))

    found = find(at, "visit", order="tightest", limit=4)

    assert local_starts(found)[0] == "09:30"  # it fills a gap
    assert [o.waste.gaps for o in found] == [(), (), (), ()]
    ranks = [o.waste.rank for o in found]
    assert ranks == sorted(ranks)


@pytest.mark.django_db
def test_the_tightest_are_the_least_of_all_the_window():
    at = make.practice(TWO_CLINICIANS)
    at.book(start=NINE)
    last = WEDNESDAY + timedelta(days=20)
    wishes = selectors.Wishes(step_minutes=60)

    every = find(at, "bmc-ultrasound", last=last, wishes=wishes)
    best = find(
        at, "bmc-ultrasound", last=last, wishes=wishes, order="tightest", limit=7
    )

    assert best == sorted(every, key=lambda o: (o.waste.rank, o.start))[:7]


@pytest.mark.django_db
def test_the_tightest_of_over_92_days_are_refused():
    with pytest.raises(Invalid) as refused:
        find(make.practice(), last=WEDNESDAY + timedelta(days=92), order="tightest")

    assert [error.pointer for error in refused.value.errors] == ["/to"]


# --- words -----------------------------------------------------------------------


def _opening(*gaps, preferred=(), others=0):
    start = datetime(2026, 9, 2, 14, tzinfo=ZoneInfo("UTC"))
    return Opening(start, start, (), (), Waste(gaps, 60, preferred, others))


def _gap(name, clock, length):
    end = datetime.combine(date(2026, 9, 2), clock, HOUSTON)
    ref = ResourceRef(7, "clinician", name)
    return Gap(ref, end - minutes(length), end)


def test_an_idle_gap_is_told_in_the_clinics_time():
    opening = _opening(_gap("Dr Reyes", time(11), 10))

    assert why(opening, HOUSTON) == [
        "Leaves 10 minutes idle with Dr Reyes before 11:00, too short to book."
    ]


def test_many_gaps_are_counted_after_the_first_three():
    opening = _opening(*(_gap("Dr Reyes", time(hour), 5) for hour in range(8, 13)))

    assert len(why(opening, HOUSTON)) == 4
    assert why(opening, HOUSTON)[-1] == "Leaves 2 more gaps too short to book."


def test_whom_one_prefers_comes_first():
    people = (
        ResourceRef(1, "clinician", "Dr Reyes"),
        ResourceRef(2, "procedure_room", "Room 2"),
    )

    assert why(_opening(preferred=people, others=3), HOUSTON) == [
        "With the clinician you prefer, Dr Reyes.",
        "With Room 2, as you prefer.",
        "No gap is left too short to book.",
    ]


# --- REST ------------------------------------------------------------------------


@pytest.fixture
def at():
    return make.practice(TWO_CLINICIANS)


@pytest.fixture
def api(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


@pytest.mark.django_db
def test_rest_takes_the_wishes_and_says_why(api, at):
    first, second = at.by_kind["clinician"]

    answer = api.get(
        "openings/",
        visit_type="consultation",
        prefer_clinicians=f"{second.pk}",
        not_clinicians=f"{first.pk}",
        order="tightest",
        limit=1,
    )

    [opening] = answer.json()["openings"]
    assert opening["why"][0] == "With the clinician you prefer, clinician 2."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prefer_clinicians", "Reyes"),
        ("prefer_clinicians", "999999"),
        ("not_clinicians", "99999999999999999999"),
        ("order", "best"),
    ],
)
def test_rest_says_which_wish_is_wrong(api, field, value):
    answer = api.get("openings/", visit_type="consultation", **{field: value})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
