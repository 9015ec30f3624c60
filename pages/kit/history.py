"""The journal of a thing as a timeline: what was done, in words, by whom."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from clinics.domain.roles import LABELS
from core import journal
from pages.kit import refusal_words
from pages.kit.journal_words import act, is_refusal
from pages.kit.words import sentence

if TYPE_CHECKING:
    from core.models import JournalEntry

# Of no interest to people; the journal has them.
UNSAID = frozenset({"link.issued"})
# A reason chosen from a list, as it is stored.
CODE = re.compile(r"[a-z]+([_-][a-z0-9]+)+")
CHANNELS = {"sms": "text messages", "email": "e-mail", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a timeline (components/timeline.html)."""

    at: datetime
    text: str
    who: str
    detail: str = ""
    tone: str = ""


def timeline(*streams: str, most: int = 50) -> list[HistoryEntry]:
    """Entries of these streams, newest first."""
    found = [
        row
        for stream in streams
        for row in journal.entries(stream)
        if row.name not in UNSAID
    ]
    newest = sorted(found, key=lambda row: (row.occurred_at, row.pk), reverse=True)
    return [entry(row) for row in newest[:most]]


def entry(row: "JournalEntry") -> HistoryEntry:
    return HistoryEntry(
        at=row.occurred_at,
        text=act(row.name),
        who=who(row),
        detail=detail(json.loads(row.payload)),
        tone="danger" if is_refusal(row.name) else "",
    )


def who(row: "JournalEntry") -> str:
    """ "Maria Lopez, coordinator", "the patient", "automatically"."""
    kind = row.actor.partition(":")[0]
    if kind == "patient":
        return "the patient"
    if kind == "job":
        return "automatically"
    role = LABELS.get(row.actor_role, row.actor_role).lower()
    return ", ".join(part for part in (row.actor_name, role) if part)


def detail(payload: Mapping[str, Any]) -> str:
    """A journal entry's payload in words for people; ids are left to the journal."""
    parts = (
        CHANNELS.get(str(payload.get("channel") or payload.get("system") or ""), ""),
        str(payload.get("phase") or ""),
        _reason(payload.get("reason")),
        refusal_words.why(payload),
    )
    return "; ".join(part for part in parts if part)


def _reason(value: Any) -> str:
    """A reason is a sentence somebody wrote, or a code."""
    text = str(value or "")
    return sentence(text) if CODE.fullmatch(text) else text
