"""The clinic, the people and the one visit that an inbound text may mean.

Nothing is guessed: where several may be meant, None is, and a person reads the text.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clinics import selectors as clinics
from notifications.domain.catalogue import KINDS
from notifications.models import Message
from scheduling import selectors as scheduling
from scheduling.booking import self_service_rules

if TYPE_CHECKING:
    from patients.models import Patient
    from scheduling.models import Appointment

# A reply is to what was asked lately; a text of last month is nobody's question now.
LATELY = timedelta(days=7)
ASKING = [kind.code for kind in KINDS.values() if kind.link == "confirm"]


def clinic_of(recipient: str, sender: str, holders: "Sequence[Patient]") -> int | None:
    """Return the clinic whose number was written to; None before there is any.

    Where several clinics share one number, or none has it: the one that wrote to
    this sender last, else the sender's own, else the first.
    """
    owning = clinics.owning_number(recipient)
    if len(owning) == 1:
        return owning[0]
    ids = {one.clinic_id for one in holders}
    among = [key for key in owning if key in ids] or sorted(ids) or owning
    wrote = (
        Message.objects.filter(
            patient__in=holders, channel="sms", sent_at__isnull=False
        )
        .order_by("-sent_at")
        .values_list("clinic_id", flat=True)
        .first()
    )
    if wrote is not None and (wrote in among or not owning):
        return int(wrote)
    return among[0] if among else clinics.first_clinic()


def upcoming(people: "Sequence[Patient]", now: datetime) -> "list[Appointment]":
    """Return the visits these people are expected at, the next first."""
    return list(scheduling.expected_of([one.pk for one in people], now))


def visit(
    people: "Sequence[Patient]",
    sender: str,
    now: datetime,
    *,
    on_the_way: bool = False,
) -> "Appointment | None":
    """Return the one visit that a reply from `sender` is about; None if in doubt.

    It is the only one these people have, or the only one a text has asked this
    number about lately. `on_the_way`: only a visit that somebody may be late for.
    """
    visits = upcoming(people, now)
    if on_the_way:
        visits = [v for v in visits if self_service_rules.may_tell_late(v.start, now)]
    if len(visits) <= 1:
        return visits[0] if visits else None
    subjects = {f"appointment:{one.pk}": one for one in visits}
    asked = Message.objects.filter(
        subject__in=subjects,
        kind__in=ASKING,
        channel="sms",
        sent_at__gt=now - LATELY,
    )
    named = set(asked.values_list("subject", flat=True))
    return subjects[named.pop()] if len(named) == 1 else None
