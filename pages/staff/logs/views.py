"""The two logs: what was done (journal) and who looked at whom (access log)."""

from typing import Any

from django.template.response import TemplateResponse

from clinics import selectors as clinics
from clinics.domain.roles import LABELS
from clinics.web import access_log as access
from clinics.web.views import StaffRequest, ViewResponse, page
from core import journal as entries
from pages.kit import history, journal_words, numbers
from pages.kit.words import sentence

ROWS = 50
STAFF = "staff:"
OTHERS = {
    "patient": "A patient, by link",
    "job": "Automatically",
    "anonymous": "Nobody signed in",
}


@page(action="journal.read")
def journal(request: StaffRequest) -> ViewResponse:
    rows, next_address = _paged(request, entries.of_clinic(request.clinic.pk))
    request.record_access(count=len(rows))
    columns = ("When", "What", "Who", "Of what", "Link")
    context = {
        "heading": "Journal",
        "note": "What was done; each line is chained to the one before it",
        "columns": columns,
        "rows": [_journal_row(row) for row in rows],
        "next_address": next_address,
    }
    return TemplateResponse(request, "pages/staff/logs/journal.html", context)


@page(action="access_log.read")
def access_log(request: StaffRequest) -> ViewResponse:
    rows, next_address = _paged(request, access.entries(request.clinic.pk))
    names = _names(rows)
    request.record_access(count=len(rows))
    context = {
        "heading": "Access log",
        "note": "Who looked at whose data",
        "columns": ("When", "Who", "Role", "Page", "Patients", "How"),
        "rows": [_access_row(row, names) for row in rows],
        "next_address": next_address,
    }
    return TemplateResponse(request, "pages/staff/logs/journal.html", context)


def _paged(request: StaffRequest, found: Any) -> tuple[list[Any], str]:
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    first = (number - 1) * ROWS
    rows = list(found[first : first + ROWS + 1])
    return rows[:ROWS], f"?page={number + 1}" if len(rows) > ROWS else ""


def _journal_row(row: Any) -> dict[str, Any]:
    stream, _, key = row.stream.partition(":")
    return {
        "at": row.occurred_at,
        "cells": [
            _cell("What", journal_words.act(row.name)),
            _cell("Who", history.who(row)),
            _cell("Of what", f"{stream} {key[:8]}", code=True),
            _cell(
                "Link", f"{row.seq} · {bytes(row.hash or b'').hex()[:12]}", code=True
            ),
        ],
    }


def _names(rows: list[Any]) -> dict[str, str]:
    """Names of the actors of these rows, by "staff:7"; one statement."""
    people = {row.actor for row in rows if row.actor.startswith(STAFF)}
    ids = {int(actor.removeprefix(STAFF)) for actor in people}
    return {f"{STAFF}{pk}": name for pk, name in clinics.names_of(ids).items()}


def _who(actor: str, names: dict[str, str]) -> str:
    if actor in names:
        return names[actor]
    kind = actor.partition(":")[0]
    return OTHERS.get(kind, actor)


def _access_row(row: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": row.at,
        "cells": [
            _cell("Who", _who(row.actor, names)),
            _cell("Role", LABELS.get(row.role, row.role or "–")),
            _cell("Page", _page_name(row.view)),
            _cell("Patients", str(row.count)),
            _cell("How", "Opened" if row.deliberate else "In a list"),
        ],
    }


def _page_name(view: str) -> str:
    """ "Contacts due" for "staff:contacts_due"."""
    return sentence(view.rpartition(":")[2].replace("_", " ").replace("-", " "))


def _cell(label: str, text: str, *, code: bool = False) -> dict[str, Any]:
    return {"label": label, "text": text, "code": code}
