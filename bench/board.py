"""The day board: 48 visits on 20 resources at noon, half of them behind, some late."""

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from bench import trivial, world
from bench.figures import Figure, percentile
from bench.world import BY, NOW, World
from clinics.services import users
from core import clock
from core.refusal import Refused
from procedures.episodes import services as episodes
from scheduling.booking import book
from scheduling.models import Appointment, PhaseRecord
from scheduling.selectors import find_openings
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import SHIPPED, VisitSpec

VISITS = 48
PROCEDURES = 12
ROUNDS = 60
WARM = 5
KINDS = (
    *("clinician",) * 4,
    *("nurse",) * 2,
    *("technician",) * 2,
    *("procedure_room",) * 3,
    *("consult_room",) * 2,
    *("preop_bay",) * 2,
    *("recovery_bay",) * 2,
    *("centrifuge", "ultrasound", "c_arm"),
)
# As a procedure is, without a signed decision behind it.
PROCEDURE = VisitSpec("board-procedure", "Procedure", phases=SHIPPED[0].phases)
LATE = timedelta(minutes=12)
NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "SET", "COMMIT")
KIBIBYTE = 1024


def figures() -> Iterator[Figure]:
    """Size, statements and time of the board's page, with the projection on."""
    made = _clinic()
    on = _fill(made)
    clock.set_to(_noon(on))
    client, path = _signed_in(made), reverse("staff:board_on", args=[on.date()])
    with override_settings(ROOT_URLCONF="bench.trivial", ALLOWED_HOSTS=["*"]):
        page = _open(client, path)
        assert b"Running late" in page, "nothing is late: this measures no projection"
        kibibytes = len(gzip.compress(page)) / KIBIBYTE
        yield Figure("board.size", kibibytes, "KiB gzipped", 60, "at most")
        with CaptureQueriesContext(connection) as queries:
            _open(client, path)
        counted = sum(not q["sql"].startswith(NOT_COUNTED) for q in queries)
        yield Figure("board.queries", counted, "statements", 12, "at most")
        floor, value = _p95_ms(
            lambda: _open(client, trivial.ADDRESS), lambda: _open(client, path)
        )
        yield Figure("board.p95", value, "ms", 8, "at most", floor)


def _clinic() -> World:
    made = world.clinic(KINDS)
    setup.define_visit_type(clinic_id=made.clinic_id, spec=PROCEDURE, by=BY, now=NOW)
    return made


def _fill(made: World) -> datetime:
    """Book the first day after NOW full; half past twelve of it is told how far."""
    for number in range(VISITS):
        slug = _slug(number)
        opening = find_openings(
            clinic_id=made.clinic_id,
            visit_type=slug,
            from_on=NOW.date() + timedelta(days=1),
            to_on=NOW.date() + timedelta(days=1),
            limit=1,
            now=NOW,
        )
        assert opening, f"the day is full before visit {number}, {slug}"
        _book(made, slug, opening[0].start)
    first = Appointment.objects.filter(clinic=made.clinic_id).earliest("during")
    day = first.start.astimezone(ZoneInfo("America/Chicago"))
    _walk(made, _noon(day))
    return day


def _slug(number: int) -> str:
    if number < PROCEDURES:
        return PROCEDURE.slug
    return ("consultation", "follow-up", "remote-check")[number % 3]


def _book(made: World, slug: str, start: datetime) -> None:
    patient = world.patient(made.clinic_id)
    subject = ""
    if slug == "consultation":
        knee = {"joint": "knee", "structure": "intra_articular", "laterality": "right"}
        path = episodes.open_episode(
            patient_id=patient,  # type: ignore[arg-type]
            clinic_id=made.clinic_id,
            targets=[knee],
            by=BY,
            now=NOW,
        )
        subject = f"episode:{path.pk}"
    booked = book.book(
        clinic_id=made.clinic_id,
        patient_id=patient,  # type: ignore[arg-type]
        visit_type=slug,
        start=start,
        subject=subject,
        by=BY,
        now=NOW,
    )
    assert not isinstance(booked, Refused), booked


def _walk(made: World, now: datetime) -> None:
    """Whoever should have begun by now has, every third of them late."""
    due = Appointment.objects.filter(clinic=made.clinic_id, during__startswith__lt=now)
    for number, visit in enumerate(due.order_by("during")):
        began = min(now, visit.start + (LATE if number % 3 == 0 else timedelta(0)))
        book.check_in(appointment_id=visit.pk, by=BY, now=began)
        if visit.end < now - LATE:
            book.fulfil(appointment_id=visit.pk, by=BY, now=visit.end)
    assert PhaseRecord.objects.filter(ended_at=None).exists()


def _noon(day: datetime) -> datetime:
    return day.replace(hour=12, minute=0, second=0, microsecond=0)


def _signed_in(made: World) -> Client:
    member = users.create_user(
        email="board@example.org",
        display_name="Bench Board",
        role="coordinator",
        clinic_id=made.clinic_id,
        by=BY,
        now=NOW,
    )
    client = Client()
    door = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(member.user, backend=door)
    return client


def _open(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200, response.status_code
    return response.content


def _p95_ms(*functions: Callable[[], object]) -> list[float]:
    """Each one's 95th percentile in milliseconds; they take turns."""
    times: list[list[float]] = [[] for _ in functions]
    for turn in range(WARM + ROUNDS):
        for taken, function in zip(times, functions, strict=True):
            began = time.perf_counter()
            function()
            if turn >= WARM:
                taken.append((time.perf_counter() - began) * 1000)
    return [percentile(taken, 0.95) for taken in times]
