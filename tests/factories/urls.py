"""Paths of every address that shows patient data, with something there to show.

What an address needs is read off its parameters: `appointment_id` wants a visit. Only
an address that needs more than its parameters say has a line of its own. A parameter
that nobody knows fails tests/clinics/test_access_log.py.
"""

import inspect
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from clinics import checks
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


BY_PARAMETERS: dict[tuple[str, ...], Arguments] = {
    (): nothing,
    ("absence_id",): absence,
    ("appointment_id",): appointment,
    ("appointment_id", "position"): phase,
    ("conflict_id",): conflict,
    ("enquiry_id",): enquiry,
    ("entry_id",): entry,
    ("episode_id",): episode,
    ("episode_id", "act"): act,
    ("freed_id",): freed,
    ("hold_id",): hold,
    ("message_id",): message,
    ("milestone_id",): milestone,
    ("offer_id",): offer,
    ("on",): day,
    ("patient_id",): patient,
    ("patient_id", "kind"): departed,
    ("plan_id",): repair,
    ("plan_id", "position"): repair_line,
    ("task_id",): task,
    ("text_id",): text,
}
# Lists that show nobody unless a thing of their own is in them, and the like.
BY_NAME: dict[str, Arguments] = {
    "api:appointments": patient,
    "api:conflicts": in_conflict,
    "api:freed-openings": freed_in_list,
    "api:holds": hold_in_list,
    "api:kits": kit_used,
    "api:offers": offer_in_list,
    "api:opt-outs": patient,
    "api:opt-outs-end": patient,
    "api:texts": text_in_list,
    "api:waitlist": entry_in_list,
    "staff:conflicts": in_conflict,
    "staff:episodes": episode_in_list,
    "staff:hearing_on": hearing,
    "staff:inbox": text_in_list,
    "staff:kits": kit_used,
    "staff:repair_run": repair_under_way,
    "staff:waitlist": entry_in_list,
    "staff:waitlist_new": patient,
    "staff:waitlist_take_back": batch,
}


def parameters(route: str) -> tuple[str, ...]:
    """Names of the parameters in a URL pattern, in their order."""
    return tuple(re.findall(r"<(?:\w+:)?(\w+)>", route))


def takes_forms_only(view: Any) -> bool:
    """True where GET is answered 405 (`require_POST`), read off the decorators."""
    while inspect.isfunction(view):
        kept = inspect.getclosurevars(view).nonlocals
        if "request_method_list" in kept:
            return bool(kept["request_method_list"] == ["POST"])
        view = getattr(view, "__wrapped__", None)
    return False


ROUTES = {one.name: one.route for one in checks.addresses()}
# A move on the board is asked for with GET, but never without a start.
FORMS = {one.name for one in checks.addresses() if takes_forms_only(one.view)} | {
    "staff:board_move"
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
    needs = parameters(ROUTES[name])
    arguments = BY_NAME.get(name) or BY_PARAMETERS.get(needs)
    assert arguments, f"{name}: say in tests/factories/urls.py what {needs} stand for"
    made = arguments(clinic)
    if name in ASKS:
        return f"{reverse(name)}?{urlencode(ASKS[name](made))}"
    asked = f"?{urlencode(ASKS_BESIDES[name]())}" if name in ASKS_BESIDES else ""
    return f"{reverse(name, kwargs=made)}{asked}"
