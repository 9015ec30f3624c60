"""Requests that die at any instant, asked again with their key: a program (F3).

    python -m tests.faults.acts POINTS

For each act (book, move, cancel, confirm a hold, open an absence, sign) a child does
it over REST and dies before one statement or COMMIT, at so many points spread over all
of them; then it is asked again with the same key. Printed is, for each act, what it
changes if nobody dies, and every other outcome that was seen.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from tests.faults import senders  # sets Django up

# isort: split
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from core import clock
from notifications.services import doorbell
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import clinics as people
from tests.factories import procedures
from tests.factories import scheduling as make
from tests.faults.booker import ALWAYS

TABLES = (
    "scheduling_appointment",
    "scheduling_reservation",
    "scheduling_appointmentmove",
    "scheduling_hold",
    "scheduling_absence",
    "procedures_evaluation",
    "procedures_signature",
    "notifications_message",
    "core_journalentry",
    "core_idempotencykey",
)
SLOT = timedelta(minutes=30)
MOST_POINTS = 1000

Asked = tuple[str, dict[str, Any]]


class World:
    """A clinic with one clinician, open day and night, and who books there."""

    def __init__(self) -> None:
        self.at = make.practice({"clinician": 1}, hours=ALWAYS, ship=False)
        needs = (NeedSpec(("clinician",)),)
        make.visit_type(self.at.clinic, PhaseSpec("Visit", 0, 30, needs))
        member = people.membership("coordinator", at=self.at.clinic)
        self.bearer = people.api_key(member)
        self.site = procedures.open_site()
        self.signer = people.api_key(self.site.person("clinician"))
        midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.next_slot = midnight + timedelta(days=2)

    def slot(self) -> datetime:
        self.next_slot += 2 * SLOT
        return self.next_slot

    def post(self, path: str, asked: dict[str, Any], key: str) -> Any:
        bearer = self.signer if path.startswith("episodes/") else self.bearer
        return Client(raise_request_exception=False).post(
            f"/api/v1/{path}",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key},
        )

    def wanted(self) -> dict[str, Any]:
        return {
            "patient": str(self.at.patient().pk),
            "visit_type": "visit",
            "start": self.slot().isoformat(),
        }

    def booked(self) -> dict[str, Any]:
        answer = self.post("appointments/", self.wanted(), str(uuid4()))
        assert answer.status_code == 201, answer.content
        return dict(answer.json())


def book(world: World) -> Asked:
    return "appointments/", world.wanted()


def move(world: World) -> Asked:
    visit = world.booked()
    asked = {"version": visit["version"], "start": world.slot().isoformat()}
    return f"appointments/{visit['id']}/move/", asked | {"reason": "asked"}


def cancel(world: World) -> Asked:
    visit = world.booked()
    asked = {"version": visit["version"], "reason": "asked"}
    return f"appointments/{visit['id']}/cancel/", asked


def confirm_a_hold(world: World) -> Asked:
    wanted = world.wanted()
    held = world.post("holds/", wanted, str(uuid4()))
    assert held.status_code == 201, held.content
    return "appointments/", {"patient": wanted["patient"], "hold": held.json()["id"]}


def open_an_absence(world: World) -> Asked:
    visit = world.booked()
    start = datetime.fromisoformat(visit["start"])
    return "absences/", {
        "resource": world.at.one("clinician").pk,
        "start": start.isoformat(),
        "end": (start + SLOT).isoformat(),
        "kind": "ill",
    }


def sign(world: World) -> Asked:
    """An evaluation, which its clinician signs with a password."""
    path = procedures.episode(world.site)
    asked = procedures.evaluation() | {
        "version": path.version,
        "signature": {"password": people.PASSWORD},
    }
    return f"episodes/{path.pk}/evaluate/", asked


ACTS: dict[str, Callable[[World], Asked]] = {
    "book": book,
    "move": move,
    "cancel": cancel,
    "confirm a hold": confirm_a_hold,
    "open an absence": open_an_absence,
    "sign": sign,
}


def counted() -> list[int]:
    """Rows of each table."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return list(cursor.fetchone())


def difference(before: list[int]) -> list[int]:
    return [now - was for was, now in zip(before, counted(), strict=True)]


def do_until(point: int, world: World, path: str, asked: Any, key: str) -> int:
    """Ask, and die before the statement or COMMIT of that number; how many passed."""
    points = senders.Points(point)
    wrapper: Any = BaseDatabaseWrapper
    real = wrapper._commit

    def commit(self: Any) -> None:
        points.reach()
        real(self)
        points.reach()

    wrapper._commit = commit
    with connection.execute_wrapper(points.statement):
        world.post(path, asked, key)
    return points.passed


def length(world: World, act: Callable[[World], Asked]) -> int:
    """Count the points of the act: a child that does not die tells."""
    path, asked = act(world)
    here, there = os.pipe()

    def count() -> None:
        passed = do_until(MOST_POINTS, world, path, asked, str(uuid4()))
        os.write(there, str(passed).encode())

    assert senders.ended(senders.fork(count)) == 0
    return int(os.read(here, 10))


def outcomes(world: World, act: Callable[[World], Asked], count: int) -> dict[str, Any]:
    path, asked = act(world)
    before = counted()
    answer = world.post(path, asked, str(uuid4()))
    assert answer.status_code < 300, answer.content
    whole = difference(before)
    known = length(world, act)
    strange = []
    points = sorted({round(n * (known - 1) / (count - 1)) for n in range(count)})
    for point in points:
        path, asked = act(world)
        key, before = str(uuid4()), counted()
        trial = partial(do_until, point, world, path, asked, key)
        died = senders.ended(senders.fork(trial)) == senders.DIED
        half = difference(before)
        answer = world.post(path, asked, key)
        seen = (answer.status_code < 300, difference(before))
        is_clean = half == whole or not any(half)
        if not (died and is_clean and seen == (True, whole)):
            strange.append([point, died, half, answer.status_code, seen[1]])
    return {"points": known, "tried": len(points), "whole": whole, "strange": strange}


if __name__ == "__main__":
    doorbell.breaker.open_until = float("inf")
    here = World()
    many = int(sys.argv[1])
    told = {name: outcomes(here, act, many) for name, act in ACTS.items()}
    json.dump(told, sys.stdout)
