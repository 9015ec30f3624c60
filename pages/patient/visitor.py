"""The holder of a patient's link: a cookie that a birth date earns, for 30 minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics import selectors as clinics
from clinics.web.views import PublicRequest
from pages.kit.words import clock_time, long_day, zone_name
from pages.patient.texts import DAYS_ES, LANGUAGES, MONTHS_ES, TEXTS, ZONES_ES
from patients import selectors as patients
from patients.services import links
from procedures.follow_up.selectors import follow_up

if TYPE_CHECKING:
    from clinics.models import Clinic
    from patients.models import Patient, PatientLink

KEPT_SECONDS = 30 * 60
SALT = "patient-page"
LANGUAGE_COOKIE = "language"
# The link of questions that were answered says thanks for so long after its end.
THANKS_LAST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A patient whose birth date was right, and the link that brought them."""

    link: "PatientLink"
    token: str

    @property
    def patient(self) -> "Patient":
        return self.link.patient

    @property
    def clinic(self) -> "Clinic":
        return clinics.clinic(self.patient.clinic_id)

    @property
    def subject_id(self) -> str:
        return str(self.link.subject.partition(":")[2])


def cookie_name() -> str:
    return "__Host-patient" if settings.SESSION_COOKIE_SECURE else "patient"


def remember(response: HttpResponse, token: str) -> None:
    """Let this browser in for half an hour."""
    response.set_cookie(
        cookie_name(),
        signing.dumps(token, salt=SALT),
        max_age=KEPT_SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def visitor(
    request: PublicRequest, purpose: str, overdue: timedelta = timedelta(0)
) -> Visitor | None:
    """Whoever proved their birth date for a link of this purpose ("" is any) that is
    still open, or not longer `overdue`.

    Sets who acts and whose data the page shows.
    """
    token = _token(request)
    link = find_open(token, request.now, overdue) if token else None
    if link is None or link.locked_at or purpose not in {"", link.purpose}:
        return None
    request.actor = patients.actor_for(link.patient)
    request.record_access(link.patient.pk)
    return Visitor(link, token)


def find_open(token: str, now: datetime, overdue: timedelta) -> "PatientLink | None":
    """Return the link if it still opens something: its own page, or our thanks."""
    link = links.find(token, now, max(overdue, THANKS_LAST))
    if link is None or link.expires_at > now - overdue or _is_answered(link):
        return link
    return None


def _is_answered(link: "PatientLink") -> bool:
    if link.purpose != "check_in":
        return False
    found = follow_up(UUID(link.subject.partition(":")[2]))
    return found is not None and found.answered_at is not None


def _token(request: HttpRequest) -> str:
    signed = request.COOKIES.get(cookie_name(), "")
    try:
        return str(signing.loads(signed, salt=SALT, max_age=KEPT_SECONDS))
    except signing.BadSignature:
        return ""


def language_of(request: HttpRequest, patient: "Patient | None" = None) -> str:
    """The chosen language; else the patient's; else the browser's."""
    if chosen := _chosen(request):
        return chosen
    if patient is not None and patient.language in LANGUAGES:
        return str(patient.language)
    wishes = request.headers.get("Accept-Language", "").lower()
    return "es" if wishes.startswith("es") else "en"


def _chosen(request: HttpRequest) -> str:
    kept = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return _asked(request) or (kept if kept in LANGUAGES else "")


def is_switch(request: HttpRequest) -> bool:
    """True where a half-filled form came back only for the other language."""
    return request.POST.get("lang") in LANGUAGES


def _asked(request: HttpRequest) -> str:
    asked = request.POST.get("lang") or request.GET.get("lang", "")
    return asked if asked in LANGUAGES else ""


def _switch_address(request: HttpRequest, other: str) -> str:
    """This page in the other language; the rest of its address stays."""
    query = request.GET.copy()
    query["lang"] = other
    return f"{request.path}?{query.urlencode()}"


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    clinic: "Clinic | None" = None,
    patient: "Patient | None" = None,
    status: int = 200,
) -> TemplateResponse:
    """A patient page in its language, with the switch to the other one.

    A page with a form names it as `switch_form`: the switch then keeps what was typed.
    """
    language = language_of(request, patient)
    other = "es" if language == "en" else "en"
    frame = {
        "t": TEXTS[language],
        "language": language,
        "clinic": clinic,
        # Whoever is at no clinic yet still has to find the way to theirs.
        "all_clinics": () if clinic else clinics.clinics_by_name(),
        "switch_address": _switch_address(request, other),
        "switch_lang": other,
        "switch_label": LANGUAGES[other],
        # Which language the patient reads is theirs to tell: until they have proved
        # who they are or chosen one, both are there.
        "also": {} if patient or _chosen(request) else TEXTS[other],
    }
    path = f"pages/patient/{template}.html"
    response = TemplateResponse(request, path, {**frame, **context}, status=status)
    if _asked(request):
        response.set_cookie(LANGUAGE_COOKIE, language, samesite="Lax", httponly=True)
    return response


def notice(
    request: HttpRequest,
    name: str,
    *,
    clinic: "Clinic | None" = None,
    patient: "Patient | None" = None,
    status: int = 200,
) -> TemplateResponse:
    """A page that only says something: `name`_title and `name`_text."""
    text = TEXTS[language_of(request, patient)]
    context = {"title": text[f"{name}_title"], "text": text[f"{name}_text"]}
    if patient is None and not _chosen(request):
        also = TEXTS["es" if text is TEXTS["en"] else "en"]
        context["also_title"] = also[f"{name}_title"]
        context["also_text"] = also[f"{name}_text"]
    return show(
        request, "notice", context, clinic=clinic, patient=patient, status=status
    )


def say(
    request: PublicRequest, visitor: Visitor, name: str, status: int = 200
) -> TemplateResponse:
    """A notice to whoever holds an open link."""
    return notice(
        request, name, clinic=visitor.clinic, patient=visitor.patient, status=status
    )


def show_to(
    request: PublicRequest,
    visitor: Visitor,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> TemplateResponse:
    """A page to whoever holds an open link."""
    return show(
        request,
        template,
        context,
        clinic=visitor.clinic,
        patient=visitor.patient,
        status=status,
    )


def chosen_start(request: PublicRequest) -> datetime | None:
    """The start of the opening that was chosen; None if there is none to read."""
    try:
        start = datetime.fromisoformat(request.POST.get("start", ""))
    except ValueError:
        return None
    return start if start.tzinfo is not None else None


def shut(request: PublicRequest) -> TemplateResponse:
    """Asked for a page without a fresh proof: open the link again.

    Whose link has ended in the meantime is told that, and how to get a new one.
    """
    token = _token(request)
    link = links.find_ended(token, request.now) if token else None
    if link is not None:
        return ended(request, link, token, status=403)
    return notice(request, "again", status=403)


def ended(
    request: HttpRequest, link: "PatientLink", token: str, status: int = 404
) -> TemplateResponse:
    """A link that opens nothing any more: its clinic's number, and a new one."""
    clinic = link.patient.clinic
    return show(request, "ended", {"token": token}, clinic=clinic, status=status)


def unknown(request: HttpRequest) -> TemplateResponse:
    """A link that is none of ours, or not the whole of one."""
    return notice(request, "unknown", status=404)


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """ "Tuesday, December 1, 9:00 AM Central Time", or the same in Spanish."""
    local = at.astimezone(zone)
    name = zone_name(zone, at)
    day = day_with_year(local.date(), language)
    if language == "en":
        return f"{day}, {clock_time(at, zone)} {name}"
    half = "a.m." if local.hour < 12 else "p.m."
    clock = f"{local.hour % 12 or 12}:{local:%M} {half}"
    return f"{day}, {clock} ({_hour_of(zone, name)})"


def day_with_year(on: date, language: str) -> str:
    """ "Tuesday, December 1, 2026", or the same in Spanish."""
    if language == "en":
        return long_day(on)
    return f"{DAYS_ES[on.weekday()]} {on.day} de {MONTHS_ES[on.month - 1]} de {on.year}"


def _hour_of(zone: ZoneInfo, name: str) -> str:
    town = zone.key.rpartition("/")[2].replace("_", " ")
    return ZONES_ES.get(name, f"hora de {town}")


def length(minutes: int, language: str) -> str:
    """ "45 minutes", "1 hour", "2 hours 15 minutes", or the same in Spanish."""
    words = TEXTS[language]
    hours, rest = divmod(minutes, 60)
    parts = [words["hour" if hours == 1 else "hours"].format(count=hours)] * bool(hours)
    if rest or not hours:
        parts.append(words["minutes"].format(count=rest))
    return " ".join(parts)


def page_of(purpose: str) -> str:
    """Return the path that a link of this purpose leads to."""
    pages = {
        "confirm": "v:visit",
        "check_in": "v:check_in",
        "offer": "v:offer",
        "book": "v:book",
        "settings": "v:preferences",
        "prepare": "v:prepare",
        "baseline": "v:baseline",
        "rebook": "v:rebook",
    }
    return reverse(pages[purpose])
