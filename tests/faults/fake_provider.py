"""A provider that fails as told and keeps a ledger of what it took."""

from collections import Counter
from datetime import timedelta

from django.db import connection
from django.db.models import F

from bench.copies_sql import COPY
from notifications.channels.contract import Accepted, NotSent, Refused, Unknown
from notifications.models import Message, ProviderState
from notifications.services import provider_events
from notifications.services.sending import send_due
from tests.factories import notifications as make
from tests.factories.notifications import NOW


class Fake:
    """Answers each letter by `behave(letter, nth)`: accept, refuse, reject, late
    (a time-out before it took the letter), lost (after) or garbage."""

    name = "file"

    def __init__(self, behave, capability="opaque"):
        self.behave, self.capability = behave, capability
        self.ledger, self.calls, self.told = Counter(), Counter(), 0

    def send(self, letter):
        key = letter.message_id
        self.calls[key] += 1
        manner = self.behave(letter, self.calls[key])
        if manner in ("accept", "lost"):
            self._take(key)
        return {
            "accept": lambda: Accepted(f"fake-{key}"),
            "lost": lambda: Unknown("timeout"),
            "late": lambda: Unknown("timeout"),
            "refuse": lambda: NotSent("connection_refused"),
            "reject": lambda: Refused("recipient_refused"),
            "garbage": lambda: 1 / 0,
        }[manner]()

    def _take(self, key):
        """An idempotent provider takes the same message once."""
        if self.capability == "idempotent" and self.ledger[key]:
            return
        self.ledger[key] += 1
        if self.capability == "callback":
            self.told += 1
            provider_events.receive(
                provider=self.name,
                event_id=f"event-{self.told}",
                message_ref=str(key),
                type="delivered",
            )

    @property
    def doubled(self):
        return [key for key, copies in self.ledger.items() if copies > 1]


# A copy's own number in the place of the first one's.
SAME_CONTACT = "'id', gen_random_uuid(), 'patient_id', c.patient"
OWN_CONTACT = f"""{SAME_CONTACT}, 'value', CASE t.system
    WHEN 'phone' THEN '+1713' || 5550000 + c.n ELSE t.value END"""
# What a visit needs to be moved.
PHASES = """
INSERT INTO scheduling_appointmentphase
SELECT (jsonb_populate_record(p, jsonb_build_object('appointment_id', c.visit,
    'id', nextval(pg_get_serial_sequence('scheduling_appointmentphase', 'id'))))).*
  FROM copies c, scheduling_appointmentphase p
"""


def many(count, *, own_numbers=False, **fields):
    """An office, and `count` people more with the same visit and its messages.

    With `own_numbers` each has a telephone of their own, and their visits can move.
    """
    place, who, visit = make.booked(**fields)
    copy = COPY.format(count=count, kinds="'confirmation', 'day_before'")
    if own_numbers:
        assert SAME_CONTACT in copy
        copy = copy.replace(SAME_CONTACT, OWN_CONTACT) + PHASES
    with connection.cursor() as cursor:
        for statement in copy.split(";"):
            if statement.strip():
                cursor.execute(statement)
    return place, who, visit


def time_goes_by():
    """Leases end, waits are over, and a provider that is down may be probed."""
    Message.objects.exclude(lease_token=None).update(lease_until=NOW - make.HOUR)
    Message.objects.exclude(not_before=None).update(not_before=None)
    ProviderState.objects.exclude(probe_at=None).update(probe_at=NOW - make.HOUR)


def a_minute_goes_by():
    """What ends within a minute has ended; the rest is a minute nearer to its end."""
    minute = timedelta(minutes=1)
    for rows, field in (
        (Message.objects.exclude(lease_token=None), "lease_until"),
        (Message.objects.exclude(not_before=None), "not_before"),
        (ProviderState.objects.exclude(probe_at=None), "probe_at"),
    ):
        rows.update(**{field: F(field) - minute})


def turns(count, as_of=NOW):
    """So many turns of the sender, each after all waits are over."""
    for _ in range(count):
        send_due(as_of=as_of)
        time_goes_by()
