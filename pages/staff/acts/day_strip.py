"""The strip in sight all day long: allergies, conditions, targets, stops."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from clinics.domain import policy
from procedures.rules import stop_selectors
from procedures.vocabulary import ALLERGIES

if TYPE_CHECKING:
    from procedures.facts.episode import Facts
    from procedures.models import Episode

NAMES = dict(ALLERGIES)


def strip(episode: "Episode", known: "Facts", role: str) -> dict[str, Any]:
    """The strip of `components/day_strip.html`, for those who see findings."""
    allergies = sorted(known.day.allergies - {"none_known"})
    return {
        "allergies": [NAMES.get(name, name) for name in allergies],
        "allergies_known": bool(known.day.allergies),
        "conditions": known.decision.conditions if known.decision else "",
        "targets": _targets(episode, known),
        "stops": _stops(episode, role),
    }


def _targets(episode: "Episode", known: "Facts") -> list[dict[str, str]]:
    done, left_out = known.day.injected, known.day.not_done
    states = {True: "injected", False: ""}
    return [
        {
            "name": str(target)[:1].upper() + str(target)[1:],
            "state": "not treated"
            if str(target.pk) in left_out
            else states[str(target.pk) in done],
        }
        for target in episode.targets.all()
    ]


def _stops(episode: "Episode", role: str) -> list[dict[str, Any]]:
    may_lift = policy.may(role, "episode.lift_stop").allowed
    here = {"episode_id": episode.pk, "act": "lift_stop"}
    address = reverse("staff:act", kwargs=here) if may_lift else ""
    return [
        {
            "text": row.text,
            "at": row.found_at,
            "by": row.recorded_by_name,
            "elsewhere": row.episode_id != episode.pk,
            "contradictions": [
                {"text": one.text, "at": one.said_at, "by": one.recorded_by_name}
                for one in sorted(row.contradictions.all(), key=_recorded_at)
            ],
            "address": f"{address}?{urlencode({'stop': row.pk})}" if address else "",
        }
        for row in stop_selectors.open_with_contradictions(episode)
    ]


def _recorded_at(row: Any) -> Any:
    return row.recorded_at
