"""Actor of a write: the one value that every write takes as `by`."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "patient", "job"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff, a patient by link, or a named job.

    `name` is the printed name at the time of the act; patients have none here,
    so that an actor can be logged.
    """

    kind: Kind
    id: str
    name: str = ""
    role: str = ""
    clinic_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def job(name: str, clinic_id: int | None = None) -> Actor:
    """Return the actor of work nobody asked for by hand, such as `send_due`."""
    return Actor(kind="job", id=name, name=name, role="job", clinic_id=clinic_id)
