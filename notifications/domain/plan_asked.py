"""Plan what somebody has just asked for."""

from collections.abc import Iterator

from notifications.domain.subjects import Asked
from notifications.domain.wanted import NO_CHANNEL, Call, Reach, Wanted


def plan_asked(asked: Asked, reach: Reach) -> Iterator[Wanted | Call]:
    """One message at once; a patient who can be written to by none is telephoned, and
    so is one whose link leads nowhere any more."""
    if asked.reader is not None:
        if asked.is_open and asked.reader.channels:
            channel = asked.reader.channels[0]
            yield _message(asked, channel, str(asked.reader.user_id))
    elif asked.is_open and reach.channel:
        yield _message(asked, reach.channel, "")
    else:
        yield Call(
            subject=asked.subject,
            revision=0,
            kind=asked.kind,
            reason=NO_CHANNEL,
            due_at=asked.asked_at,
        )


def _message(asked: Asked, channel: str, occurrence: str) -> Wanted:
    return Wanted(
        subject=asked.subject,
        revision=0,
        kind=asked.kind,
        occurrence=occurrence,
        channel=channel,
        due_at=asked.asked_at,
        next_at=asked.asked_at,
        expires_at=asked.expires_at,
    )
