"""Rows of the waiting list: who waits, what is free and what was offered."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from notifications.selectors.situations import reaches_of
from pages.kit import states
from pages.kit.words import distance, short_day
from scheduling import selectors
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.fit import WEEKDAYS, Wishes, lasts
from scheduling.waitlist.matching import Match, Matches, why_not_shared

if TYPE_CHECKING:
    from notifications.domain.wanted import Reach
    from scheduling.models import FreedOpening, Offer, WaitlistEntry
    from scheduling.waitlist.freed_openings import Standing

FREED_BY = {
    "cancelled": "A visit was cancelled",
    "moved": "A visit was moved",
    "undone": "A move was undone",
}
NO_CHANNEL = "No text or e-mail may be sent: somebody has to call."


def clinicians(clinic_id: int) -> dict[int, str]:
    """Names of the clinic's clinicians, by the ids that wishes hold."""
    return {c.pk: c.name for c in selectors.resources(clinic_id, "clinician")}


def wishes(row: "WaitlistEntry", names: Mapping[int, str]) -> str:
    """ "Mon, Tue · from 08:30 · with Dr. Lee"; "Any time" without a wish."""
    wish = Wishes.from_data(row.wishes)
    parts = [
        ", ".join(WEEKDAYS[day][:3] for day in sorted(wish.weekdays)),
        f"from {wish.earliest:%H:%M}" if wish.earliest else "",
        f"until {wish.latest:%H:%M}" if wish.latest else "",
        _people("with", wish.clinicians, names),
        _people("not with", wish.not_clinicians, names),
    ]
    return " · ".join(filter(None, parts)) or "Any time"


def _people(word: str, ids: Iterable[int], names: Mapping[int, str]) -> str:
    known = [names.get(pk, "somebody who has left") for pk in sorted(ids)]
    return f"{word} {' or '.join(known)}" if known else ""


def notice(row: "WaitlistEntry") -> str:
    if not row.minimum_notice:
        return "None needed"
    return lasts(row.minimum_notice)


def waiting_row(
    row: "WaitlistEntry", names: Mapping[int, str], now: datetime
) -> dict[str, Any]:
    """One entry of the list."""
    own = waitlist.visit_to_move(row)
    return {
        "pk": row.pk,
        "address": reverse("staff:waitlist_entry", args=[row.pk]),
        "patient": row.patient.full_name,
        "visit_type": row.visit_type.name,
        "own_start": own.start if own else None,
        "since": distance(now - row.created_at),
        "wishes": wishes(row, names),
        "notice": notice(row),
        "needs_notice": bool(row.minimum_notice),
        "until": short_day(row.valid_to_on, now.date()),
        "last_offered_at": row.last_offered_at,  # type: ignore[attr-defined]
    }


def freed_row(freed: "FreedOpening", now: datetime) -> dict[str, Any]:
    """`undo_until`: it cannot be offered before; None where it can be at once."""
    until = waitlist.undo_until(freed)
    return {
        "address": reverse("staff:waitlist_opening", args=[freed.pk]),
        "start": freed.during.lower,
        "end": freed.during.upper,
        "visit_type": freed.visit_type.name,
        "why": FREED_BY.get(freed.freed_by_act, "A visit was given up"),
        "freed_at": freed.freed_at,
        "undo_until": until if until and now < until else None,
    }


def standing_row(found: "Standing", now: datetime) -> dict[str, Any]:
    """The same in the list of what is free; `held`: for somebody else at present."""
    return {**freed_row(found.freed, now), "held": found.held}


def offer_row(offer: "Offer", now: datetime) -> dict[str, Any]:
    """One line of the log of offers."""
    state, tone = states.offer_state(offer)
    return {
        "pk": offer.pk,
        "entry_address": reverse("staff:waitlist_entry", args=[offer.entry_id]),
        "patient": offer.entry.patient.full_name,
        "start": offer.hold.start,
        "visit_type": offer.hold.visit_type.name,
        "offered_at": offer.offered_at,
        "until": offer.hold.expires_at,
        "answered_at": offer.answered_at,
        "state": state,
        "tone": tone,
        "open": waitlist.is_open(offer, now),
    }


def match_rows(
    found: Matches, names: Mapping[int, str], now: datetime, batch: int
) -> list[dict[str, Any]]:
    """Those who fit, in the order they are asked; the first who can share are ticked.

    Who can be told nothing is left out of the batch at first, and says why.
    """
    reaches = reaches_of([match.entry.patient for match in found.fitting])
    rows, ticked = [], 0
    leader: Match | None = None
    for match in found.fitting:
        reach, _ = reaches[match.entry.patient_id]
        why = _why_not_ticked(match, reach, leader, found)
        tick = not why and ticked < batch
        leader = leader or (match if tick else None)
        ticked += tick
        rows.append(
            {
                **waiting_row(match.entry, names, now),
                "ticked": tick,
                "why": why,
                "left": lasts(found.start - now),
            }
        )
    return rows


def _why_not_ticked(
    match: Match, reach: "Reach", leader: Match | None, found: Matches
) -> str:
    if reach.channel is None:
        return NO_CHANNEL
    unlike = why_not_shared(leader, match, found.kind) if leader else ()
    return " ".join(reason.text for reason in unlike)


def other_rows(found: Matches, now: datetime) -> list[dict[str, Any]]:
    """Those who do not fit, and why."""
    return [
        {
            "address": reverse("staff:waitlist_entry", args=[match.entry.pk]),
            "patient": match.entry.patient.full_name,
            "since": distance(now - match.entry.created_at),
            "reasons": [reason.text for reason in match.reasons],
        }
        for match in found.others
    ]


def soon(start: datetime, now: datetime) -> str:
    """ "in 3 days", "in 20 hours"."""
    return f"in {lasts(max(start - now, timedelta(0)))}"
