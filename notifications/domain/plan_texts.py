"""Plan what goes back to a number that has sent us a text."""

from collections.abc import Iterator
from datetime import datetime

from clinics.domain import quiet_hours
from notifications.domain import catalogue
from notifications.domain.subjects import Received
from notifications.domain.wanted import Kinds, Reach, Wanted


def plan_texts(text: Received, reach: Reach, kinds: Kinds) -> Iterator[Wanted]:
    """The automatic answer at once, whatever the hour; what staff wrote by day.

    After a STOP nothing but its one confirmation.
    """
    if not text.is_carried:
        return
    if text.answers_with:
        confirms_stop = text.answers_with == catalogue.STOP_CONFIRMED
        if confirms_stop == text.is_stopped:
            at = text.received_at
            yield _to_sender(text, text.answers_with, at, at, kinds)
    if text.is_stopped:
        return
    for answer in text.answers:
        leaves = quiet_hours.permitted(answer.written_at, reach.zone)
        yield _to_sender(
            text, catalogue.INBOX_ANSWER, answer.written_at, leaves, kinds, answer.id
        )


def _to_sender(
    text: Received,
    kind: str,
    due: datetime,
    leaves: datetime,
    kinds: Kinds,
    occurrence: str = "",
) -> Wanted:
    return Wanted(
        subject=text.subject,
        revision=0,
        kind=kind,
        occurrence=occurrence,
        channel=catalogue.SMS,
        due_at=due,
        next_at=leaves,
        expires_at=leaves + kinds[kind].grace,
    )
