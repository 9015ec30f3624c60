"""The recovery curves of an episode: pain and the questionnaires of its joint."""

from collections import defaultdict
from decimal import Decimal

from procedures.follow_up import score_selectors
from procedures.follow_up.recovery import BASELINE, PAIN, SCALES, Curve, Point, curve
from procedures.models import Episode, Response
from procedures.records import current_rows


def curves(episode: Episode) -> list[Curve]:
    """Return a curve for each scale with a value at a contact, pain first."""
    points = defaultdict(list)
    points[PAIN] = _pain(episode)
    for one in score_selectors.history(episode):
        if one.score is not None and one.instrument != PAIN:
            point = Point(one.occasion, one.answered_at, one.score)
            points[one.instrument].append(point)
    found = [curve(scale, points[scale.key]) for scale in SCALES]
    return [one for one in found if any(not p.is_baseline for p in one.points)]


def _pain(episode: Episode) -> list[Point]:
    told = (
        current_rows(Response.objects)
        .filter(follow_up__episode=episode, nrs__isnull=False)
        .select_related("follow_up")
    )
    after = [
        Point(row.follow_up.code, row.occurred_at, Decimal(row.nrs or 0))
        for row in told
    ]
    found = current_rows(episode.evaluations).filter(nrs__isnull=False)
    before = [Point(BASELINE, row.occurred_at, Decimal(row.nrs or 0)) for row in found]
    return [*before, *after]
