"""The demo loads whatever the date, also where the cases meet the clinic around them:
on this Friday, C6 has the consultation that somebody else would have had."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core import journal
from demo import seed, surroundings
from notifications.services import checking
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Conflict
from tests.conftest import Server, database_of_ones_own

CENTRAL = ZoneInfo("America/Chicago")
FRIDAY = datetime(2026, 11, 27, 7, 25, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def seeded(
    server: Server, django_db_setup: None, django_db_blocker: object
) -> Iterator[seed.Seeded]:
    with database_of_ones_own(server, django_db_blocker, "seed-dates"):
        yield seed.seed(FRIDAY)


def visits(**which):
    """What the visits are, when on the clinic's clock, and what became of them."""
    found = Appointment.objects.filter(**which).select_related("visit_type")
    return [
        (
            visit.visit_type.slug,
            f"{visit.start.astimezone(CENTRAL):%m-%d %H:%M}",
            visit.status,
        )
        for visit in found.order_by("during")
    ]


CASES = {
    "DEMO-0001": [
        ("consultation", "09-16 09:00", "fulfilled"),
        ("bmc-ultrasound", "10-14 08:30", "fulfilled"),
        # Of a year that is over.
        ("follow-up", "10-28 09:00", "fulfilled"),
        ("follow-up", "11-25 09:00", "fulfilled"),
        ("follow-up", "01-14 09:00", "fulfilled"),
        ("follow-up", "04-14 09:00", "fulfilled"),
        ("follow-up", "10-14 09:00", "fulfilled"),
    ],
    "DEMO-0003": [
        ("consultation", "03-24 09:00", "fulfilled"),
        ("bmc-ultrasound", "04-16 08:00", "cancelled"),
        ("consultation", "05-13 09:00", "fulfilled"),
        ("bmc-ultrasound", "05-21 08:00", "fulfilled"),
        ("follow-up", "07-02 09:00", "fulfilled"),
        ("follow-up", "08-21 09:00", "fulfilled"),
        ("follow-up", "11-23 09:00", "fulfilled"),
    ],
    "DEMO-0006": [
        ("consultation", "10-19 09:00", "fulfilled"),
        ("consultation", "11-30 09:00", "booked"),
    ],
}


@pytest.mark.parametrize("mrn", CASES)
def test_each_case_has_its_visits_at_its_own_times(mrn):
    assert visits(patient__mrn=mrn) == CASES[mrn]


def test_the_clinic_around_a_case_takes_the_next_time():
    meant = next(v for v in surroundings.VISITS if v.name == "June Castellan")

    assert meant.clock == "09:30"
    assert visits(patient__family_name="Castellan") == [
        ("consultation", "11-30 09:45", "booked")
    ]


def test_everybody_around_the_cases_has_their_visit():
    fates = {"cancelled": "cancelled", "missed": "noshow"}
    expected = sorted(
        (
            one.name.partition(" ")[2],
            fates.get(one.fate, "fulfilled" if one.day < 0 else "booked"),
        )
        for one in surroundings.VISITS
    )

    around = Appointment.objects.filter(patient__mrn__startswith="CP-")

    assert sorted(around.values_list("patient__family_name", "status")) == expected


def test_every_procedure_is_past_or_to_come():
    planned = {
        one.name.partition(" ")[2]: "fulfilled" if one.day < 0 else "booked"
        for one in surroundings.PROCEDURES
    }

    found = Appointment.objects.filter(
        patient__family_name__in=planned, visit_type__requires_decision=True
    )

    assert dict(found.values_list("patient__family_name", "status")) == planned


def test_every_visit_lies_on_a_working_day_in_the_day():
    for visit in Appointment.objects.all():
        local = visit.start.astimezone(CENTRAL)
        assert local.weekday() < 5
        assert time(8) <= local.time() <= time(16)


def test_nothing_is_in_anybodys_way_and_the_books_are_in_order():
    assert not Conflict.objects.filter(resolved_at=None).exists()
    assert journal.first_breaks() == []
    assert booking_checks.findings(FRIDAY) == []
    assert checking.faults(FRIDAY) == []
