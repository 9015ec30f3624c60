"""What every page's frame needs: the clinic, its zone, the nav, the demo's clock."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from clinics.domain.policy import may
from core import clock
from notifications.selectors import alarms, inbox, send_mode
from pages.kit.words import clock_time, moment, zone_name

if TYPE_CHECKING:
    from clinics.models import Clinic

MOST_ALARMS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the nav; `later` ones hide in the menu on a phone.

    At a desk those of one `group` open from one entry, or the row is wider than the
    page.
    """

    name: str
    label: str
    icon: str
    action: str
    later: bool = False
    group: str = ""


PLACES = (
    Place("staff:today", "Today", "today", "appointment.read"),
    Place("staff:board", "Board", "board", "appointment.read"),
    Place("staff:find", "Find a time", "find", "opening.read"),
    Place("staff:patients", "Patients", "patients", "patient.read"),
    Place("staff:episodes", "Episodes", "episodes", "episode.read", later=True),
    Place(
        "staff:contacts_due",
        "Recovery contacts",
        "phone",
        "episode.read",
        later=True,
        group="Follow-up",
    ),
    Place(
        "staff:owed",
        "Owed visits",
        "today",
        "appointment.read",
        later=True,
        group="Follow-up",
    ),
    Place("staff:waitlist", "Waitlist", "waitlist", "waitlist.read", later=True),
    Place("staff:tasks", "Tasks", "tasks", "task.read"),
    Place("staff:kits", "Kits", "search", "kit.look_back", later=True),
    Place("staff:absences", "Absences", "away", "absence.write", later=True),
    Place("staff:inbox", "Inbox", "mailbox", "inbox.read", later=True),
    Place("staff:messages", "Messages", "messages", "message.read", later=True),
    Place("staff:sending", "Sending", "mailbox", "health.read", later=True),
    Place("staff:resources", "Resources", "resources", "resource.write", later=True),
    Place("staff:clinic", "Clinic", "info", "clinic.write", later=True),
    Place("staff:texts", "Texts", "messages", "template.write", later=True),
    Place("staff:users", "People", "users", "user.write", later=True),
    Place("staff:journal", "Journal", "journal", "journal.read", later=True),
    Place("staff:access_log", "Access log", "eye", "access_log.read", later=True),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; without a signed-in clinic only the demo's banner."""
    clinic = getattr(request, "clinic", None)
    frame: dict[str, Any] = {"demo": settings.DEMO}
    if clinic is None:
        return frame
    zone = ZoneInfo(clinic.time_zone)
    now = getattr(request, "now", None) or clock.now()
    entries = places(_role(request), request.path, _unread(request, clinic))
    return frame | {
        "clinic": clinic,
        "other_memberships": [
            one
            for one in getattr(request, "memberships", ())
            if one.clinic_id != clinic.pk
        ],
        "zone": zone,
        "zone_name": zone_name(zone, now),
        "now": now,
        "role": _role(request),
        "places": entries,
        "nav": in_groups(entries),
        "may_search": may(_role(request), "patient.read").allowed,
        "send_mode_bar": send_mode.held_back(),
        "alarm_bar": _alarm_bar(request, clinic, zone, now),
        "may_read_messages": may(_role(request), "message.read").allowed,
    }


def _alarm_bar(
    request: HttpRequest, clinic: "Clinic", zone: ZoneInfo, now: datetime
) -> dict[str, str]:
    """The red line on every page while an alarm has reached nobody; no name.

    One statement a page, which an index of unanswered alarms answers.
    """
    if getattr(request, "membership", None) is None:
        return {}
    waiting = list(alarms.unheard(clinic.pk, now)[:MOST_ALARMS])
    if not waiting:
        return {}
    first = min(task.created_at for task in waiting)
    is_today = first.astimezone(zone).date() == now.astimezone(zone).date()
    since = clock_time(first, zone) if is_today else moment(first, zone)
    text = (
        f"A red flag has had no answer since {since}."
        if len(waiting) == 1
        else f"{len(waiting)} red flags have had no answer, the first since {since}."
    )
    may_open = may(_role(request), "task.read").allowed
    return {
        "text": text,
        "address": reverse("staff:tasks") if may_open else "",
        "advice": "" if may_open else "Tell a clinician or the medical director now.",
    }


def _unread(request: HttpRequest, clinic: "Clinic") -> int:
    """Number of texts that wait unread, for those who may read them; one statement."""
    role = _role(request)
    if not role or not may(role, "inbox.read").allowed:
        return 0
    return inbox.unread(clinic.pk)


def places(role: str, path: str, unread: int = 0) -> list[dict[str, Any]]:
    """The entries this role may open; the longest matching address is current.

    On a phone the bar holds five; what does not fit, and every group, is in the menu.
    A group of one is none. `unread` texts stand as a number beside the inbox.
    """
    allowed = [(p, _address(p.name)) for p in PLACES if may(role, p.action).allowed]
    shown = [(p, address) for p, address in allowed if address]
    here = max((a for _, a in shown if path.startswith(a)), key=len, default="")
    spare = max(0, 5 - sum(not p.later for p, _ in shown))
    sizes = Counter(place.group for place, _ in shown)
    entries = []
    for place, address in shown:
        group = place.group if sizes[place.group] > 1 else ""
        later = place.later and (spare <= 0 or bool(group))
        spare -= place.later and not group
        entries.append(
            {
                "label": place.label,
                "icon": place.icon,
                "address": address,
                "current": address == here,
                "later": later,
                "group": group,
                "count": unread if place.name == "staff:inbox" else 0,
            }
        )
    return entries


def in_groups(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nav of a desk: entries in their order, a group where its first one stands."""
    shown: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if not entry["group"]:
            shown[entry["address"]] = entry
            continue
        group = shown.setdefault(
            entry["group"], {"label": entry["group"], "places": [], "current": False}
        )
        group["places"].append(entry)
        group["current"] = group["current"] or entry["current"]
    return list(shown.values())


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _role(request: HttpRequest) -> str:
    membership = getattr(request, "membership", None)
    return str(membership.role) if membership is not None else ""
