"""How to open every address that shows patient data: what its URL needs to exist.

One line per URL name: a function of the clinic that makes what the address shows and
gives the arguments of `reverse`. An address that shows patient data and is missing
here fails tests/clinics/test_access_log.py.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from clinics.models import Clinic
from core import clock
from notifications.models import Message
from patients.services import departures
from procedures.follow_up import milestone_reports
from procedures.models import Episode
from scheduling.absences import services as absences
from scheduling.booking import holds
from scheduling.models import Absence, Appointment, Hold, Offer, RepairPlan
from scheduling.setup import services as setup
from tests.factories import clinics as people
from tests.factories import inbound, patients, procedures, waitlist
from tests.factories import scheduling as visits
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.factories.repair import propose

Arguments = Callable[[Clinic], dict[str, Any]]

# Addresses that take a form and show nothing by being opened.
FORMS: frozenset[str] = frozenset(
    {
        "staff:absence_end",
        "staff:absence_plan",
        "staff:appointment_arrive",
        "staff:appointment_cancel",
        "staff:appointment_check_in",
        "staff:appointment_confirm",
        "staff:appointment_fulfil",
        "staff:appointment_move",
        "staff:appointment_no_show",
        "staff:appointment_reassign",
        "staff:appointment_undo_arrival",
        "staff:appointment_undo_move",
        "staff:appointment_undo_no_show",
        "staff:board_delay",
        "staff:board_move",
        "staff:book",
        "staff:conflict_keep",
        "staff:enquiry_convert",
        "staff:enquiry_dismiss",
        "staff:hold_extend",
        "staff:hold_new",
        "staff:hold_release",
        "staff:inbox_answer",
        "staff:inbox_assign",
        "staff:inbox_close",
        "staff:inbox_link",
        "staff:inbox_undo",
        "staff:message_cancel",
        "staff:offer_accept",
        "staff:offer_decline",
        "staff:patient_consent",
        "staff:patient_contact",
        "staff:patient_opt_out",
        "staff:repair_apply",
        "staff:repair_line",
        "staff:repair_replan",
        "staff:repair_undo",
        "staff:task_acknowledge",
        "staff:text_trial",
        "staff:texts_review",
        "staff:task_close",
        "staff:visit_phase",
        "staff:visit_phase_correct",
        "staff:waitlist_dismiss",
        "staff:waitlist_offer",
        "staff:waitlist_take_back",
        "staff:waitlist_withdraw",
    }
)


def nothing(clinic: Clinic) -> dict[str, Any]:
    """An address without arguments, such as a list, with a patient in it."""
    patients.patient(clinic)
    return {}


def day(clinic: Clinic) -> dict[str, Any]:
    visit(clinic)
    return {"on": date(2026, 9, 2)}


def patient(clinic: Clinic) -> dict[str, Any]:
    return {"patient_id": patients.patient(clinic).pk}


def departed(clinic: Clinic) -> dict[str, Any]:
    made = patient(clinic)
    departures.record(**made, kind="deceased", source="Kin", by=patients.BY, now=NOW)
    return made | {"kind": "deceased"}


def task(clinic: Clinic) -> dict[str, Any]:
    return {"task_id": patients.task(clinic, patient_id=patients.patient(clinic).pk).pk}


def enquiry(clinic: Clinic) -> dict[str, Any]:
    made = patients.enquiry(clinic)
    assert made is not None
    return {"enquiry_id": made.pk}


def open_for_visits(clinic: Clinic) -> visits.Practice:
    """The clinic with resources, hours and visit types."""
    kinds = {k: visits.resources(clinic, k) for k in visits.ONE_OF_EACH}
    setup.set_hours(clinic_id=clinic.pk, hours=visits.WEEK, by=visits.BY, now=NOW)
    setup.ship_visit_types(clinic=clinic, by=visits.BY, now=NOW)
    return visits.Practice(clinic, kinds)


def visit(clinic: Clinic) -> Appointment:
    return visits.appointment(open_for_visits(clinic))


def appointment(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": visit(clinic).pk}


def phase(clinic: Clinic) -> dict[str, Any]:
    return appointment(clinic) | {"position": 0}


def hold(clinic: Clinic) -> dict[str, Any]:
    open_for_visits(clinic)
    held = holds.hold(
        clinic_id=clinic.pk,
        visit_type="consultation",
        start=visits.NINE,
        patient_id=patients.patient(clinic).pk,
        by=visits.BY,
        now=NOW,
    )
    assert isinstance(held, Hold)
    return {"hold_id": held.pk}


def hold_in_list(clinic: Clinic) -> dict[str, Any]:
    hold(clinic)
    return {}


def sick_call(clinic: Clinic) -> Absence:
    """The clinician is ill, with one visit in the way."""
    place = open_for_visits(clinic)
    visits.appointment(place)
    return absences.open_absence(
        clinic_id=clinic.pk,
        resource_id=place.one("clinician").pk,
        start=visits.NINE,
        end=visits.NINE + visits.minutes(240),
        kind="ill",
        by=visits.BY,
        now=NOW,
    )


def absence(clinic: Clinic) -> dict[str, Any]:
    return {"absence_id": sick_call(clinic).pk}


def in_conflict(clinic: Clinic) -> dict[str, Any]:
    sick_call(clinic)
    return {}


def conflict(clinic: Clinic) -> dict[str, Any]:
    found = sick_call(clinic).conflicts.first()
    assert found is not None
    return {"conflict_id": found.pk}


def repair(clinic: Clinic) -> dict[str, Any]:
    made = sick_call(clinic)
    plan = propose(absence_id=made.pk, clinic_id=clinic.pk, by=visits.BY, now=NOW)
    return {"plan_id": plan.pk}


def repair_under_way(clinic: Clinic) -> dict[str, Any]:
    made = repair(clinic)
    RepairPlan.objects.filter(pk=made["plan_id"]).update(state="applying")
    return made


def repair_line(clinic: Clinic) -> dict[str, Any]:
    return {**repair(clinic), "position": 1}


def message(clinic: Clinic) -> dict[str, Any]:
    place = open_for_visits(clinic)
    visits.appointment(place, patient=place.patient(sms_consent=True))
    planned = Message.objects.filter(clinic=clinic).first()
    assert planned is not None
    return {"message_id": planned.pk}


def hearing(clinic: Clinic) -> dict[str, Any]:
    planned = Message.objects.get(pk=message(clinic)["message_id"])
    return {"on": planned.next_at.date()}


def text(clinic: Clinic) -> dict[str, Any]:
    """A text that somebody of this clinic's patients sent."""
    patients.patient(clinic, phone=inbound.SENDER)
    return {"text_id": inbound.send("hello", recipient=clinic.phone).pk}


def text_in_list(clinic: Clinic) -> dict[str, Any]:
    text(clinic)
    return {}


def entry(clinic: Clinic) -> dict[str, Any]:
    return {"entry_id": waitlist.entry(open_for_visits(clinic)).pk}


def entry_in_list(clinic: Clinic) -> dict[str, Any]:
    entry(clinic)
    return {}


def freed(clinic: Clinic) -> dict[str, Any]:
    place = open_for_visits(clinic)
    waitlist.entry(place)
    return {"freed_id": waitlist.freed(place).pk}


def freed_in_list(clinic: Clinic) -> dict[str, Any]:
    freed(clinic)
    return {}


def batch(clinic: Clinic) -> dict[str, Any]:
    place = open_for_visits(clinic)
    waitlist.entry(place)
    return {"hold_id": waitlist.offer(place).pk}


def offer(clinic: Clinic) -> dict[str, Any]:
    made = Offer.objects.filter(hold=batch(clinic)["hold_id"]).get()
    return {"offer_id": made.pk}


def offer_in_list(clinic: Clinic) -> dict[str, Any]:
    offer(clinic)
    return {}


def episode(clinic: Clinic) -> dict[str, Any]:
    staff = {r: people.membership(r, clinic) for r in procedures.ROLES}
    return {"episode_id": procedures.episode(procedures.Site(clinic, staff)).pk}


def episode_in_list(clinic: Clinic) -> dict[str, Any]:
    episode(clinic)
    return {}


def act(clinic: Clinic) -> dict[str, Any]:
    return episode(clinic) | {"act": "evaluate"}


def milestone(clinic: Clinic) -> dict[str, Any]:
    """A step of the recovery of somebody treated at the clinic."""
    which = Episode.objects.get(pk=episode(clinic)["episode_id"])
    milestone_reports.plan(which, NOW.date(), NOW)
    return {"milestone_id": which.milestones.earliest("position").pk}


def kit_used(clinic: Clinic) -> dict[str, Any]:
    """A kit that is on record at the clinic, used on a patient of it."""
    staff = {r: people.membership(r, clinic) for r in procedures.ROLES}
    Day.ready(procedures.equipped(procedures.Site(clinic, staff))).until("processed")
    return {}


ARGUMENTS: dict[str, Arguments] = {
    "api:absence": absence,
    "api:absences": nothing,
    "api:conflicts": in_conflict,
    "api:repair-plan": repair,
    "staff:absence": absence,
    "staff:absence_end": absence,
    "staff:absence_new": nothing,
    "staff:absence_plan": absence,
    "staff:absences": nothing,
    "staff:conflict_keep": conflict,
    "staff:conflicts": in_conflict,
    "staff:repair": repair,
    "staff:repair_apply": repair,
    "staff:repair_line": repair_line,
    "staff:repair_messages": repair,
    "staff:repair_replan": repair,
    "staff:repair_run": repair_under_way,
    "staff:repair_undo": repair,
    "api:appointment": appointment,
    "api:appointments": patient,
    "api:appointment-phases": appointment,
    "api:episode": episode,
    "api:episode-follow-ups": episode,
    "api:episode-timeline": episode,
    "api:episodes": nothing,
    "api:freed-dismiss": freed,
    "api:freed-matches": freed,
    "api:freed-offer": freed,
    "api:freed-openings": freed_in_list,
    "api:kits": kit_used,
    "api:hold": hold,
    "api:holds": hold_in_list,
    "api:move-preview": appointment,
    "api:messages": nothing,
    "api:offer-accept": offer,
    "api:offer-decline": offer,
    "api:offer-withdraw": offer,
    "api:offers": offer_in_list,
    "api:patient": patient,
    "api:patients": nothing,
    "api:projection": nothing,
    "api:tasks": nothing,
    "api:waitlist": entry_in_list,
    "api:waitlist-entry": entry,
    "api:waitlist-withdraw": entry,
    "staff:access_log": nothing,
    "staff:appointment": appointment,
    "staff:appointment_arrive": appointment,
    "staff:appointment_cancel": appointment,
    "staff:appointment_check_in": appointment,
    "staff:appointment_confirm": appointment,
    "staff:appointment_fulfil": appointment,
    "staff:appointment_move": appointment,
    "staff:appointment_move_preview": appointment,
    "staff:appointment_no_show": appointment,
    "staff:appointment_reassign": appointment,
    "staff:appointment_reassign_preview": appointment,
    "staff:appointment_undo_arrival": appointment,
    "staff:appointment_undo_move": appointment,
    "staff:appointment_undo_no_show": appointment,
    "staff:board": nothing,
    "staff:board_changes": day,
    "staff:board_delay": nothing,
    "staff:board_move": appointment,
    "staff:board_on": day,
    "staff:book": nothing,
    "staff:contacts_due": nothing,
    "staff:enquiry": enquiry,
    "staff:enquiry_convert": enquiry,
    "staff:enquiry_dismiss": enquiry,
    "staff:episode": episode,
    "staff:episode_new": nothing,
    "staff:episodes": episode_in_list,
    "staff:act": act,
    "staff:hold": hold,
    "staff:hold_extend": hold,
    "staff:hold_new": nothing,
    "staff:hold_release": hold,
    "staff:inbox": text_in_list,
    "staff:inbox_answer": text,
    "staff:inbox_assign": text,
    "staff:inbox_close": text,
    "staff:inbox_link": text,
    "staff:inbox_text": text,
    "staff:inbox_undo": text,
    "staff:journal": nothing,
    "staff:kits": kit_used,
    "staff:mailbox": nothing,
    "staff:hearing": nothing,
    "staff:hearing_on": hearing,
    "staff:message": message,
    "staff:message_cancel": message,
    "staff:messages": nothing,
    "staff:milestone": milestone,
    "staff:offer_accept": offer,
    "staff:owed": nothing,
    "staff:offer_decline": offer,
    "staff:patient": patient,
    "staff:patient_amend": patient,
    "staff:patient_consent": patient,
    "staff:patient_contact": patient,
    "staff:patient_depart": patient,
    "staff:patient_opt_out": patient,
    "staff:patient_return": departed,
    "staff:patients": nothing,
    "staff:register": nothing,
    "staff:task_acknowledge": task,
    "staff:task_close": task,
    "staff:tasks": nothing,
    "staff:today": nothing,
    "staff:today_on": day,
    "staff:visit_phase": phase,
    "staff:visit_phase_correct": phase,
    "staff:waitlist": entry_in_list,
    "staff:waitlist_dismiss": freed,
    "staff:waitlist_entry": entry,
    "staff:waitlist_new": patient,
    "staff:waitlist_offer": freed,
    "staff:waitlist_opening": freed,
    "staff:waitlist_take_back": batch,
    "staff:waitlist_withdraw": entry,
}


# Addresses whose arguments follow a "?".
ASKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "staff:waitlist_new": lambda made: {"patient": made["patient_id"]},
    "api:appointments": lambda made: {"patient": made["patient_id"]},
}


def _soon() -> datetime:
    return (clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)


# Addresses that ask something besides their arguments.
ASKS_BESIDES: dict[str, Callable[[], dict[str, Any]]] = {
    "api:kits": lambda: {"lot": "K26A-0001"},
    "api:move-preview": lambda: {"start": _soon().isoformat()},
    "staff:kits": lambda: {"lot": "K26A-0001"},
    "staff:appointment_move_preview": lambda: {"on": _soon().date(), "at": "10:00"},
}


def path_of(name: str, clinic: Clinic) -> str:
    """The path of an address, with something of this clinic behind it."""
    try:
        arguments = ARGUMENTS[name]
    except KeyError:
        raise AssertionError(
            f"{name} shows patient data: say in tests/factories/urls.py how to open it"
        ) from None
    made = arguments(clinic)
    if name in ASKS:
        return f"{reverse(name)}?{urlencode(ASKS[name](made))}"
    asked = f"?{urlencode(ASKS_BESIDES[name]())}" if name in ASKS_BESIDES else ""
    return f"{reverse(name, kwargs=made)}{asked}"
