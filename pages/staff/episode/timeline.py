"""The timeline of an episode: what was done, in words, newest first."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clinics.domain.roles import LABELS
from pages.kit import history, journal_words, refusal_words
from pages.kit.journal_words import is_refusal
from pages.kit.words import clock_time, moment, sentence
from pages.staff.episode.path import stage_name
from procedures.acts.registry import SCHEMAS
from procedures.episodes import record_selectors
from procedures.episodes import selectors as episodes

if TYPE_CHECKING:
    from procedures.models import Episode

LATE = timedelta(minutes=15)


def timeline(
    episode: "Episode", zone: ZoneInfo, *, clinical: bool
) -> list[history.HistoryEntry]:
    """Newest first; late entries say when they were made."""
    entered = record_selectors.entered_at(episode)
    entries = episodes.timeline(episode, clinical=clinical)
    made = [_entry(one, entered.get(one.at), zone) for one in entries]
    newest = sorted(enumerate(made), key=lambda e: (e[1].at, e[0]), reverse=True)
    return [one for _, one in newest]


def _entry(
    one: episodes.Entry, entered_at: datetime | None, zone: ZoneInfo
) -> history.HistoryEntry:
    parts = [*_details(one.name, one.details)]
    if late := one.details.get("late_reason"):
        parts.append(f"why late: {late}")
    if entered_at and entered_at - one.at > LATE:
        same = entered_at.astimezone(zone).date() == one.at.astimezone(zone).date()
        when = clock_time(entered_at, zone) if same else moment(entered_at, zone)
        parts.append(f"entered late, at {when}")
    return history.HistoryEntry(
        at=one.at,
        text=_text(one.name, one.details),
        who=_who(one),
        detail="; ".join(parts),
        tone="danger" if is_refusal(one.name) else "",
    )


def _text(name: str, details: Mapping[str, Any]) -> str:
    text = journal_words.act(name)
    act = str(details.get("act", ""))
    if is_refusal(name) and act in SCHEMAS:
        return f"{text}: {SCHEMAS[act].label.lower()}"
    return text


def _details(name: str, details: Mapping[str, Any]) -> Iterable[str]:
    """Words for a journal entry's codes; unknown ones are left to the journal."""
    before, after = details.get("from"), details.get("to")
    if after and before != after:
        yield (
            f"{stage_name(before)} → {stage_name(after)}"
            if before
            else stage_name(after)
        )
    if item := details.get("item"):
        yield f"{sentence(str(item))}: {details.get('state', '')}".rstrip(": ")
    for key in ("hand_off", "rule", "follow_up", "record", "place"):
        if details.get(key):
            yield sentence(str(details[key])) if key == "record" else str(details[key])
    if why := refusal_words.why(details):
        yield why
    if tier := details.get("tier"):
        yield f"tier {tier}"
    if unusual := details.get("unusual"):
        yield f"{len(unusual)} unusual value{'s' if len(unusual) > 1 else ''}"


def _who(one: episodes.Entry) -> str:
    kind = one.actor.partition(":")[0]
    if kind == "patient":
        return "the patient"
    if kind == "job":
        return "automatically"
    role = LABELS.get(one.actor_role, one.actor_role).lower()
    return ", ".join(part for part in (one.actor_name, role) if part)
