"""Sender processes that die, or are frozen, at any instant: a program of its own.

    python -m tests.faults.senders points CAPABILITY DEATHS SKIP   (F2)
    python -m tests.faults.senders kills CAPABILITY MESSAGES KILLS SEED  (F1)
    python -m tests.faults.senders frozen CAPABILITY MESSAGES   (F4)
    python -m tests.faults.senders looping CAPABILITY MESSAGES FOLDER   (F6)

It fills the database it is given, forks senders, and prints what became of every
message beside what the provider took. The provider is a folder: one file a message,
one line a copy, so that it remembers whatever dies. CAPABILITY is idempotent,
callback or opaque; a callback reaches us some time after the sender has died.
"""

import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
django.setup()

from django.db import connection  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from core.db import unit_of_work  # noqa: E402
from notifications import channels  # noqa: E402
from notifications.channels.contract import Accepted, Letter, Result  # noqa: E402
from notifications.domain.doubt import COPIES_MORE  # noqa: E402
from notifications.models import Message  # noqa: E402
from notifications.selectors.trouble import in_doubt  # noqa: E402
from notifications.services import calling, doorbell, provider_events  # noqa: E402
from notifications.services.checking import faults  # noqa: E402
from notifications.services.looping import Loop  # noqa: E402
from notifications.services.sending import send_due  # noqa: E402
from scheduling.models import Appointment  # noqa: E402
from tests.factories import notifications as make  # noqa: E402
from tests.factories.notifications import NOW, at  # noqa: E402
from tests.faults.fake_provider import a_minute_goes_by, many, time_goes_by  # noqa: E402

DIED = 9
# More than a sender has statements, commits and calls for one message.
MOST_POINTS = 70
DUE = {"day_before": at("2026-09-07 10:00"), "cancelled": at("2026-09-01 10:30")}
TURNS = 8
# After them nothing is in doubt with a provider that can answer (F1).
MINUTES = 5
LATE_ATTEMPTS = """
SELECT count(*) FROM notifications_attempt a
  JOIN notifications_message m ON m.id = a.message_id AND m.kind <> 'cancelled'
  JOIN core_journalentry j ON j.stream = m.subject
   AND j.name = 'appointment.cancelled' AND a.started_at > j.recorded_at
"""


class Folder:
    """A provider that keeps what it took as files, and may stop to think."""

    name = "file"

    def __init__(self, capability: str, path: Path) -> None:
        self.capability, self.path = capability, path
        self.told: set[str] = set()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def send(self, letter: Letter) -> Result:
        self.before()
        self._take(str(letter.message_id))
        self.after()
        return Accepted(f"taken-{letter.message_id}")

    def _take(self, key: str) -> None:
        if self.capability == "idempotent" and (self.path / key).exists():
            return
        taken = os.open(self.path / key, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(taken, b"copy\n")
        os.close(taken)

    def copies(self) -> dict[str, int]:
        return {one.name: one.read_text().count("\n") for one in self.path.iterdir()}

    def tell(self) -> None:
        """Say what a provider with callbacks says by itself; twice, as they do."""
        if self.capability != "callback":
            return
        for key in self.copies().keys() - self.told:
            self.told.add(key)
            for _ in range(2):
                provider_events.receive(
                    provider=self.name,
                    event_id=f"event-{key}",
                    message_ref=key,
                    type="delivered",
                )


@contextmanager
def provider(capability: str) -> Iterator[Folder]:
    with tempfile.TemporaryDirectory() as path:
        made = Folder(capability, Path(path))
        channels.PROVIDERS["file"] = made  # type: ignore[assignment]
        yield made


def fork(work: Callable[[], Any]) -> int:
    """Do it in a child with a connection of its own; the child's id."""
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:  # noqa: BLE001  (a child never comes back here)
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """The exit code of a child, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Points:
    """Counts statements, commits and calls, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.last, self.passed = last, 0

    def reach(self) -> None:
        if self.passed == self.last:
            os._exit(DIED)
        self.passed += 1

    def statement(
        self, execute: Any, sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        self.reach()
        return execute(sql, params, many, context)


def send_until(point: int, instant: datetime) -> None:
    """Send what is due and die before the statement, commit or call of that number."""
    points = Points(point)
    # The one place through which every COMMIT goes.
    wrapper: Any = BaseDatabaseWrapper
    real = wrapper._commit

    def commit(self: Any) -> None:
        points.reach()
        real(self)
        points.reach()

    wrapper._commit = commit
    taking: Any = channels.PROVIDERS["file"]
    taking.before = taking.after = points.reach
    with connection.execute_wrapper(points.statement):
        send_due(as_of=instant)


def recover(taking: Folder, instant: datetime) -> None:
    """The dead sender's leases end, callbacks come, and another one sends."""
    time_goes_by()
    taking.tell()
    send_due(as_of=instant)


def world() -> dict[str, list[Any]]:
    """Reminders, and notices of cancelled visits: one for each point, none due yet."""
    place, _, _ = unit_of_work(partial(many, 2 * MOST_POINTS))
    send_due(as_of=NOW)
    for visit in Appointment.objects.order_by("pk")[:MOST_POINTS]:
        unit_of_work(partial(make.cancel, place, visit, now=NOW))
    rows = Message.objects.filter(state="scheduled")
    keys = {
        kind: list(rows.filter(kind=kind).order_by("pk").values_list("pk", flat=True))
        for kind in DUE
    }
    rows.update(next_at=at("2027-01-01 10:00"))
    return keys


def points(capability: str, deaths: int, skip: int) -> dict[str, Any]:
    """Die at every point but each `skip`th (0: none is left out), so many times in a
    row, and recover: the fates by kind."""
    with provider("idempotent"):
        keys = world()
    with provider(capability) as taking:
        return {
            kind: _fates(
                [n for n in enumerate(keys[kind]) if not skip or n[0] % skip],
                DUE[kind],
                deaths,
                taking,
            )
            for kind in DUE
        }


def _fates(
    keys: list[tuple[int, Any]], instant: datetime, deaths: int, taking: Folder
) -> list[dict[str, Any]]:
    """One message for each point, until a sender comes to its end without dying."""
    found = []
    for point, key in keys:
        Message.objects.filter(pk=key).update(next_at=instant)
        reached = 0
        for _ in range(deaths):
            time_goes_by()
            taking.tell()
            reached += ended(fork(partial(send_until, point, instant))) == DIED
        for _ in range(TURNS):
            recover(taking, instant)
            if not _goes_on(key):
                break
        found.append(_fate(key, taking))
        if not reached:
            return found
    raise AssertionError(f"there are more points than {len(keys)}")


def _goes_on(key: Any) -> bool:
    row = Message.objects.get(pk=key)
    waits = row.state in ("scheduled", "claimed", "sending")
    return waits or (row.state == "uncertain" and row.lease_until is not None)


def _fate(key: Any, taking: Folder) -> dict[str, Any]:
    row = Message.objects.get(pk=key)
    return {
        "copies": taking.copies().get(str(key), 0),
        "state": row.state,
        "doubts": row.doubts,
        "listed": in_doubt(Message.objects.filter(pk=key)).exists(),
    }


def kills(capability: str, count: int, times: int, seed: int) -> dict[str, Any]:
    """Kill senders at random instants while visits are cancelled, until all is sent."""
    dice = random.Random(seed)
    place, _, _ = unit_of_work(partial(many, count))
    visits = list(Appointment.objects.order_by("pk"))
    dice.shuffle(visits)
    rows = Message.objects.filter(kind="confirmation").order_by("pk")
    # Kept for the last of them, which dies in its call whatever the dice say.
    last = list(rows.values_list("pk", flat=True)[: count // 10])
    rows.filter(pk__in=last).update(next_at=at("2027-01-01 10:00"))
    killed = 0
    with provider(capability) as taking:
        taking.after = partial(time.sleep, 0.002)
        while killed < times and _left():
            child = fork(partial(send_due, as_of=NOW))
            if dice.random() < 0.5:
                visit = visits.pop()
                unit_of_work(partial(make.cancel, place, visit, now=NOW))
            time.sleep(dice.uniform(0, 0.12))
            os.kill(child, signal.SIGKILL)
            killed += ended(child) == -signal.SIGKILL
            time_goes_by()
            taking.tell()
        rows.filter(pk__in=last).update(next_at=NOW)
        killed += ended(fork(partial(_die_in_call, 3, taking))) == DIED
        for _ in range(MINUTES):
            a_minute_goes_by()
            taking.tell()
            send_due(as_of=NOW)
        taking.tell()
        send_due(as_of=NOW)
        if capability == "opaque":
            # Nobody tells: what is in doubt a second time takes its own time.
            for _ in range(TURNS):
                recover(taking, NOW)
        return {"kills": killed, **_ledger(taking)}


def _die_in_call(number: int, taking: Folder) -> None:
    """Send; the process ends itself just before the provider takes that letter."""
    points = Points(number)
    taking.before = points.reach
    send_due(as_of=NOW)


def _left() -> bool:
    rows = Message.objects.filter(kind="confirmation")
    return rows.filter(state__in=("scheduled", "claimed", "sending")).exists()


def frozen(capability: str, count: int) -> dict[str, Any]:
    """Stop a sender before a call, and one inside it, for longer than its lease."""
    calling.STALE_SECONDS = 0.3
    unit_of_work(partial(many, count))
    rows = Message.objects.filter(kind="confirmation")
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    halves = keys[: count // 2], keys[count // 2 :]
    rows.update(next_at=at("2027-01-01 10:00"))
    with provider(capability) as taking:
        for where, half in zip(("gate", "call"), halves, strict=True):
            rows.filter(pk__in=half).update(next_at=NOW)
            child = fork(partial(_stop_at, where, taking))
            _, status = os.waitpid(child, os.WUNTRACED)
            assert os.WIFSTOPPED(status), status
            for _ in range(2):
                recover(taking, NOW)
            time.sleep(calling.STALE_SECONDS)
            os.kill(child, signal.SIGCONT)
            assert ended(child) == 0
        for _ in range(TURNS):
            recover(taking, NOW)
        return _ledger(taking)


def _stop_at(where: str, taking: Folder) -> None:
    """Send; the process stops itself once, after the gate or inside the first call."""
    stopped: list[int] = []

    def stop() -> None:
        if not stopped:
            stopped.append(1)
            os.kill(os.getpid(), signal.SIGSTOP)

    def at_point(point: str) -> None:
        if (where, point) == ("gate", "after_gate"):
            stop()

    if where == "call":
        taking.before = stop
    send_due(as_of=NOW, at_point=at_point)


def looping(capability: str, count: int, path: str) -> dict[str, Any]:
    """Send as operators do, until a line of standard input says that it is over."""
    unit_of_work(partial(many, count))
    taking = Folder(capability, Path(path))
    channels.PROVIDERS["file"] = taking  # type: ignore[assignment]
    taking.after = partial(time.sleep, 0.01)
    stop = threading.Event()
    said: list[str] = []
    loop = Loop(every=0.1, say=said.append, as_of=NOW)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    sys.stdin.readline()
    stop.set()
    thread.join()
    # Ours was cut with all others.
    connection.close()
    for _ in range(MINUTES):
        a_minute_goes_by()
        send_due(as_of=NOW)
    gone = [text for text in said if text.startswith("The database does not answer")]
    return {"restarts_seen": len(gone), **_ledger(taking)}


def _ledger(taking: Folder) -> dict[str, Any]:
    """Compare what the provider took with what our rows say."""
    copies = taking.copies()
    rows = Message.objects.filter(kind="confirmation")
    told = {str(row.pk) for row in rows.filter(state__in=("accepted", "delivered"))}
    listed = {str(row.pk) for row in rows.filter(doubts__gt=0)}
    doubtful = {str(row.pk) for row in rows.filter(state="uncertain")}
    cancelled = rows.filter(state="cancelled").count()
    # Stopped between a doubt and the next try: told, for all we know, and so the
    # cancellation is told as well.
    maybe = rows.filter(state="cancelled", doubts__gt=0, sent_at__isnull=False)
    stopped = {str(row.pk) for row in maybe}
    answered = Message.objects.filter(kind="cancelled").values("subject")
    for_a_person = in_doubt(rows).filter(lease_until=None, doubts__gt=COPIES_MORE)
    with connection.cursor() as cursor:
        cursor.execute(LATE_ATTEMPTS)
        (late,) = cursor.fetchone()
    return {
        "messages": rows.count(),
        "told": len(told),
        "cancelled": cancelled,
        "lost": len(told - copies.keys()),
        "unknown_to_us": len(copies.keys() - told - doubtful - stopped),
        "not_told_it_is_off": maybe.exclude(subject__in=answered).count(),
        "doubled": sum(n > 1 for n in copies.values()),
        "most_copies": max(copies.values(), default=0),
        "doubled_unlisted": sum(
            n > 1 and key not in listed for key, n in copies.items()
        ),
        "uncertain": len(doubtful),
        "uncertain_unlisted": len(doubtful) - for_a_person.count(),
        "after_cancellation": late,
        "faults": sorted({fault.kind for fault in faults(NOW)} - {"in_doubt"}),
    }


if __name__ == "__main__":
    # Nobody is rung for: the bell's thread would not live on in a child.
    doorbell.breaker.open_until = float("inf")
    match sys.argv[1:]:
        case ["points", which, deaths, skip]:
            outcome = points(which, int(deaths), int(skip))
        case ["kills", which, count, times, seed]:
            outcome = kills(which, int(count), int(times), int(seed))
        case ["frozen", which, count]:
            outcome = frozen(which, int(count))
        case ["looping", which, count, folder]:
            outcome = looping(which, int(count), folder)
        case _:
            sys.exit(__doc__)
    json.dump(outcome, sys.stdout)
