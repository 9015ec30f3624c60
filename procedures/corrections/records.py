"""Records by kind and id, and who must be there to put one right."""

from uuid import UUID

from django.db.models import Model, QuerySet

from core.refusal import Refused
from procedures import presence
from procedures.context import Context
from procedures.corrections import table
from procedures.corrections.table import KINDS
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import Episode, Record
from procedures.records import current_rows


def rows_of(episode: Episode, kind: str) -> QuerySet[Record]:
    """Every row of one kind, current or not."""
    found: QuerySet[Record] = getattr(episode, KINDS[kind].rows).all()
    return found


def current(episode: Episode, kind: str, record_id: str) -> Record:
    """The current record of that kind and id. Raises InvalidData."""
    key = _uuid(record_id)
    rows = current_rows(rows_of(episode, kind))
    row = rows.filter(pk=key).first() if key else None
    if row is None:
        text = "is not a current record of this episode"
        raise InvalidData([FieldError("/record_id", text)])
    return row


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def kind_of(row: Model) -> str:
    """The code of a row's kind."""
    name = type(row).__name__
    return next(code for code, kind in KINDS.items() if kind.model == name)


def without_company(
    context: Context, row: Record, *, in_error: bool = False
) -> Refused | None:
    """Refused unless those are there whom the table of corrections asks for."""
    is_maker = _made_alone(row, str(context.by))
    needed = table.needed(context.episode.stage, is_maker=is_maker, in_error=in_error)
    other = context.second_person
    if needed.second_person and other is None:
        return context.refuse(_NEEDS_SECOND)
    if refused := presence.not_caring(context):
        return refused
    if needed.physician and presence.no_doctor(context):
        return context.refuse(_NEEDS_PHYSICIAN)
    return None


def _made_alone(row: Record, person: str) -> bool:
    """Return True if all that the record replaced was that person's, too.

    Else one of the two who put it right could go on alone afterwards.
    """
    link: Record | None = row
    while link is not None:
        if link.recorded_by != person:
            return False
        link = link.corrects
    return True


_NEEDS_SECOND = GuardReason(
    "correction-second-person",
    "Nobody puts this record right alone.",
    "Whoever made it does so before the discharge, or a second person of the treating "
    "team is present",
)
_NEEDS_PHYSICIAN = GuardReason(
    "correction-physician",
    "After the release a physician is among those who put a record right.",
    "A physician does it, or is the second person",
)
