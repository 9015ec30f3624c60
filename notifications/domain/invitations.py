"""A visit as calendar programs read it: RFC 5545, sent by the rules of RFC 5546.

One visit is one event for ever: its id is the UID and its revision the SEQUENCE, so
that a move changes the entry in somebody's calendar and adds none. Neutral by rule:
whoever looks at a shared calendar reads of a visit to a clinic, and no more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from notifications.domain.calendar_zones import zone_rules

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

FILE_NAME: Final = "visit.ics"
PRODUCT: Final = "-//Crestpath//Visits//EN"
SUMMARIES: Final = {"en": "Visit at {clinic}", "es": "Cita en {clinic}"}
GOOGLE: Final = "https://calendar.google.com/calendar/render"
OUTLOOK: Final = "https://outlook.live.com/calendar/0/deeplink/compose"
QUESTIONS: Final = {"en": "Questions: {phone}", "es": "Preguntas: {phone}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A visit to be put into a calendar, changed there or taken out of it.

    `visit_id` and `revision` are the appointment's; `zone` is the clinic's.
    """

    method: Method
    visit_id: str
    revision: int
    start: datetime
    end: datetime
    zone: ZoneInfo
    clinic: str
    address: str = ""
    phone: str = ""
    language: str = "en"

    @property
    def sequence(self) -> int:
        """Return the SEQUENCE: to cancel an event is a revision of it as well."""
        return self.revision + (self.method == "CANCEL")


def calendar_file(
    invitation: Invitation, *, at: datetime, organizer: str = "", attendee: str = ""
) -> str:
    """Return the text of the calendar file, as made `at` that instant.

    `organizer` and `attendee` are mail addresses; a file that somebody fetches
    (PUBLISH) names neither.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    event = _event(invitation, at)
    if organizer:
        event.add("organizer", _person(organizer, invitation.clinic), encode=False)
    if attendee:
        event.add("attendee", _guest(attendee), encode=False)
    if _is_plain(invitation):
        # Without it a reader that does not know the zone would show its own hour.
        year = invitation.start.astimezone(invitation.zone).year
        calendar.add_component(zone_rules(invitation.zone.key, year))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def calendar_links(invitation: Invitation) -> dict[str, str]:
    """Return addresses at which calendars of the web offer to keep the visit.

    They say what the file says, and no more: these companies read them.
    """
    start, end = (
        instant.astimezone(UTC) for instant in (invitation.start, invitation.end)
    )
    summary, place = _summary(invitation), _place(invitation)
    google = {
        "action": "TEMPLATE",
        "text": summary,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": place,
        "details": _told(invitation),
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": summary,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
        "body": _told(invitation),
    }
    # Outlook shows a plus for a blank as it is.
    return {
        "google": f"{GOOGLE}?{urlencode(google, quote_via=quote)}",
        "outlook": f"{OUTLOOK}?{urlencode(outlook, quote_via=quote)}",
    }


def _summary(invitation: Invitation) -> str:
    return SUMMARIES[invitation.language].format(clinic=invitation.clinic)


def _place(invitation: Invitation) -> str:
    lines = [line.strip() for line in invitation.address.splitlines()]
    return ", ".join(filter(None, lines))


def _told(invitation: Invitation) -> str:
    if not invitation.phone:
        return ""
    return QUESTIONS[invitation.language].format(phone=invitation.phone)


def _event(invitation: Invitation, at: datetime) -> Event:
    event = Event()
    event.add("uid", invitation.visit_id)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    zone = invitation.zone if _is_plain(invitation) else UTC
    event.add("dtstart", invitation.start.astimezone(zone))
    event.add("dtend", invitation.end.astimezone(zone))
    event.add("summary", _summary(invitation))
    if address := _place(invitation):
        event.add("location", address)
    if told := _told(invitation):
        event.add("description", told)
    event.add("class", "PRIVATE")
    cancelled = invitation.method == "CANCEL"
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    return event


def _is_plain(invitation: Invitation) -> bool:
    """Return True if its start and end name one instant each on the clinic's clock.

    RFC 5545 cannot write the second of two equal hours in autumn, and programs differ
    about the first: such a visit is written in UTC.
    """
    walls = [
        instant.astimezone(invitation.zone).replace(tzinfo=None)
        for instant in (invitation.start, invitation.end)
    ]
    return all(_offsets(wall, invitation.zone) == 1 for wall in walls)


def _offsets(wall: datetime, zone: ZoneInfo) -> int:
    return len({wall.replace(tzinfo=zone, fold=n).utcoffset() for n in (0, 1)})


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = vText(name)
    return person


def _guest(address: str) -> vCalAddress:
    """The patient; they answer by their link, as nobody reads what a program sends."""
    guest = vCalAddress(f"mailto:{address}")
    guest.params["cutype"] = vText("INDIVIDUAL")
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE")
    return guest
