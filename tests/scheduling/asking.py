"""Asking why not, and absences that make one ask."""

from datetime import UTC, date, timedelta

from scheduling import selectors
from scheduling.explain.relaxations import relaxation_text
from scheduling.explain.sentences import reason
from scheduling.explain.vocabulary import plain
from scheduling.models import Absence, Reservation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE

WEDNESDAY = date(2026, 9, 2)
SUNDAY = date(2026, 9, 6)


def ask(at, visit_type="consultation", first=WEDNESDAY, last=WEDNESDAY, **asked):
    question = selectors.Question(
        clinic_id=at.clinic.pk,
        visit_type=visit_type,
        from_on=first,
        to_on=last,
        **{"now": NOW, **asked},
    )
    return selectors.explain_openings(question)


def reasons(explained):
    says = plain(explained.zone)
    return {one.day: reason(one, says) for one in explained.rejected}


def the_reason(explained):
    (text,) = reasons(explained).values()
    return text


def ways(explained):
    says = plain(explained.zone)
    return [relaxation_text(way, says) for way in selectors.relaxations(explained)]


def start_when_gone(way):
    """The first start of its day without what is in the way."""
    finding = way.rejected.finding
    cell, _ = finding.scene.first(finding.blocks)
    return finding.scene.grid.instant(cell)


def at_clock(hour, minute=0, on=NINE):
    return on.replace(hour=hour, minute=minute).astimezone(UTC)


def absent(resource, start, end, kind="maintenance"):
    absence = Absence.objects.create(
        resource=resource,
        kind=kind,
        period=(start, end),
        made_by="test",
        created_at=NOW,
    )
    while start < end:
        until = min(end, start + timedelta(hours=24))
        Reservation.objects.create(
            resource=resource, period=(start, until), absence=absence
        )
        start = until
    return absence


def busy_clinic():
    """Dr. 1 is on leave all week, Dr. 2 is there; the centrifuge fails on Wednesday."""
    at = make.practice(make.ONE_OF_EACH | {"clinician": 2})
    absent(at.one("clinician"), at_clock(0), at_clock(0) + timedelta(days=5), "leave")
    absent(at.one("centrifuge"), at_clock(0), at_clock(23), "broken")
    return at
