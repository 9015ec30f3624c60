"""Openings from the tables: what is found, in which shape, with how many statements."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.problems import Invalid
from scheduling import selectors
from scheduling.booking import book, holds
from scheduling.models import Absence, Reservation
from scheduling.openings.rendering import opening_json
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, WEEK, minutes

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 9, 2)
HOUSTON = ZoneInfo("America/Chicago")


def find(at, visit_type="consultation", first=WEDNESDAY, last=WEDNESDAY, **asked):
    return selectors.find_openings(
        clinic_id=at.clinic.pk,
        visit_type=visit_type,
        from_on=first,
        to_on=last,
        **{"now": NOW, "limit": 500, **asked},
    )


def local_starts(openings, zone=HOUSTON):
    return [o.start.astimezone(zone).strftime("%H:%M") for o in openings]


def test_finds_every_five_minutes_within_the_hours():
    found = local_starts(find(make.practice()))

    assert found[:3] == ["08:00", "08:05", "08:10"]
    assert found[-1] == "16:15"
    assert len(found) == 100


def test_an_opening_says_who_and_what_serves_each_phase():
    at = make.practice()

    opening = opening_json(find(at, limit=1)[0], HOUSTON)

    assert opening == {
        "start": "2026-09-02T08:00:00-05:00",
        "end": "2026-09-02T08:45:00-05:00",
        "phases": [
            {
                "name": "Visit",
                "start": "2026-09-02T08:00:00-05:00",
                "end": "2026-09-02T08:45:00-05:00",
                "resources": [
                    {
                        "id": at.one("consult_room").pk,
                        "kind": "consult_room",
                        "name": "consult_room 1",
                    },
                    {
                        "id": at.one("clinician").pk,
                        "kind": "clinician",
                        "name": "clinician 1",
                    },
                ],
            }
        ],
        "why": ["No gap is left too short to book."],
    }


def test_the_procedure_has_its_phases_in_their_minutes():
    opening = find(make.practice(), "bmc-ultrasound", limit=1)[0]

    spans = {
        phase.name: (
            (phase.start - opening.start).seconds // 60,
            (phase.end - opening.start).seconds // 60,
            sorted(resource.kind for resource in phase.resources),
        )
        for phase in opening.phases
    }

    assert spans == {
        "Preparation": (0, 40, ["preop_bay"]),
        "Procedure room": (40, 105, ["procedure_room"]),
        "Harvest": (40, 65, ["clinician"]),
        "Processing": (60, 90, ["centrifuge", "technician"]),
        "Injection": (85, 105, ["clinician", "ultrasound"]),
        "Recovery": (105, 135, ["recovery_bay"]),
    }
    assert opening.end - opening.start == minutes(135)


def test_the_same_clinician_harvests_and_injects():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2})
    first, second = at.by_kind["clinician"]
    # One is free for the harvest only, the other for the injection only.
    _absent(first, NINE + minutes(85), NINE + minutes(105))
    _absent(second, NINE + minutes(40), NINE + minutes(65))

    assert "09:00" not in local_starts(find(at, "bmc-ultrasound"))


def test_a_clinician_is_free_during_the_spin():
    at = make.practice(make.ONE_OF_EACH | {"consult_room": 1})
    clinician = at.one("clinician")
    opening = find(at, "bmc-ultrasound", limit=1)[0]

    taken = [
        (claim.start - opening.start, claim.end - opening.start)
        for claim in opening.claims
        if claim.resource_id == clinician.pk
    ]

    assert taken == [(minutes(40), minutes(65)), (minutes(85), minutes(105))]


def test_buffers_may_pass_closing_but_not_another_reservation():
    at = make.practice({"procedure_room": 1}, ship=False)
    need = NeedSpec(("procedure_room",), after=15)
    make.visit_type(at.clinic, PhaseSpec("Room", 0, 60, (need,)))
    at.book(visit_type="visit", start=NINE)

    found = local_starts(find(at, "visit"))

    assert found[-1] == "16:00"  # closing at 17:00, turnover after it
    assert "10:10" not in found
    assert "10:15" in found
    # 07:45 + 15 turnover would touch the booking at nine.
    assert "08:00" not in found


def test_busy_time_off_the_grid_is_widened():
    at = make.practice()
    clinician = at.one("clinician")
    start = NINE + timedelta(minutes=2)
    _absent(clinician, start, start + timedelta(minutes=30, seconds=20))

    found = local_starts(find(at))

    assert "08:15" in found
    assert "08:20" not in found
    assert "09:30" not in found
    assert "09:35" in found


def test_no_opening_before_now_and_the_minimum_lead():
    at = make.practice(ship=False)
    make.visit_type(at.clinic, minimum_lead_minutes=120)

    found = local_starts(find(at, "visit", first=NOW.date(), last=NOW.date()))

    assert found[0] == "12:00"  # it is 10:00


def test_the_patients_other_visit_is_in_the_way():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2, "consult_room": 2})
    patient = at.patient()
    at.book(patient, start=NINE)

    found = local_starts(find(at, patient_id=patient.pk))

    assert "09:00" in local_starts(find(at))
    assert "08:15" in found
    assert "08:20" not in found
    assert "09:45" in found


def test_a_remote_visit_may_overlap_a_visit_in_person():
    at = make.practice()
    patient = at.patient()
    at.book(patient, start=NINE)

    assert "09:00" in local_starts(find(at, "remote-check", patient_id=patient.pk))


def test_wishes_narrow_the_starts():
    wishes = selectors.Wishes(
        earliest=time(10), latest=time(11), weekdays=frozenset({3}), step_minutes=30
    )

    found = find(make.practice(), last=date(2026, 9, 13), wishes=wishes)

    assert {o.start.astimezone(HOUSTON).date() for o in found} == {
        date(2026, 9, 3),
        date(2026, 9, 10),
    }
    assert local_starts(found[:3]) == ["10:00", "10:30", "11:00"]


def test_a_clinician_can_be_asked_for():
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2})
    wanted = at.by_kind["clinician"][1]

    openings = find(at, clinician=wanted.pk)

    assert {
        r.id
        for o in openings
        for p in o.phases
        for r in p.resources
        if r.kind == "clinician"
    } == {wanted.pk}


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"visit_type": "surgery"}, "/visit_type"),
        ({"clinician": 999_999}, "/clinician"),
        ({"last": date(2026, 9, 1)}, "/to"),
        ({"last": WEDNESDAY + timedelta(days=370)}, "/to"),
    ],
)
def test_bad_questions_are_refused_in_words(asked, pointer):
    with pytest.raises(Invalid) as refused:
        find(make.practice(), **asked)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_own_hours_exceptions_and_absences_narrow_a_resource():
    at = make.practice()
    clinician = at.one("clinician")
    common = {"clinic_id": at.clinic.pk, "by": BY, "now": NOW}
    own = {2: [(time(7), time(12)), (time(13), time(18))]}
    setup.set_hours(resource_id=clinician.pk, hours=own, **common)
    setup.add_exception(
        kind="closed",
        applies_on=WEDNESDAY,
        local_start=time(9),
        local_end=time(9, 30),
        **common,
    )

    found = local_starts(find(at))

    assert found[0] == "08:00"
    assert not {s for s in found if "08:15" < s < "09:30"}
    assert not {s for s in found if "11:15" < s < "13:00"}
    assert found[-1] == "16:15"
    assert find(at, first=date(2026, 9, 3), last=date(2026, 9, 3)) == []


def test_extra_hours_open_a_closed_day():
    at = make.practice()
    saturday = date(2026, 9, 5)
    setup.add_exception(
        clinic_id=at.clinic.pk,
        kind="extra",
        applies_on=saturday,
        local_start=time(9),
        local_end=time(10),
        by=BY,
        now=NOW,
    )

    found = local_starts(find(at, first=saturday, last=saturday))

    assert found == ["09:00", "09:05", "09:10", "09:15"]


def test_a_retired_resource_is_not_offered():
    at = make.practice()
    setup.retire_resource(
        clinic_id=at.clinic.pk, resource_id=at.one("clinician").pk, by=BY, now=NOW
    )

    assert find(at) == []


def test_an_expired_hold_counts_as_free():
    at = make.practice()
    holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        start=NINE,
        lasts=minutes(10),
        by=BY,
        now=NOW,
    )

    assert "09:00" not in local_starts(find(at))
    assert "09:00" in local_starts(find(at, now=NOW + minutes(10)))


def test_a_cancelled_visit_frees_its_time():
    at = make.practice()
    visit = at.book()
    book.cancel(appointment_id=visit.pk, reason="ill", by=BY, now=NOW)

    assert "09:00" in local_starts(find(at))


def test_other_clinics_resources_do_not_count():
    make.practice()
    empty = make.practice({"clinician": 1})

    assert find(empty) == []


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        # Spring forward at 02:00: the hours 00:00-04:00 last three hours.
        (
            "America/Chicago",
            date(2026, 3, 8),
            ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30"],
        ),
        # Fall back at 02:00: they last five, and one o'clock comes twice.
        (
            "America/Chicago",
            date(2026, 11, 1),
            [
                "00:00",
                "00:30",
                "01:00",
                "01:30",
                "01:00",
                "01:30",
                "02:00",
                "02:30",
                "03:00",
                "03:30",
            ],
        ),
        # A zone of 5:45 whose day begins at 18:15 UTC.
        (
            "Asia/Kathmandu",
            date(2026, 6, 7),
            ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"],
        ),
    ],
)
def test_days_on_which_the_clocks_change(zone, day, expected):
    every_night = {weekday: [(time(0), time(4))] for weekday in range(7)}
    at = make.practice({"clinician": 1}, hours=every_night, ship=False, time_zone=zone)
    make.visit_type(at.clinic)
    before = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))

    openings = find(
        at,
        "visit",
        first=day,
        last=day,
        now=before,
        wishes=selectors.Wishes(step_minutes=30),
    )

    assert local_starts(openings, ZoneInfo(zone)) == expected


@pytest.mark.parametrize("days", [1, 30, 370])
def test_a_search_takes_eight_statements_at_most(days):
    at = make.practice(hours={}, counts=make.ONE_OF_EACH | {"clinician": 9})
    at_work = {0: [(time(8), time(8, 30))]}  # too short for anything
    setup.set_hours(clinic_id=at.clinic.pk, hours=at_work, by=BY, now=NOW)
    patient = at.patient()

    with CaptureQueriesContext(connection) as statements:
        found = find(
            at, last=WEDNESDAY + timedelta(days=days - 1), patient_id=patient.pk
        )

    assert found == []
    assert len(statements) <= 8


def test_a_search_reads_busy_time_as_numbers():
    at = make.practice(hours=WEEK)
    at.book()

    with CaptureQueriesContext(connection) as statements:
        find(at)

    busy = [q["sql"] for q in statements if "scheduling_reservation" in q["sql"]]
    assert len(busy) == 1
    assert "int4send" in busy[0]
    assert "interval '24 hours'" in busy[0]


def _absent(resource, start, end):
    absence = Absence.objects.create(
        resource=resource,
        period=(start, end),
        reason="ill",
        made_by="test",
        created_at=NOW,
    )
    Reservation.objects.create(resource=resource, period=(start, end), absence=absence)
