"""Contents of the page of one patient."""

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest
from notifications.domain import replies
from notifications.selectors.opt_outs import among
from pages.kit import history, states
from pages.kit.forms import Form
from pages.kit.words import sentence
from pages.staff.episode.contacts import tone
from pages.staff.episode.words import joint
from pages.staff.messages import rows as message_rows
from patients import selectors
from patients.services import phones
from procedures.episodes import selectors as episodes
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up import windows
from scheduling import selectors as scheduling
from scheduling.waitlist import selectors as waitlist

if TYPE_CHECKING:
    from patients.models import Patient

VISITS = 20
DEPARTURES = {
    "deceased": "The patient has died",
    "do_not_contact": "The patient wants no contact",
}
PREFERS = {"sms": "text message", "email": "e-mail", "call": "telephone call"}
CHANNELS = (("sms", "Text messages"), ("email", "E-mail"))


def context(
    request: StaffRequest, patient: "Patient", contact_form: Form | None
) -> dict[str, Any]:
    visits = list(islice(scheduling.appointments_of(patient.pk), VISITS))
    streams = [f"appointment:{visit.pk}" for visit in visits[:10]]
    phone = selectors.contact(patient, "sms")
    email = selectors.contact(patient, "email")
    address = reverse("staff:find")
    return {
        "patient": patient,
        "version": patient.version,
        "today": request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date(),
        "phone": phone.value if phone else "",
        "phone_remark": phones.remark(phone.value) if phone else "",
        "email": email.value if email else "",
        "contact_form": contact_form,
        "contact_address": reverse("staff:patient_contact", args=[patient.pk]),
        "consent_address": reverse("staff:patient_consent", args=[patient.pk]),
        "amend_address": reverse("staff:patient_amend", args=[patient.pk]),
        "find_address": f"{address}?{urlencode({'patient': patient.pk})}",
        "open_episode_address": f"{reverse('staff:episode_new')}?patient={patient.pk}",
        **_waits(request, patient),
        "duplicate_address": _duplicate(patient),
        **_departures(request, patient),
        "consents": [_consent(patient, *channel) for channel in CHANNELS],
        **_opt_outs(request, patient),
        "visits": [_visit(visit) for visit in visits],
        "history": history.timeline(f"patient:{patient.pk}", *streams),
        "tasks": _tasks(request, patient),
        **_episodes(request, patient),
        "told": _told(request, patient),
        **_permissions(request, patient),
    }


def _episodes(request: StaffRequest, patient: "Patient") -> dict[str, Any]:
    if not may(request.membership.role, "episode.read").allowed:
        return {"show_episodes": False}
    rows = episodes.of_clinic(request.clinic.pk, patient_id=patient.pk)
    zone = ZoneInfo(request.clinic.time_zone)
    return {
        "contacts": _contacts(request, patient),
        "show_episodes": True,
        "episodes": [
            {
                "name": sentence(joint(episode)) or "Treatment to be decided",
                "stage": sentence(episode.stage),
                "tone": "neutral" if episode.closed_at else "info",
                "opened_on": episode.opened_at.astimezone(zone).date(),
                "address": reverse("staff:episode", args=[episode.pk]),
            }
            for episode in rows
        ],
    }


def _contacts(request: StaffRequest, patient: "Patient") -> list[dict[str, Any]]:
    """The recovery contacts that wait for the patient's answers, and the missed."""
    today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()
    rows = list(follow_ups.unanswered_of(patient.pk))
    visits = follow_ups.visits_for(rows)
    found = []
    for row in rows:
        stands = follow_ups.timing_of(row, today, visits.get(row.pk))
        found.append(
            {
                "name": windows.name(row.code),
                "due": row.target_on,
                "state": stands.text,
                "tone": tone(stands.code),
                "address": reverse("staff:episode", args=[row.episode_id]),
            }
        )
    return found


def _told(request: StaffRequest, patient: "Patient") -> dict[str, Any]:
    """List what was and will be said; nothing to somebody who may not read messages."""
    if not may(request.membership.role, "message.read").allowed:
        return {}
    log = f"{reverse('staff:messages')}?{urlencode({'patient': patient.pk})}"
    told = message_rows.of_patient(request.clinic.pk, patient.pk, request.now)
    return {**told, "log_address": log}


def _waits(request: StaffRequest, patient: "Patient") -> dict[str, Any]:
    role = request.membership.role
    if not may(role, "waitlist.read").allowed:
        return {}
    new = f"{reverse('staff:waitlist_new')}?{urlencode({'patient': patient.pk})}"
    rows = waitlist.open_entries_of(patient.pk)
    return {
        "wait_address": new
        if may(role, "waitlist.write").allowed and not patient.standing
        else "",
        "waits": [
            {
                "visit_type": row.visit_type.name,
                "since": row.created_at,
                "address": reverse("staff:waitlist_entry", args=[row.pk]),
            }
            for row in rows
        ],
    }


def _permissions(request: StaffRequest, patient: "Patient") -> dict[str, bool]:
    role = request.membership.role
    lives = not patient.is_deceased
    return {
        "may_book": lives and may(role, "appointment.book").allowed,
        "may_write": may(role, "patient.write").allowed,
        "may_contact": may(role, "contact.write").allowed,
        "may_open_episode": lives and may(role, "episode.open").allowed,
    }


def _duplicate(patient: "Patient") -> str:
    if patient.duplicate_of_id is None:
        return ""
    return reverse("staff:patient", args=[patient.duplicate_of_id])


def _departures(request: StaffRequest, patient: "Patient") -> dict[str, Any]:
    """A death or a wish for no contact on record, and the ways to say so."""
    may_depart = may(request.membership.role, "patient.depart").allowed
    rows = selectors.departures(patient) if patient.standing else ()
    return {
        "depart_address": reverse("staff:patient_depart", args=[patient.pk])
        if may_depart and patient.standing != "deceased"
        else "",
        "departures": [
            {
                "title": DEPARTURES[row.kind],
                "died_on": row.died_on,
                "source": row.source,
                "at": row.recorded_at,
                "by": row.recorded_by_name,
                "address": reverse("staff:patient_return", args=[patient.pk, row.kind])
                if may_depart
                else "",
            }
            for row in rows
        ],
    }


def _consent(patient: "Patient", channel: str, name: str) -> dict[str, Any]:
    newest = selectors.consent(patient, channel)
    granted = newest is not None and newest.granted
    word, tone = ("Yes", "success") if granted else ("No", "neutral")
    return {
        "channel": channel,
        "name": name,
        "granted": granted,
        "at": newest.at if newest else None,
        "word": word if newest else "Not asked",
        "tone": tone,
    }


SCOPES = {
    replies.ALL: "all",
    replies.REMINDERS: "reminders of visits",
    replies.CHECK_INS: "recovery questions",
}


def _opt_outs(request: StaffRequest, patient: "Patient") -> dict[str, Any]:
    """Purposes that the patient's number and address have stopped, and the form."""
    points = selectors.contacts(patient)
    ended = among((channel, point.value) for channel, point in points.items())
    may_stop = may(request.membership.role, "opt_out.write").allowed
    names = dict(CHANNELS)
    return {
        "stops": [
            f"{names[channel]}: {SCOPES[scope]}"
            for channel, point in points.items()
            for scope in SCOPES
            if scope in ended.get((channel, point.value), ())
        ],
        "stop_choices": [
            (f"{channel}:{scope}", f"{names[channel]}: {word}")
            for channel in points
            for scope, word in SCOPES.items()
        ]
        if may_stop
        else [],
        "stop_address": reverse("staff:patient_opt_out", args=[patient.pk]),
        "prefers": PREFERS.get(patient.preferred_channel, ""),
    }


def _visit(visit: Any) -> dict[str, Any]:
    state, tone = states.appointment_state(visit)
    return {
        "start": visit.start,
        "visit_type": visit.visit_type.name,
        "state": state,
        "tone": tone,
        "address": reverse("staff:appointment", args=[visit.pk]),
    }


def _tasks(request: StaffRequest, patient: "Patient") -> list[dict[str, Any]]:
    if not may(request.membership.role, "task.read").allowed:
        return []
    rows = selectors.tasks(request.clinic.pk, now=request.now, patient_id=patient.pk)
    return [
        {
            "text": task.text,
            "due_at": task.due_at,
            "address": f"{reverse('staff:tasks')}#task-{task.pk}",
        }
        for task in rows[:10]
    ]
