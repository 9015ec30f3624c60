"""After a call whose outcome nobody knows: once more, or ask a person?"""

from enum import StrEnum

from notifications.domain.catalogue import Kind

# One more copy of what must arrive; of what only helps, none.
COPIES_MORE = 1


class DoubtWay(StrEnum):
    """Ways to resolve a doubt."""

    RESEND = "resend"
    ASK = "ask"


def way(
    capability: str, kind: Kind | None, doubts: int, *, is_talking: bool = True
) -> DoubtWay:
    """Return what to do with a message in doubt for the `doubts`th time.

    It is asked when the provider has had its time to tell by itself. One that takes
    the same message only once may have it as often as it likes. What one with
    callbacks took it would have told; so it may have it again, too, unless it has
    told of nothing lately (`is_talking`). With another, a message that must arrive
    goes once more, and what is in doubt after that, or only helps, a person has to
    find out about.
    """
    if capability == "idempotent" or (capability == "callback" and is_talking):
        return DoubtWay.RESEND
    if kind is not None and kind.must_arrive and doubts <= COPIES_MORE:
        return DoubtWay.RESEND
    return DoubtWay.ASK
