"""Patients who wait for an opening, what became free, and what they were offered."""

from datetime import timedelta

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q

from core.models import UuidModel


class WaitlistEntry(UuidModel):
    """A patient who would come earlier or at another time.

    `wishes` may name `weekdays` (Monday = 0), `earliest` and `latest` (local
    "HH:MM"), `clinicians` and `not_clinicians` (resource ids). `appointment` is the
    visit that an accepted offer moves; without one it books a new visit.
    """

    class End(models.TextChoices):
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="waitlist_entries"
    )
    visit_type = models.ForeignKey(
        "scheduling.VisitType", models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=80, blank=True)
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    variation = models.JSONField(default=dict, db_default={}, blank=True)
    wishes = models.JSONField(default=dict, blank=True)
    minimum_notice = models.DurationField(default=timedelta(hours=24))
    valid_from_on = models.DateField()
    valid_to_on = models.DateField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=20, choices=End.choices, blank=True)
    made_by = models.CharField(max_length=120, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_as="")
                | Q(
                    closed_at__isnull=False,
                    closed_as__in=["booked", "withdrawn", "expired"],
                ),
                name="waitlist_entry_end_has_time_and_way",
            ),
            models.CheckConstraint(
                condition=Q(valid_to_on__gte=models.F("valid_from_on")),
                name="waitlist_entry_validity_runs_forward",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "created_at"],
                condition=Q(closed_at=None),
                name="waitlist_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"waitlist entry {self.pk}"


class FreedOpening(UuidModel):
    """Time a visit gave up, until it was offered, passed over, or too late.

    Written in the transaction that frees it; `during` is [arrival, end) of the visit.
    """

    class End(models.TextChoices):
        OFFERED = "offered"
        DISMISSED = "dismissed"
        GONE = "gone"

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        "scheduling.Appointment", models.PROTECT, related_name="+"
    )
    visit_type = models.ForeignKey(
        "scheduling.VisitType", models.PROTECT, related_name="+"
    )
    during = DateTimeRangeField()
    freed_by_act = models.CharField(max_length=20)
    freed_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_as = models.CharField(max_length=10, choices=End.choices, blank=True)
    handled_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_as="")
                | Q(
                    handled_at__isnull=False,
                    handled_as__in=["offered", "dismissed", "gone"],
                ),
                name="freed_opening_end_has_time_and_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "freed_at"],
                condition=Q(handled_at=None),
                name="freed_openings_unhandled",
            ),
        ]

    def __str__(self) -> str:
        return f"freed opening {self.pk}"


class Offer(UuidModel):
    """One entry's share in a batch; all offers of a batch point at one hold.

    `announced_at` is empty until the patient's own transaction has told it.
    """

    class State(models.TextChoices):
        """`too-late`: another was faster. `withdrawn`: the clinic took it back."""

        OFFERED = "offered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        TOO_LATE = "too-late"
        WITHDRAWN = "withdrawn"

    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="offers")
    hold = models.ForeignKey("scheduling.Hold", models.PROTECT, related_name="offers")
    freed = models.ForeignKey(
        FreedOpening, models.PROTECT, null=True, blank=True, related_name="offers"
    )
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.OFFERED
    )
    offered_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "hold"], name="offer_once_per_batch"
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(state="accepted"),
                name="offer_batch_won_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "offered",
                        "accepted",
                        "declined",
                        "expired",
                        "too-late",
                        "withdrawn",
                    ]
                ),
                name="offer_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["offered_at"],
                condition=Q(state="offered"),
                name="offers_open",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"
