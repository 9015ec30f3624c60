"""Share of the follow-ups due that were answered, and which way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Subquery

from procedures.follow_up.selectors import ENDED
from procedures.models import FollowUp, Response
from procedures.records import current_rows

# A patient answers by link; staff write down what they hear.
BY_LINK, BY_STAFF = "link", "staff"


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """One follow-up of the timetable: how many were due, answered, and by whom.

    `by_channel` counts the answers by "link" and by "staff"; `late` are those
    answered after their window.
    """

    code: str
    due: int
    answered: int
    by_channel: Mapping[str, int] = field(default_factory=dict)
    late: int = 0

    @property
    def rate(self) -> float | None:
        """Return the answered share of what was due, None if nothing was."""
        return self.answered / self.due if self.due else None


def response_rates(*, clinic_id: int, since: date, until: date) -> list[ResponseRate]:
    """The follow-ups of a clinic whose day lay between these, both included, by code
    in the order of the timetable; one statement.

    What was cancelled with a death or a wish for silence was not due, nor what nobody
    answered after the path had ended.
    """
    current = current_rows(Response.objects).filter(follow_up=OuterRef("pk"))
    rows = (
        FollowUp.objects.filter(
            episode__clinic_id=clinic_id, target_on__range=(since, until)
        )
        .exclude(state="cancelled")
        .exclude(episode__stage__in=ENDED, answered_at=None)
        .annotate(teller=Subquery(current.values("recorded_by")[:1]))
        .order_by("position", "code")
        .values_list("code", "answered_at", "state", "teller", named=True)
    )
    found: dict[str, list[tuple[bool, bool, str]]] = {}
    for row in rows:
        is_answered = row.answered_at is not None
        by = BY_LINK if (row.teller or "").startswith("patient:") else BY_STAFF
        line = (is_answered, is_answered and row.state == "missed", by)
        found.setdefault(row.code, []).append(line)
    return [_rate(code, lines) for code, lines in found.items()]


def _rate(code: str, lines: list[tuple[bool, bool, str]]) -> ResponseRate:
    answered = [by for is_answered, _, by in lines if is_answered]
    return ResponseRate(
        code=code,
        due=len(lines),
        answered=len(answered),
        by_channel={by: answered.count(by) for by in (BY_LINK, BY_STAFF)},
        late=sum(is_late for _, is_late, _ in lines),
    )
