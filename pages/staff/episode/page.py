"""Contents of the page of one episode, by what the reader may see."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from clinics.domain import policy
from clinics.domain.roles import LABELS, ROLES
from clinics.web.views import StaffRequest
from pages.kit import recovery_chart, refusal_words, states
from pages.kit.words import sentence
from pages.staff.acts.day_strip import strip
from pages.staff.acts.page import vars_of
from pages.staff.episode import milestones, path
from pages.staff.episode.contacts import contacts
from pages.staff.episode.record_words import number
from pages.staff.episode.records import figures, records
from pages.staff.episode.timeline import timeline
from pages.staff.episode.words import joint
from procedures.acts.registry import SCHEMAS
from procedures.episodes import day_figures
from procedures.episodes import selectors as episodes
from procedures.facts import selectors as facts
from procedures.follow_up import recovery_selectors, score_selectors
from procedures.pathway import Stage
from procedures.products import selectors as products
from procedures.vocabulary import READINESS_ITEMS
from scheduling import selectors as scheduling

if TYPE_CHECKING:
    from procedures.facts.episode import Facts
    from procedures.models import Episode

PREPARING = ("approved", "scheduled", "ready")
# Until then the records of the day are at work; later they are folded.
BEFORE_DISCHARGE = (
    *path.MAIN[: path.MAIN.index(Stage.DISCHARGED)],
    Stage.DEFERRED,
    Stage.DECLINED,
)
RECOVERING = (Stage.DISCHARGED, Stage.FOLLOW_UP)
# Shown apart from the rest: they end the path, or mend a record.
LAST = (
    "not_done",
    "lift_stop",
    "adverse_event",
    "correct",
    "enter_in_error",
    "withdraw",
    "abort",
)


def context(request: StaffRequest, episode: "Episode") -> dict[str, Any]:
    zone = ZoneInfo(request.clinic.time_zone)
    known = facts.facts(episode, request.now)
    clinical = episodes.sees_clinical(request.actor.role)
    entries = timeline(episode, zone, clinical=clinical)
    shown = {
        "episode": episode,
        "patient": episode.patient,
        "patient_address": reverse("staff:patient", args=[episode.patient_id]),
        "today": known.today,
        "target": sentence(joint(episode)) or "Target to be decided",
        "stage": path.stage_name(episode.stage),
        "tone": path.tone(episode.stage),
        "why_here": path.why_here(known),
        "rail": path.rail(
            episode.stage, _reached(episode), _rail_note(episode, known, clinical)
        ),
        "next": _next(request, episode, known, clinical=clinical),
        "acts": _acts(request, episode),
        "items": _items(request, episode),
        "visits": _visits(request, episode),
        **_contacts(request, episode, known, clinical=clinical),
        "is_past_day": Stage(episode.stage) not in BEFORE_DISCHARGE,
        "is_recovering": episode.stage in RECOVERING,
        "entries": entries,
        "clinical": clinical,
        "closing_reason": episode.closing_reason if clinical else "",
    }
    if not clinical:
        return shown
    seen = strip(episode, known, request.actor.role)
    steps = milestones.rows(request, episode, known.today)
    return shown | _clinical(episode, zone) | {"strip": seen, "milestones": steps}


def _contacts(
    request: StaffRequest, episode: "Episode", known: "Facts", *, clinical: bool
) -> dict[str, Any]:
    """Return the contacts that still ask for something, and those that are over."""
    rows = contacts(request, episode, known.today, clinical=clinical)
    return {
        "follow_ups_ahead": [row for row in rows if not row["is_over"]],
        "follow_ups_over": [row for row in rows if row["is_over"]],
        "follow_ups_note": rows[0]["note"] if rows else "",
    }


def _clinical(episode: "Episode", zone: ZoneInfo) -> dict[str, Any]:
    run = day_figures.run_day(episode)
    return {
        "records": records(episode, zone),
        "figures": list(figures(run)) if run.arrived_at else [],
        "products": [
            (products.label(one), products.is_struck(one))
            for one in products.of_episode(episode)
        ],
        "incidents": [
            {
                "place": one.place,
                "at": one.occurred_at,
                "open": getattr(one, "resolution", None) is None,
                "codes": ", ".join(map(refusal_words.code, one.reasons)),
                "read": _read_instead(one),
            }
            for one in products.incidents(episode)
        ],
        "hand_offs": [
            {
                "kind": one.get_kind_display(),
                "at": one.occurred_at,
                "container": one.container_scan,
                "how": one.get_method_display(),
                "by": " and ".join(
                    who.display_name for who in (one.person, one.second) if who
                ),
            }
            for one in products.hand_offs(episode)
        ],
        "charts": recovery_chart.charts(recovery_selectors.curves(episode)),
        "scores": _scores(episode),
    }


def _read_instead(incident: Any) -> str:
    """Both values of a mismatch: what was expected, what was scanned."""
    pairs = (
        ("wristband", incident.expected_patient, incident.patient_scan),
        ("container", incident.expected_product, incident.container_scan),
    )
    read = "; ".join(
        f"{name}: expected {expected or 'none'}, scanned {scan or 'nothing readable'}"
        for name, expected, scan in pairs
    )
    return f"{read[:1].upper()}{read[1:]}. Two people resolve it, under hand-off."


def _reached(episode: "Episode") -> str:
    """The last stage of the main path, also of an episode that left it."""
    if Stage(episode.stage) in path.MAIN:
        return str(episode.stage)
    for entry in reversed(episodes.timeline(episode, clinical=False)):
        before = str(entry.details.get("from", ""))
        if before in map(str, path.MAIN):
            return before
    return str(path.MAIN[0])


def _rail_note(episode: "Episode", known: "Facts", clinical: bool) -> str:
    if Stage(episode.stage) not in path.MAIN:
        return path.why_here(known) or path.stage_name(episode.stage)
    found = path.next_act(known) if clinical else None
    return found.against[0].text if found and found.against else ""


def _next(
    request: StaffRequest, episode: "Episode", known: "Facts", *, clinical: bool
) -> dict[str, Any] | None:
    """The one next act: a booking, an act, or nothing."""
    booking = _booking(request, episode, known)
    found = path.next_act(known)
    if booking and (found is None or not _may(request, found.act)):
        return booking
    if found is None:
        return None
    schema = SCHEMAS[found.act]
    # A reason may name a finding: it is for those who see findings.
    against, because = (found.against, found.because) if clinical else ((), ())
    return {
        "label": schema.label,
        "button": "Start",
        "address": _address(episode, found.act) if _may(request, found.act) else "",
        "is_blocked": bool(found.against),
        "against": [vars_of(r) for r in against],
        "waits_for": SCHEMAS[found.waits_for].label if found.waits_for else "",
        "because": [vars_of(r) for r in because],
        "who": _roles(f"episode.{found.act}"),
        "also": booking,
    }


def _booking(
    request: StaffRequest, episode: "Episode", known: "Facts"
) -> dict[str, Any] | None:
    """The visit this stage waits for, where one is to be booked."""
    wanted = {
        "enquiry": ("Book the consultation", "consultation"),
        "approved": ("Book the procedure", "bmc-ultrasound"),
    }.get(episode.stage)
    if wanted is None:
        return None
    label, visit_type = wanted
    query = {
        "patient": str(episode.patient_id),
        "visit_type": visit_type,
        "subject": f"episode:{episode.pk}",
    }
    may_find = policy.may(request.membership.role, "appointment.book").allowed
    return {
        "label": label,
        "button": "Find a time",
        "address": f"{reverse('staff:find')}?{urlencode(query)}" if may_find else "",
        "who": _roles("appointment.book"),
    }


def _may(request: StaffRequest, act: str) -> bool:
    return policy.may(request.membership.role, f"episode.{act}").allowed


def _roles(action: str) -> str:
    allowed = policy.rule(action).roles
    return ", ".join(LABELS[role].lower() for role in ROLES if role in allowed)


def _address(episode: "Episode", act: str) -> str:
    return reverse("staff:act", kwargs={"episode_id": episode.pk, "act": act})


def _acts(request: StaffRequest, episode: "Episode") -> list[dict[str, Any]]:
    """Every act this role may do in this stage, with what stands against it."""
    found = [
        {
            "act": one.schema.act,
            "label": one.schema.label,
            "address": _address(episode, one.schema.act),
            "against": [vars_of(reason) for reason in one.reasons],
        }
        for one in episodes.next_acts(episode, request.actor, request.now)
    ]
    return sorted(found, key=lambda one: one["act"] in LAST)


def _items(request: StaffRequest, episode: "Episode") -> dict[str, Any]:
    names = dict(READINESS_ITEMS)
    rows = episodes.readiness_items(episode)
    can_change = _may(request, "prepare") and episode.stage in PREPARING
    tones = {"open": "warning", "done": "success", "waived": "neutral"}
    return {
        "rows": [
            {
                "kind": row.kind,
                "name": names.get(row.kind, sentence(row.kind)),
                "state": sentence(row.state),
                "tone": tones[row.state],
                "reason": row.reason,
                "at": row.changed_at,
                "by": row.changed_by_name,
                "is_open": row.state == "open",
                "can_change": can_change and row.kind != "consent",
            }
            for row in rows
        ],
        "address": _address(episode, "prepare"),
    }


def _visits(request: StaffRequest, episode: "Episode") -> list[dict[str, Any]]:
    found = []
    for row in episodes.visits(episode):
        appointment = scheduling.appointment(row.appointment_id, request.clinic.pk)
        if appointment is None:
            continue
        state, tone = states.appointment_state(appointment)
        found.append(
            {
                "start": appointment.start,
                "purpose": sentence(row.purpose),
                "visit_type": appointment.visit_type.name,
                "state": state,
                "tone": tone,
                "address": reverse("staff:appointment", args=[appointment.pk]),
            }
        )
    return found


def _scores(episode: "Episode") -> list[dict[str, Any]]:
    titles = {"koos_jr": "KOOS, JR.", "hoos_jr": "HOOS, JR.", "sane": "SANE"}
    titles |= {"nrs": "Pain, 0 to 10", "pgic": "Change felt (PGIC)"}
    return [
        {
            "name": titles.get(one.instrument, one.instrument),
            "occasion": sentence(one.occasion),
            "at": one.answered_at,
            "score": number(one.score) if one.score is not None else "incomplete",
            "change": f"{one.change:+.1f}" if one.change else "",
        }
        for one in score_selectors.history(episode)
    ]
