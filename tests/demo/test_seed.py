"""The demo, loaded on a Saturday 16 weeks after the cases were written down."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import journal
from demo import seed, surroundings
from demo.cases import weeks_since
from notifications.selectors import inbox
from notifications.services import checking
from patients import selectors as patients
from patients.models import Patient
from procedures.follow_up.selectors import unanswered
from procedures.models import Episode
from procedures.visits import owed
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, FreedOpening
from scheduling.waitlist import matching
from tests.conftest import Server, database_of_ones_own

CENTRAL = ZoneInfo("America/Chicago")
# Summer time has begun; in the cases it had ended.
NOW = datetime(2027, 3, 20, 12, tzinfo=CENTRAL)
SHIFT = timedelta(weeks=16)


@pytest.fixture(scope="module")
def seeded(
    server: Server, django_db_setup: None, django_db_blocker: object
) -> Iterator[seed.Seeded]:
    with database_of_ones_own(server, django_db_blocker, "seed"):
        yield seed.seed(NOW)


def path(mrn: str) -> Episode:
    return Patient.objects.get(mrn=mrn).episodes.get()


@pytest.mark.parametrize(
    ("today", "weeks"),
    [
        (date(2026, 11, 22), 0),
        (date(2026, 11, 28), 0),
        (date(2026, 11, 29), 1),
        (NOW.date(), 16),
        (date(2026, 11, 21), -1),
    ],
)
def test_the_cases_lag_behind_by_whole_weeks_rounded_down(today, weeks):
    assert weeks_since(today) == weeks


def test_c1_keeps_its_weekday_and_wall_clock(seeded):
    [injection] = path("DEMO-0001").injections.filter(superseded_at=None)

    local = injection.start_at.astimezone(CENTRAL)
    assert local.date() == date(2025, 10, 14) + SHIFT
    assert local.time() == time(10, 5)


def test_follow_ups_are_counted_from_the_shifted_injection(seeded):
    rows = path("DEMO-0001").follow_ups.order_by("position")

    # Injected on Tue 2026-02-03; three months later is a Sunday, so M3 rolls on.
    assert {row.code: row.target_on.isoformat() for row in rows} == {
        "D1": "2026-02-04",
        "D3": "2026-02-06",
        "D7": "2026-02-10",
        "D14": "2026-02-17",
        "W6": "2026-03-17",
        "M3": "2026-05-04",
        "M6": "2026-08-03",
        "M12": "2027-02-03",
    }
    assert {row.state for row in rows} == {"answered"}


def test_c6_waits_for_its_new_consultation(seeded):
    episode = path("DEMO-0006")
    visit = Appointment.objects.filter(patient=episode.patient).latest("local_on")

    assert episode.stage == "deferred"
    assert visit.local_on == date(2026, 11, 30) + SHIFT
    assert visit.local_time == time(9)
    assert visit.status == "booked"


def test_some_twenty_visits_lie_around_today(seeded):
    first = surroundings.working_day(NOW.date(), -5)
    last = surroundings.working_day(NOW.date(), 10)
    around = Appointment.objects.filter(local_on__gte=first, local_on__lte=last)

    assert 18 <= around.count() <= 26
    assert {"booked", "fulfilled", "cancelled", "noshow"} <= set(
        around.values_list("status", flat=True)
    )


def test_every_work_list_of_the_messages_has_something_in_it(seeded):
    clinic_id = seeded.world.clinic.pk
    due = unanswered(clinic_id, NOW.date()).filter(state="planned")
    [overdue] = [row for row in due if not patients.consents(row.episode.patient)]
    rows = owed.owed(clinic_id, NOW, CENTRAL)
    [row] = [one for one in rows if one.why == owed.NOT_BOOKED]

    assert inbox.unread(clinic_id) == 1
    assert [text.body[:9] for text in inbox.texts(clinic_id, "answered")] == [
        "Can I go "
    ]
    assert (overdue.code, overdue.target_on < NOW.date()) == ("W6", True)
    assert overdue.episode.patient.family_name == row.patient.family_name == "Calloway"


def test_nothing_that_lies_ahead_has_happened(seeded):
    ahead = Appointment.objects.filter(during__startswith__gt=NOW)

    assert set(ahead.values_list("status", flat=True)) <= {"booked", "cancelled"}


def test_somebody_waits_for_the_time_of_a_cancelled_visit(seeded):
    freed = FreedOpening.objects.filter(during__startswith__gt=NOW).latest("freed_at")
    found = matching.matches(freed=freed, now=NOW)

    assert [m.entry.patient.family_name for m in found.fitting] == ["Arroyo"]
    assert found.why_nobody == ("2 need another kind of visit, 1 needs 7 days’ notice")


def test_the_books_are_in_order(seeded):
    assert journal.first_breaks() == []
    assert booking_checks.findings(NOW) == []
    assert checking.faults(NOW) == []


def test_everybody_has_a_key(seeded):
    assert set(seeded.keys) == set(seeded.world.members)
