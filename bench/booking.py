"""Booking: alone, against raw SQL writing the same rows, and in a rush."""

import itertools
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bench import world
from bench.figures import Figure, percentile
from bench.raw import Clone, clone_of
from bench.world import BY, NOW, World
from core import idempotency
from core.db import unit_of_work
from core.refusal import Refused
from scheduling.booking import availability
from scheduling.booking import book as booking
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.explain.why_not import why_not
from scheduling.openings.search import alternatives
from scheduling.setup import services as setup
from scheduling.visit_types.defaults import PhaseSpec, VisitSpec, need
from tools.local.children import die_with_parent

CLIENTS = 8
VISITS = 40
ROUNDS = 60
RIVALS = 24
BOOKED, LOST, FAULT = 1, 0, -1
KINDS = ("clinician", "nurse", "consult_room", "ultrasound")
VISIT = VisitSpec(
    "bench",
    "Visit with four resources",
    phases=(PhaseSpec("All", 0, 30, tuple(need(kind) for kind in KINDS)),),
)
FIRST = NOW + timedelta(days=1, hours=8)
STATEMENTS = 24
NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "SET", "COMMIT")

Work = Callable[[int], list[float]]


def figures() -> Iterator[Figure]:
    """The figures of `booking`."""
    yield from _alone()
    yield from _rush()


def _alone() -> Iterator[Figure]:
    clinics = [_clinic(KINDS) for _ in range(CLIENTS)]
    yield Figure(
        "booking.statements",
        _statements(clinics[0]),
        "statements",
        STATEMENTS,
        "at most",
    )
    pattern = clone_of(_book(clinics[0], _start(-2), _patient(clinics[0])))
    patients = [[_patient(one) for _ in range(VISITS)] for one in clinics]

    def book(client: int) -> list[float]:
        return [
            _timed(lambda p=p, n=n: _book(clinics[client], _start(n), p))  # type: ignore[misc]
            for n, p in enumerate(patients[client])
        ]

    def write(client: int) -> list[float]:
        clone = Clone(pattern, clinics[client].resource_ids)
        return [
            _timed(lambda p=p, n=n: clone.write(p, _start(n + VISITS)))  # type: ignore[misc]
            for n, p in enumerate(patients[client])
        ]

    def first(client: int, number: int) -> None:
        _book(clinics[client], _start(2 * VISITS + number), patients[client][0])

    floor, _ = _together(write, CLIENTS, lambda client: first(client, 0))
    rate, taken = _together(book, CLIENTS, lambda client: first(client, 1))
    yield Figure("booking.ratio", rate, "bookings/s", 0.10, "at least", floor)
    yield Figure("booking.p99", percentile(taken, 0.99), "ms", 200, "at most")


def _rush() -> Iterator[Figure]:
    """Everybody wants the same time, each with the resources in an order of their own.

    What a loser waits for the reason and the alternatives is no part of taking or not
    taking the time: they are searched after the rollback, with no lock held, and timed
    apart.
    """
    made = _clinic(KINDS)
    visits = _visits_in_every_order(made)
    patients = [_patient(made) for _ in range(RIVALS)]
    gate = multiprocessing.get_context("fork").Barrier(RIVALS)

    def rival(client: int) -> list[float]:
        with _searches_timed() as searches:
            found: list[float] = []
            for number in range(ROUNDS):
                gate.wait()
                found += _try(made, number, patients[client], visits[client], searches)
            return found

    def first(client: int) -> None:
        _book(made, _start(ROUNDS + client), patients[client], visits[client])

    _, answers = _together(rival, RIVALS, first)
    ends, taken, searched = answers[::3], answers[1::3], answers[2::3]
    p99 = percentile(taken, 0.99)
    looked = percentile([one for one in searched if one], 0.99)
    yield Figure("booking.rush.booked", ends.count(BOOKED), "of 60", ROUNDS, "at least")
    yield Figure("booking.rush.overlaps", _overlaps(), "pairs", 0, "at most")
    yield Figure("booking.rush.unhandled", ends.count(FAULT), "faults", 0, "at most")
    yield Figure("booking.rush.deadlocks", _deadlocks(), "deadlocks", 0, "at most")
    yield Figure("booking.rush.p99", p99, "ms", 250, "at most")
    yield Figure("booking.rush.median", statistics.median(taken), "ms", 250, "at most")
    yield Figure("booking.rush.alternatives.p99", looked, "ms", 250, "at most")


def _visits_in_every_order(made: World) -> list[str]:
    """A visit type for every order of the four resources: their slugs."""
    slugs = []
    for number, kinds in enumerate(itertools.permutations(KINDS)):
        slugs.append(f"bench-{number}")
        phase = PhaseSpec("All", 0, 30, tuple(need(kind) for kind in kinds))
        spec = VisitSpec(slugs[-1], f"Visit {number}", phases=(phase,))
        setup.define_visit_type(clinic_id=made.clinic_id, spec=spec, by=BY, now=NOW)
    return slugs


def _try(
    made: World, number: int, patient_id: UUID, visit: str, searches: list[float]
) -> list[float]:
    """How it ended, milliseconds without what a loser is told, and those of that."""
    searches.clear()
    began = time.perf_counter()
    try:
        _book(made, _start(number), patient_id, visit)
        end = BOOKED
    except (SlotTaken, PatientBusy):
        end = LOST
    except Exception:  # noqa: BLE001  (counted, and the figure misses its target)
        end = FAULT
    taken, searched = (time.perf_counter() - began) * 1000, sum(searches)
    return [end, taken - searched, searched]


@contextmanager
def _searches_timed() -> Iterator[list[float]]:
    """Every search for alternatives, or for what is in the way, adds its milliseconds
    to the list."""
    times: list[float] = []

    def timed(search: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return search(*args, **kwargs)
            finally:
                times.append((time.perf_counter() - began) * 1000)

        return run

    with (
        mock.patch(f"{availability.__name__}.alternatives", timed(alternatives)),
        mock.patch(f"{availability.__name__}.why_not", timed(why_not)),
    ):
        yield times


def _clinic(kinds: tuple[str, ...]) -> World:
    made = world.clinic(kinds)
    setup.define_visit_type(clinic_id=made.clinic_id, spec=VISIT, by=BY, now=NOW)
    return made


def _patient(made: World) -> UUID:
    return UUID(str(world.patient(made.clinic_id)))


def _start(number: int) -> datetime:
    """Sixteen visits a day, from eight in the morning."""
    days, place = divmod(number, 16)
    return FIRST + timedelta(days=days, minutes=30 * place)


def _book(
    made: World, start: datetime, patient_id: UUID, visit: str = VISIT.slug
) -> UUID:
    """As REST does it: one unit of work under an idempotency key."""
    booked: list[UUID] = []

    def run() -> idempotency.Answer:
        appointment = booking.book(
            clinic_id=made.clinic_id,
            patient_id=patient_id,
            visit_type=visit,
            start=start,
            by=BY,
            now=NOW,
        )
        assert not isinstance(appointment, Refused)
        booked.append(appointment.pk)
        return idempotency.Answer(201, str(appointment.pk))

    key = str(uuid4())
    unit_of_work(
        lambda: idempotency.answer_once(
            by=BY, key=key, target="/api/v1/appointments/", body=b"{}", run=run
        )
    )
    return booked[-1]


def _statements(made: World) -> int:
    patient_id = _patient(made)
    with CaptureQueriesContext(connection) as queries:
        _book(made, _start(-1), patient_id)
    return sum(not query["sql"].startswith(NOT_COUNTED) for query in queries)


def _timed(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1000


def _overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM scheduling_reservation a"
            " JOIN scheduling_reservation b ON a.resource_id = b.resource_id"
            " AND a.id < b.id AND a.period && b.period"
            " AND a.released_at IS NULL AND b.released_at IS NULL"
        )
        return int(cursor.fetchone()[0])


def _deadlocks() -> int:
    """All that this database has had, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def _together(
    work: Work, clients: int, first: Callable[[int], None]
) -> tuple[float, list[float]]:
    """Run `work(client)` in processes at once: calls a second, and all answers.

    Before, each does `first(client)`, which is not counted: a new connection costs
    PostgreSQL and Django more than a booking, and a server keeps its connections.
    """
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(clients + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_client, args=(work, client, first, barrier, answers))
        for client in range(clients)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    began = time.perf_counter()
    found = [answers.get() for _ in processes]
    taken = time.perf_counter() - began
    for process in processes:
        process.join()
    values = [value for values in found for value in values]
    return len(values) / taken, values


def _client(
    work: Work,
    client: int,
    first: Callable[[int], None],
    barrier: Barrier,
    answers: "multiprocessing.SimpleQueue[list[float]]",
) -> None:
    die_with_parent()
    first(client)
    barrier.wait()
    answers.put(work(client))
    connections.close_all()
