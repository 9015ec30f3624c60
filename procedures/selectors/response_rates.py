"""Share of the recovery contacts of a clinic that were answered, by contact."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q

from procedures.models import FollowUp
from procedures.selectors.follow_ups import ENDED


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """Contacts of one code: how many were due, and how many of these answered."""

    code: str
    due: int
    answered: int

    @property
    def rate(self) -> float | None:
        """Return the share answered, None where nothing was due."""
        return self.answered / self.due if self.due else None


def response_rates(*, clinic_id: int, since: date, until: date) -> list[ResponseRate]:
    """Return the rates of the contacts whose day lies in `since` … `until`, in order.

    What was cancelled was asked of nobody; a path that ended is no refusal either.
    """
    rows = FollowUp.objects.filter(
        episode__clinic_id=clinic_id, target_on__gte=since, target_on__lte=until
    ).exclude(state="cancelled")
    rows = rows.exclude(episode__stage__in=ENDED, answered_at=None)
    counted = (
        rows.values("code")
        .annotate(
            due=Count("pk"),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            place=Max("position"),
        )
        .order_by("place", "code")
    )
    return [ResponseRate(row["code"], row["due"], row["answered"]) for row in counted]
