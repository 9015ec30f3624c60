"""Parts of an episode's document about the day and the time after it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from procedures.corrections.table import KINDS
from procedures.episodes import day_figures
from procedures.episodes.columns import columns, many
from procedures.follow_up import (
    contacts,
    milestone_selectors,
    score_selectors,
)
from procedures.follow_up import (
    selectors as follow_ups,
)
from procedures.models import EnteredInError, Episode
from procedures.products import selectors as products
from procedures.records import current_rows

# The records of the day by name; only current rows are shown.
RECORDS = {
    "check_ins": "checkins",
    "vitals": "vitalssets",
    "site_marks": "sitemarks",
    "time_outs": "timeouts",
    "harvests": "harvests",
    "hand_offs": "handoffs",
    "processings": "processings",
    "releases": "releases",
    "injections": "injections",
    "not_done": "notdones",
    "dispositions": "dispositions",
    "discharges": "discharges",
    "adverse_events": "adverseevents",
    "responses": "responses",
}


def day_document(episode: Episode, now: datetime) -> dict[str, Any]:
    """Products with their labels, the visit's records, follow-ups and scores."""
    return {
        "figures": asdict(day_figures.run_day(episode)),
        "products": [
            columns(row) | {"label": asdict(products.label(row))}
            for row in products.of_episode(episode)
        ],
        "incidents": many(products.incidents(episode)),
        "day": {name: _current(episode, rows) for name, rows in RECORDS.items()},
        "entered_in_error": [_error(row) for row in episode.errors.all()],
        "follow_ups": _follow_ups(episode, now),
        "milestones": [_milestone(step) for step in milestone_selectors.steps(episode)],
        "scores": [asdict(score) for score in score_selectors.history(episode)],
    }


def _follow_ups(episode: Episode, now: datetime) -> list[dict[str, Any]]:
    today = contacts.local_day(episode, now)
    rows = list(follow_ups.of_episode(episode))
    visits = follow_ups.visits_for(rows)
    found = []
    for row in rows:
        stands = follow_ups.timing_of(row, today, visits.get(row.pk))
        words = {"timing": stands.code, "timing_text": stands.text}
        found.append(columns(row) | words)
    return found


def _milestone(step: milestone_selectors.Step) -> dict[str, Any]:
    """A step of the recovery, with what was told of it last."""
    told = columns(step.report) if step.report else None
    return columns(step.row) | {"name": dict(step.words.name), "report": told}


def _current(episode: Episode, name: str) -> list[dict[str, Any]]:
    rows = current_rows(getattr(episode, name))
    return many(rows.order_by("occurred_at"))


def _error(row: EnteredInError) -> dict[str, Any]:
    """An entry in error, with the record it strikes."""
    struck = getattr(row.episode, KINDS[row.record_kind].rows).get(pk=row.record_id)
    return columns(row) | {"record": columns(struck)}
