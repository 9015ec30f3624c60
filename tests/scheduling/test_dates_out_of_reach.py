"""Dates that nobody can mean, over REST: each a 400 that names the field.

The first and the last year there are make arithmetic with time zones overflow; a year
far ahead is a slip of the keyboard.
"""

from datetime import datetime, timedelta

import pytest

from core import clock
from core.problems import Invalid
from scheduling import selectors
from scheduling.absences import services as absences
from scheduling.booking.errors import InvalidStart
from scheduling.booking.starts import check_start
from scheduling.models import Absence, Appointment, ScheduleException
from scheduling.setup import services as setup
from scheduling.timegrid.reach import YEARS_AHEAD, furthest_day
from scheduling.waitlist import entries
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.scheduling.rest import HOUSTON, Api, body, nine

pytestmark = pytest.mark.django_db

STARTS = (
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1899-12-31T09:00:00",
    "2201-01-01T09:00:00",
    "9998-06-01T09:00:00",
    "9999-12-31T23:55:00",
    "9999-12-31T23:59:59-14:00",
)
DAYS = ("0001-01-01", "1899-12-31", "2201-01-01", "9999-12-30", "9999-12-31")
CONSULTATION = {"visit_type": "consultation"}


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def administering(client, at):
    return Api(client, people.api_key(people.membership("admin", at.clinic)))


@pytest.fixture
def booking(client, at):
    return Api(client, people.api_key(people.membership("coordinator", at.clinic)))


def refused(answer, field):
    """A 400 in problem+json about this field, which says what to do."""
    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in problem["errors"]] == [f"/{field}"]
    assert "hoose a date between 1900 and 2200" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("start", STARTS)
def test_no_visit_starts_then(booking, at, start):
    visit = at.book()
    path = f"appointments/{visit.pk}"
    asked = {"version": 1, "start": start}

    refused(booking.post("appointments/", body(at, start=start)), "start")
    refused(booking.post("holds/", body(at, start=start)), "start")
    refused(booking.post(f"{path}/move/", asked), "start")
    refused(booking.get(f"{path}/move-preview/", start=start), "start")
    refused(booking.post(f"{path}/confirm/", asked), "start")
    refused(booking.post("offers/", {**CONSULTATION, "start": start}), "start")
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("moment", STARTS)
def test_nobody_is_away_then(booking, at, moment):
    clinician = {"resource": at.one("clinician").pk}
    start, end = nine().isoformat(), (nine() + timedelta(hours=2)).isoformat()

    def enter(**period):
        return booking.post("absences/", {**clinician, **period})

    refused(enter(start=start, end=moment), "end")
    refused(enter(start=moment, end=end), "start")
    absence = enter(start=start, end=end).json()
    until = {"version": 1, "until": moment}
    refused(booking.post(f"absences/{absence['id']}/end/", until), "until")
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("moment", STARTS)
@pytest.mark.parametrize("field", ["started_at", "ended_at"])
def test_no_phase_went_then(booking, at, field, moment):
    sent = {"phase": "0", "version": 1, field: moment}

    refused(booking.post(f"appointments/{at.book().pk}/phases/", sent), field)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("explain", [{}, {"explain": "1"}])
def test_no_opening_is_searched_then(booking, day, explain):
    asked = {**CONSULTATION, **explain}

    refused(booking.get("openings/", **asked, **{"from": day}), "from")
    refused(booking.get("openings/", **asked, to=day), "to")


@pytest.mark.parametrize("day", DAYS)
def test_no_list_is_about_such_days(booking, at, day):
    for path in ("appointments/", "phase-durations/"):
        refused(booking.get(path, **{"from": day}), "from")
        refused(booking.get(path, to=day), "to")
    refused(booking.get("projection/", date=day), "date")


@pytest.mark.parametrize("day", DAYS)
def test_nobody_waits_until_then(booking, at, day):
    sent = {**CONSULTATION, "patient": str(at.patient().pk)}

    for field in ("valid_from", "valid_to"):
        refused(booking.post("waitlist/", {**sent, field: day}), field)


@pytest.mark.parametrize("day", DAYS)
def test_no_such_day_is_closed(administering, day):
    sent = {"kind": "closed", "applies_on": day}

    refused(administering.post("schedule-exceptions/", sent), "applies_on")
    assert not ScheduleException.objects.exists()


def test_the_last_days_in_reach_are_answered(booking):
    for day in ("1900-01-01", "2200-12-31"):
        assert booking.get("projection/", date=day).status_code == 200
        path = {"from": day, "to": day}
        assert booking.get("appointments/", **path).status_code == 200
        assert booking.get("phase-durations/", **path).status_code == 200
    assert booking.get("phase-durations/", to="1900-01-01").status_code == 200


def far_ahead(days):
    """Ten o'clock, so many days after the last day on which a visit can start."""
    on = furthest_day(clock.now(), HOUSTON) + timedelta(days=days)
    return datetime.combine(on, nine().time(), HOUSTON)


@pytest.mark.parametrize("path", ["appointments/", "holds/"])
def test_a_start_years_ahead_is_refused_from_the_day_on_that_is_searched_last(
    booking, at, path
):
    answer = booking.post(path, body(at, start=far_ahead(1).isoformat()))

    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in problem["errors"]] == ["/start"]
    assert f"at most {YEARS_AHEAD} years ahead" in problem["detail"]
    assert "choose an earlier start" in problem["detail"]


def test_the_last_day_of_all_is_searched_and_booked(booking, at):
    last = next(day for day in map(far_ahead, range(0, -3, -1)) if day.weekday() < 5)
    on = {"from": f"{last:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}

    found = booking.get("openings/", **CONSULTATION, **on).json()["openings"]

    start = found[-1]["start"]
    assert booking.post("appointments/", body(at, start=start)).status_code == 201


@pytest.mark.parametrize("explain", [{}, {"explain": "1"}])
def test_openings_years_ahead_are_not_searched(booking, explain):
    day = f"{far_ahead(1):%Y-%m-%d}"

    answer = booking.get(
        "openings/", **CONSULTATION, **explain, **{"from": day, "to": day}
    )

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/to"]
    assert "name an earlier last date" in answer.json()["errors"][0]["detail"]


def test_the_last_window_of_all_is_explained_without_a_later_one(booking, at):
    day = f"{far_ahead(0):%Y-%m-%d}"
    setup.add_exception(
        clinic_id=at.clinic.pk,
        kind="closed",
        applies_on=far_ahead(0).date(),
        by=make.BY,
        now=clock.now(),
    )

    answer = booking.get(
        "openings/", **CONSULTATION, explain="1", **{"from": day, "to": day}
    )

    assert answer.status_code == 200
    assert len(answer.json()["rejected"]) == 1


@pytest.mark.parametrize("explain", [{}, {"explain": "1"}])
def test_times_of_day_that_run_backwards_are_refused(booking, explain):
    answer = booking.get(
        "openings/", **CONSULTATION, **explain, earliest="15:00", latest="09:00"
    )

    [error] = answer.json()["errors"]
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert error["pointer"] == "/latest"
    assert "Swap them" in error["detail"]


@pytest.mark.parametrize("moment", [*map(datetime.fromisoformat, STARTS)])
def test_the_services_refuse_them_too(at, moment):
    kind = selectors.visit_kind(clinic_id=at.clinic.pk, visit_type="consultation")
    now = clock.now()

    with pytest.raises(InvalidStart, match="Choose a date"):
        check_start(moment, kind, now)
    with pytest.raises(Invalid, match="Choose a date"):
        absences.open_absence(
            clinic_id=at.clinic.pk,
            resource_id=at.one("clinician").pk,
            start=now,
            end=moment,
            by=make.BY,
            now=now,
        )
    with pytest.raises(Invalid, match="Choose a date"):
        entries.add(
            clinic_id=at.clinic.pk,
            patient_id=at.patient().pk,
            visit_type="consultation",
            valid_from_on=now.date(),
            valid_to_on=moment.date(),
            by=make.BY,
            now=now,
        )
    with pytest.raises(Invalid, match="Choose a date"):
        setup.add_exception(
            clinic_id=at.clinic.pk,
            kind="closed",
            applies_on=moment.date(),
            by=make.BY,
            now=now,
        )
