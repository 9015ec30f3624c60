"""Clients that book over REST while the database goes down: a program of its own.

    python -m tests.faults.booker world
    python -m tests.faults.booker book FOLDER   (reads the world from standard input)
    python -m tests.faults.booker compare FOLDER

`book` forks eight clients. Each asks for one visit after another, every one under a
key of its own, and asks again with the same key until it is answered; what was
answered with 201 is a line of FOLDER/<client>.acknowledged. A file FOLDER/stop ends
them. `compare` holds these lines against the tables.
"""

import json
import os
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from datetime import time as dt_time
from itertools import count
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
django.setup()

from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from core import clock  # noqa: E402
from scheduling.consistency import checks as booking_checks  # noqa: E402
from scheduling.models import Appointment  # noqa: E402
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec  # noqa: E402
from tests.factories import clinics as people  # noqa: E402
from tests.factories import scheduling as make  # noqa: E402
from tests.rivals import deadlocks  # noqa: E402

CLIENTS = 8
ANSWERS = {201, 409}
MOST_TRIES = 1000
ALWAYS = {weekday: [(dt_time(0), dt_time(0))] for weekday in range(7)}
FIVE_MINUTES = timedelta(minutes=5)


def world() -> None:
    """Print a clinic with a clinician and a patient for each client, as JSON."""
    at = make.practice({"clinician": CLIENTS}, hours=ALWAYS, ship=False)
    needs = (NeedSpec(("clinician",)),)
    make.visit_type(at.clinic, PhaseSpec("Visit", 0, 5, needs))
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    described = {
        "bearer": people.api_key(people.membership("coordinator", at.clinic)),
        "first": (midnight + timedelta(days=2)).isoformat(),
        "clients": [
            {"clinician": clinician.pk, "patient": str(at.patient().pk)}
            for clinician in at.by_kind["clinician"]
        ],
    }
    json.dump(described, sys.stdout)


def book(folder: Path) -> None:
    """Fork the clients, and wait for them."""
    described = json.load(sys.stdin)
    children = []
    for number in range(CLIENTS):
        child = os.fork()
        if not child:
            run_client(number, described, folder)
            os._exit(0)
        children.append(child)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


def run_client(number: int, described: dict[str, Any], folder: Path) -> None:
    first = datetime.fromisoformat(described["first"])
    with (folder / f"{number}.acknowledged").open("a", buffering=1) as acknowledged:
        for visit in count():
            if (folder / "stop").exists():
                return
            asked = {
                **described["clients"][number],
                "visit_type": "visit",
                "start": (first + visit * FIVE_MINUTES).isoformat(),
            }
            status, told = ask(described["bearer"], f"{number}-{visit}", asked)
            if status == 201:
                acknowledged.write(f"{told['id']}\n")


def ask(bearer: str, key: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Until there is an answer: a server that is down gives none."""
    for _ in range(MOST_TRIES):
        answer = Client(raise_request_exception=False).post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key},
        )
        told = answer.json()
        if answer.status_code in ANSWERS and told.get("code") != "in-progress":
            return answer.status_code, told
        # Nothing but "later" is said meanwhile: never that it is our own mistake.
        assert answer["Retry-After"], told
        connections.close_all()
        time.sleep(0.05)
    raise TimeoutError("the server stayed down")


def compare(folder: Path) -> None:
    """Print what was acknowledged and is missing, or is there twice, as JSON."""
    lines = [
        line
        for path in sorted(folder.glob("*.acknowledged"))
        for line in path.read_text().split()
    ]
    there = {str(pk) for pk in Appointment.objects.values_list("pk", flat=True)}
    times = Counter(Appointment.objects.values_list("patient", "during"))
    found = booking_checks.findings(clock.now())
    told = {
        "acknowledged": len(lines),
        "missing": sorted(set(lines) - there),
        "doubled": sum(n - 1 for n in [*times.values(), *Counter(lines).values()]),
        "findings": [finding.text for finding in found],
        "deadlocks": deadlocks(),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["world"]:
            world()
        case ["book", name]:
            book(Path(name))
        case ["compare", name]:
            compare(Path(name))
        case _:
            sys.exit(__doc__)
