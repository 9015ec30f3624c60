"""Fill a database with due messages and drain it: a program of its own.

    python drain.py fill COUNT
    python drain.py drain [LIMIT]       an instant provider, in one lane
    python drain.py slow MILLISECONDS   a provider that takes that long
    python drain.py page                two stalled providers, then an on-call page

It uses only what every build since 7c6f4c7 has, so that another checkout can be
measured by the same program: started in that folder, on that build's own database.
Prints one JSON object.
"""

import inspect
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as wall
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from clinics.services import clinics  # noqa: E402
from core.actor import job  # noqa: E402
from notifications import channels  # noqa: E402
from notifications.channels.contract import Accepted  # noqa: E402
from notifications.services.sending import send_due  # noqa: E402
from patients.services import patients  # noqa: E402

try:
    from scheduling.booking import book as booking
    from scheduling.setup import services as setup
except ModuleNotFoundError:  # a build from before scheduling had subjects
    from scheduling.services import booking, setup  # type: ignore[no-redef,import-not-found]

# Beside this file, whichever build runs it.
sys.path.insert(0, str(Path(__file__).parent))
from copies_sql import COPY  # type: ignore[import-not-found]  # noqa: E402

HOUSTON = ZoneInfo("America/Chicago")
BOOKED_AT = datetime(2026, 3, 2, 9, tzinfo=HOUSTON)
VISIT = datetime(2026, 3, 12, 10, tzinfo=HOUSTON)
# The day before, in the window, when every reminder is due.
DUE = datetime(2026, 3, 11, 10, 30, tzinfo=HOUSTON)
BY = job("bench")
STALL_SECONDS = 12.0
PAGE_WAITS_SECONDS = 60.0


class Provider:
    """Takes every letter after a while; remembers nothing but the page's instant."""

    capability = "idempotent"

    def __init__(self, name, seconds=0.0):
        self.name, self.seconds = name, seconds
        self.paged_at = None
        self.calls = itertools.count()

    def send(self, letter):
        if letter.user_id is not None:
            self.paged_at = time.monotonic()
        if self.seconds:
            time.sleep(self.seconds)
        return Accepted(f"{self.name}-{next(self.calls)}")


def use(provider):
    """Make the provider known, as one that carries texts and mail to people."""
    channels.PROVIDERS[provider.name] = provider
    channels.CARRIES[provider.name] = frozenset({"sms", "email"})


def fill(count):
    """Book one visit, then make so many patients with the same and its reminder."""
    # The build before asks for neither telephone nor address.
    asked = inspect.signature(clinics.create_clinic).parameters
    contact = {"phone": "+17135550199", "address": "1 Main St, Houston"}
    clinic = clinics.create_clinic(
        name="Bench",
        time_zone="America/Chicago",
        **{name: value for name, value in contact.items() if name in asked},
        by=BY,
        now=BOOKED_AT,
    )
    setup.ship_visit_types(clinic=clinic, by=BY, now=BOOKED_AT)
    always = {day: [(wall(8), wall(18))] for day in range(7)}
    setup.set_hours(clinic_id=clinic.pk, hours=always, by=BY, now=BOOKED_AT)
    for kind in ("consult_room", "clinician"):
        setup.add_resource(
            clinic_id=clinic.pk, kind=kind, name=kind, by=BY, now=BOOKED_AT
        )
    who = patients.register(
        clinic_id=clinic.pk,
        given_name="Bench",
        family_name="Patient",
        birth_date=date(1970, 1, 1),
        phone="+17135550100",
        sms_consent=True,
        by=BY,
        now=BOOKED_AT,
    )
    made = booking.book(
        clinic_id=clinic.pk,
        patient_id=who.pk,
        visit_type="consultation",
        start=VISIT,
        by=BY,
        now=BOOKED_AT,
    )
    assert made.pk, made
    with connection.cursor() as cursor:
        for statement in COPY.format(count=count, kinds="'day_before'").split(";"):
            if statement.strip():
                cursor.execute(statement)
    # What was booked by hand is out of the way before anything is measured.
    channels.PROVIDERS["file"] = Provider("file")
    return {"due": count}


def drain(limit=None):
    """Send what is due by an instant provider; count statements and messages."""
    channels.PROVIDERS["file"] = Provider("file")
    statements = itertools.count()

    def count(execute, sql, params, many, context):
        next(statements)
        return execute(sql, params, many, context)

    send_due(as_of=DUE, limit=1)  # imports and plans are warm
    sent, began, cpu = 0, time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        while True:
            left = None if limit is None else limit - sent
            tally = send_due(as_of=DUE, limit=left)
            sent += tally.sent
            if not tally.claimed or (limit is not None and sent >= limit):
                break
    seconds = time.perf_counter() - began
    return {
        "sent": sent,
        "seconds": seconds,
        "per_second": sent / seconds,
        "per_cpu_second": sent / (time.process_time() - cpu),
        "statements": next(statements) / max(sent, 1),
    }


def slow(milliseconds):
    """The same by a provider that takes so long for each, as one over a network."""
    use(Provider("slow", milliseconds / 1000))
    settings.CHANNELS["sms"] = "slow"
    send_due(as_of=DUE, limit=1)
    sent, began = 0, time.perf_counter()
    while (tally := send_due(as_of=DUE)).claimed:
        sent += tally.sent
    seconds = time.perf_counter() - began
    assert sent, "nothing was sent: this measures no sending"
    return {"sent": sent, "per_second": sent / seconds, "pss_mib": pss_mib()}


def page():
    """Begin to drain by two providers that stall, open an alarm, wait for its page."""
    from clinics.models import Clinic, User  # noqa: PLC0415
    from notifications.services.looping import Loop  # noqa: PLC0415
    from patients.services import tasks  # noqa: PLC0415

    stalled = [
        Provider("stalled-a", STALL_SECONDS),
        Provider("stalled-b", STALL_SECONDS),
    ]
    for one in stalled:
        use(one)
    settings.CHANNELS |= {"sms": "stalled-a", "email": "stalled-b"}
    clinic = Clinic.objects.get()
    user = User.objects.create(
        email="on-call@example.org",
        display_name="On call",
        phone="+17135550199",
        created_at=BOOKED_AT,
    )
    clinic.on_call.create(user=user, position=1)
    stop = threading.Event()
    loop = threading.Thread(
        target=Loop(every=1.0, as_of=DUE, say=lambda text: None).run, args=[stop]
    )
    loop.start()
    time.sleep(3)
    began = time.monotonic()
    tasks.open(
        clinic_id=clinic.pk, kind="red_flag", text="Bench", tier=1, by=BY, now=DUE
    )
    while not any(p.paged_at for p in stalled):
        if time.monotonic() - began > PAGE_WAITS_SECONDS:
            break
        time.sleep(0.02)
    took = time.monotonic() - began
    stop.set()
    sys.stdout.write(json.dumps({"seconds": took}) + "\n")
    sys.stdout.flush()
    # The loop is in the middle of stalled calls: nobody waits for them.
    os._exit(0)


def pss_mib():
    """The process's share of memory, in MiB."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    line = next(one for one in rollup.splitlines() if one.startswith("Pss:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    command, *numbers = sys.argv[1:]
    works = {"fill": fill, "drain": drain, "slow": slow, "page": page}
    work: Callable[..., Any] = works[command]  # type: ignore[assignment]
    sys.stdout.write(json.dumps(work(*map(int, numbers))) + "\n")
