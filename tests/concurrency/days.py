"""A day for each interleaving: nobody else has anything then."""

from dataclasses import dataclass
from datetime import timedelta

from patients.models import Task
from scheduling.booking import holds
from scheduling.models import (
    Appointment,
    Conflict,
    Hold,
    Offer,
    OpeningHours,
    RepairLine,
    Reservation,
    Resource,
    WaitlistEntry,
)
from scheduling.waitlist import offers
from tests.factories import scheduling as make
from tests.factories import waitlist as waiting
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes


@dataclass(frozen=True)
class Day:
    """A clinic's day, so many days after the first."""

    at: make.Practice
    number: int

    @property
    def nine(self):
        return NINE + timedelta(days=self.number)

    @property
    def ten(self):
        return self.nine + minutes(60)

    def book(self, patient=None, **fields):
        return self.at.book(
            patient, **{"visit_type": "visit", "start": self.nine, **fields}
        )

    def hold(self, **fields):
        return holds.hold(
            clinic_id=self.at.clinic.pk,
            visit_type="visit",
            by=BY,
            lasts=minutes(10),
            **{"start": self.nine, "now": NOW - minutes(10), **fields},
        )

    def entry(self, **fields):
        """Somebody who waits for a visit, on any day of these."""
        return waiting.entry(
            self.at,
            valid_from_on=NINE.date(),
            valid_to_on=NINE.date() + timedelta(days=300),
            **({} if "appointment_id" in fields else {"visit_type": "visit"}),
            **fields,
        )

    def offer(self, *entries, **fields):
        """Nine o'clock, offered to these."""
        return offers.offer(
            clinic_id=self.at.clinic.pk,
            entries=[entry.pk for entry in entries],
            by=BY,
            **{"visit_type": "visit", "start": self.nine, "now": NOW, **fields},
        )

    def is_over(self):
        """Everybody is there again tomorrow, for as long as ever, and nobody waits."""
        left = WaitlistEntry.objects.filter(closed_at=None)
        left.update(closed_at=NOW, closed_as="withdrawn")
        Resource.objects.update(active=True)
        OpeningHours.objects.exclude(resource=None).delete()

    def facts(self):
        """What the tables say of this day, in a form two days can be compared by."""
        of_day = {"local_on": self.nine.date()}
        visits = Appointment.objects.filter(**of_day)
        live = Reservation.objects.filter(
            released_at=None, starts_at__date=self.nine.date()
        )
        return (
            sorted((v.status, str(v.local_time), v.revision) for v in visits),
            sorted(Hold.objects.filter(**of_day).values_list("ended_as", flat=True)),
            sorted(self._claim(reservation) for reservation in live),
            sorted(
                Conflict.objects.filter(appointment__in=visits).values_list(
                    "cause", "resolution"
                )
            ),
            sorted(
                RepairLine.objects.filter(appointment__in=visits).values_list("state")
            ),
            sorted(
                Offer.objects.filter(
                    hold__local_on=self.nine.date(), hold__clinic=self.at.clinic
                ).values_list("state", "entry__closed_as")
            ),
            sorted(self._calls(visits).values_list("outcome", flat=True)),
        )

    def _calls(self, visits):
        known = Conflict.objects.filter(appointment__in=visits)
        subjects = [f"conflict:{pk}" for pk in known.values_list("pk", flat=True)]
        return Task.objects.filter(subject__in=subjects)

    def _claim(self, reservation):
        owner = next(
            kind
            for kind in ("appointment", "hold", "absence")
            if getattr(reservation, f"{kind}_id")
        )
        period = reservation.period
        since_nine = (period.lower - self.nine, period.upper - self.nine)
        return owner, reservation.resource_id, since_nine
