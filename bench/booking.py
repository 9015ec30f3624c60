"""Booking: alone, against raw SQL writing the same rows, and in a rush."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bench import world
from bench.figures import Figure, percentile
from bench.raw import Clone, clone_of
from bench.world import BY, NOW, World
from config.local.children import die_with_parent
from core import idempotency
from core.db import unit_of_work
from core.refusal import Refused
from scheduling.domain.shipped import PhaseSpec, VisitSpec, need
from scheduling.services import booking, setup
from scheduling.services.problems import PatientBusy, SlotTaken

CLIENTS = 8
VISITS = 40
ROUNDS = 20
RIVALS = 8
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

    floor, _ = _together(write, CLIENTS)
    rate, taken = _together(book, CLIENTS)
    yield Figure("booking.ratio", rate, "bookings/s", 0.10, "at least", floor)
    yield Figure("booking.p99", percentile(taken, 0.99), "ms", 200, "at most")


def _rush() -> Iterator[Figure]:
    made = _clinic(KINDS * 4)
    patients = [_patient(made) for _ in range(RIVALS)]
    taken: list[float] = []
    booked = 0
    for number in range(ROUNDS):
        # One of each kind is left: rivals want the same four resources.
        start = _start(4 * number)
        for _ in range(3):
            _book(made, start, _patient(made))

        def rival(client: int, start: datetime = start) -> list[float]:
            began = time.perf_counter()
            try:
                _book(made, start, patients[client])
            except (SlotTaken, PatientBusy):
                return [time.perf_counter() - began, 0]
            return [time.perf_counter() - began, 1]

        _, answers = _together(rival, RIVALS)
        taken += [one * 1000 for one in answers[::2]]
        booked += int(sum(answers[1::2]))
    yield Figure("booking.rush.booked", booked, "bookings", ROUNDS, "at least")
    yield Figure("booking.rush.overlaps", _overlaps(), "pairs", 0, "at most")
    yield Figure("booking.rush.p99", percentile(taken, 0.99), "ms", 250, "at most")
    yield Figure("booking.rush.median", statistics.median(taken), "ms", 250, "at most")


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


def _book(made: World, start: datetime, patient_id: UUID) -> UUID:
    """As REST does it: one unit of work under an idempotency key."""
    booked: list[UUID] = []

    def run() -> idempotency.Answer:
        appointment = booking.book(
            clinic_id=made.clinic_id,
            patient_id=patient_id,
            visit_type="bench",
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


def _together(work: Work, clients: int) -> tuple[float, list[float]]:
    """Run `work(client)` in processes at once: calls a second, and all answers."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(clients + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_client, args=(work, client, barrier, answers))
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
    barrier: Barrier,
    answers: "multiprocessing.SimpleQueue[list[float]]",
) -> None:
    die_with_parent()
    connection.ensure_connection()
    barrier.wait()
    answers.put(work(client))
    connections.close_all()
