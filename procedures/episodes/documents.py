"""An episode as one document, without clinical content for those who plan."""

from datetime import datetime
from typing import Any

from core.actor import Actor
from procedures.episodes.columns import columns, many
from procedures.episodes.day_documents import day_document
from procedures.episodes.selectors import Entry, NextAct, next_acts, sees_clinical
from procedures.facts import selectors as facts
from procedures.follow_up.contacts import Line
from procedures.follow_up.timing import Timing
from procedures.models import Episode, Evaluation, Stop
from procedures.records import current_rows
from procedures.rules import stop_selectors

Document = dict[str, Any]


def summary(episode: Episode, *, clinical: bool) -> Document:
    """One line of a list."""
    line: Document = {
        "id": episode.pk,
        "patient": episode.patient_id,
        "stage": episode.stage,
        "stage_at": episode.stage_at,
        "opened_at": episode.opened_at,
        "closed_at": episode.closed_at,
        "version": episode.version,
    }
    if clinical:
        line["closing_reason"] = episode.closing_reason
        line["targets"] = [columns(target) for target in episode.targets.all()]
    return line


def document(episode: Episode, actor: Actor, now: datetime) -> Document:
    """The whole episode as `actor` may see it."""
    clinical = sees_clinical(actor.role)
    whole = summary(episode, clinical=clinical) | {
        "flags": _flags(episode, now),
        "readiness": [_item(row) for row in episode.readiness_items.order_by("kind")],
        "visits": [_visit(row) for row in episode.visits.order_by("starts_at")],
        "next_acts": [act_document(n) for n in next_acts(episode, actor, now)],
    }
    if clinical:
        whole["records"] = _records(episode)
        whole["stops"] = [_stop(row) for row in stop_selectors.concerning(episode)]
        whole["late_entries"] = many(episode.late_entries.order_by("recorded_at"))
        whole |= day_document(episode, now)
    return whole


def act_document(found: NextAct) -> Document:
    return {
        "act": found.schema.act.replace("_", "-"),
        "label": found.schema.label,
        "signature": found.schema.signature,
        "second_person": found.schema.second_person,
        "reasons": [
            {"code": r.code, "text": r.text, "lifts": r.lifts} for r in found.reasons
        ],
    }


def entry_document(entry: Entry) -> Document:
    return {
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "name": entry.name,
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "actor_role": entry.actor_role,
        "details": entry.details,
    }


def contact_document(line: Line, timing: Timing) -> Document:
    """A contact counted from the procedure; dates are the clinic's own days."""
    plan, visit = line.plan, line.visit
    return {
        "code": line.code,
        "mode": plan.mode if plan else None,
        "target_on": plan.target_on if plan else None,
        "window_from": plan.window_from if plan else None,
        "window_to": plan.window_to if plan else None,
        "state": line.state,
        "timing": timing.code,
        "timing_text": timing.text,
        "overdue_days": timing.days,
        "appointment": visit.appointment_id if visit else None,
        "starts_at": visit.starts_at if visit else None,
        "conflict": line.conflict or None,
    }


def _flags(episode: Episode, now: datetime) -> Document:
    """Return what planning needs to know, and no finding."""
    decision = facts.decision(episode)
    items = episode.readiness_items.filter(state="open")
    return {
        "decision": decision.outcome if decision else None,
        "approval_valid_until": decision.valid_until if decision else None,
        "reevaluate_on": decision.reevaluate_on if decision else None,
        "open_items": sorted(items.values_list("kind", flat=True)),
    }


def _item(row: Any) -> Document:
    return {
        "item": row.kind,
        "state": row.state,
        "reason": row.reason,
        "at": row.changed_at,
        "by": row.changed_by_name,
    }


def _visit(row: Any) -> Document:
    return {
        "appointment": row.appointment_id,
        "purpose": row.purpose,
        "contact": row.contact,
        "start": row.starts_at,
        "released_at": row.released_at,
    }


def _stop(row: Stop) -> Document:
    """A stop with what was said against it, and what lifted it."""
    lift = getattr(row, "lift", None)
    said = row.contradictions.order_by("recorded_at")
    return columns(row) | {
        "contradictions": many(said),
        "lift": columns(lift) if lift else None,
    }


def _records(episode: Episode) -> Document:
    evaluation, decision = facts.evaluation(episode), facts.decision(episode)
    overrides = current_rows(episode.overrides)
    consents = facts.current_consents(episode)
    return {
        "evaluation": _evaluation(evaluation) if evaluation else None,
        "decision": (
            columns(decision) | {"rules": many(decision.rules.all())}
            if decision
            else None
        ),
        "overrides": many(overrides.order_by("recorded_at")),
        "consents": [
            columns(row) | {"targets": [t.target_id for t in row.targets.all()]}
            for row in consents
        ],
    }


def _evaluation(row: Evaluation) -> Document:
    return columns(row) | {
        "findings": many(row.target_findings.all()),
        "medications": many(row.medications.all()),
        "labs": many(row.labs.all()),
    }
