"""The access log: one row for every answer that showed patient data."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from clinics.models import AccessLogEntry
from core.actor import Actor
from core.db import is_retryable
from core.problems import Problem

log = logging.getLogger(__name__)

MOST_IDS = 50


class Unavailable(Problem):
    """The row cannot be written, so the patient data is not shown."""

    code = "access-log-unavailable"
    status = 503
    title = "This cannot be shown now"

    def __init__(self) -> None:
        super().__init__("Who looks at patient data must be on record. Try again.")


class NotLogged(AssertionError):
    """A view of a patient-bearing action answered without calling `record_access`."""


@dataclass(slots=True)
class PatientsShown:
    """The patients a response shows, gathered while it is made."""

    patient_ids: dict[str, None] = field(default_factory=dict)
    extra: int = 0
    deliberate: bool = False
    called: bool = False

    def add(
        self, *patient_ids: UUID | str, count: int | None, deliberate: bool
    ) -> None:
        """Add patients; `count` is for lists whose ids are not all at hand."""
        self.called = True
        self.deliberate = self.deliberate or deliberate
        self.patient_ids.update(dict.fromkeys(map(str, patient_ids)))
        if count is not None:
            self.extra = max(self.extra, count)

    @property
    def count(self) -> int:
        return max(len(self.patient_ids), self.extra)

    def as_json(self) -> dict[str, object]:
        """Return what a remembered response keeps, so that a replay is logged too."""
        return {
            "ids": list(self.patient_ids),
            "count": self.extra,
            "deliberate": self.deliberate,
            "called": self.called,
        }

    @classmethod
    def from_json(cls, kept: dict[str, object]) -> Self:
        """Return what `as_json` was made of."""
        ids, count = kept["ids"], kept["count"]
        assert isinstance(ids, list)
        assert isinstance(count, int)
        return cls(
            patient_ids=dict.fromkeys(map(str, ids)),
            extra=count,
            deliberate=bool(kept["deliberate"]),
            called=bool(kept["called"]),
        )


def write(
    shown: PatientsShown, *, by: Actor | None, view: str, request_id: str, at: datetime
) -> AccessLogEntry:
    """Write the one row. Raises Unavailable if the database will not have it."""
    try:
        with transaction.atomic():
            return AccessLogEntry.objects.create(
                at=at,
                actor=str(by) if by else "anonymous",
                role=by.role if by else "",
                clinic_id=by.clinic_id if by else None,
                patient_ids=list(shown.patient_ids)[:MOST_IDS],
                count=shown.count,
                view=view,
                deliberate=shown.deliberate,
                request_id=request_id,
            )
    except DatabaseError as error:
        if is_retryable(error):
            raise  # the whole unit of work is repeated
        log.exception("access log row refused", extra={"view": view})
        raise Unavailable from error


def require(shown: PatientsShown, *, view: str) -> None:
    """Check that a patient-bearing response, about to go out, has recorded its access.

    A view that forgot to fails in tests; in production its response is still logged,
    without ids, and the fault is reported. Raises NotLogged.
    """
    if shown.called:
        return
    if settings.ACCESS_LOG_STRICT:
        raise NotLogged(f"{view} shows patient data and never called record_access()")
    log.error("view did not say whom it shows", extra={"view": view})
    shown.add(count=None, deliberate=True)


def entries(clinic_id: int) -> QuerySet[AccessLogEntry]:
    """A clinic's access log, newest first."""
    return AccessLogEntry.objects.filter(clinic_id=clinic_id).order_by("-at", "-id")
