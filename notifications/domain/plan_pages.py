"""Plan the pages to the people on call."""

from collections.abc import Iterator

from notifications.domain import catalogue
from notifications.domain.subjects import Alarm
from notifications.domain.wanted import Kinds, Wanted


def plan_pages(subject: Alarm, kinds: Kinds) -> Iterator[Wanted]:
    """One page for each person on call, each a turn later than the one before; the
    medical director comes last."""
    if not subject.is_open:
        return
    known = {person.user_id for person in subject.on_call if person.channels}
    directors = [one for one in subject.directors if one.user_id not in known]
    people = (*subject.on_call, *directors)
    reachable = [person for person in people if person.channels]
    for turn, person in enumerate(reachable):
        due = subject.opened_at + turn * subject.answer_within
        yield Wanted(
            subject=subject.subject,
            revision=0,
            kind=catalogue.ON_CALL_PAGE,
            occurrence=str(person.user_id),
            channel=person.channels[0],
            due_at=due,
            next_at=due,
            expires_at=due + kinds[catalogue.ON_CALL_PAGE].grace,
        )
