"""Visits agreed with a patient, and openings kept aside for a while."""

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.models import UuidModel
from scheduling.booking.status import Status


class AppointmentStatus(models.TextChoices):
    """Words of FHIR's Appointment.status."""

    BOOKED = Status.BOOKED.value
    ARRIVED = Status.ARRIVED.value
    CHECKED_IN = Status.CHECKED_IN.value
    FULFILLED = Status.FULFILLED.value
    CANCELLED = Status.CANCELLED.value
    NOSHOW = Status.NOSHOW.value
    ENTERED_IN_ERROR = Status.ENTERED_IN_ERROR.value


class Agreed(UuidModel):
    """Fields that an appointment and a hold share: a visit at a local time.

    The local start, its zone and `fold` are what people agreed on; `during` is
    [arrival, end of the last phase) derived from it, without buffers. `variation`
    is what this visit asks for besides its type, `{"targets", "sedation",
    "image_guided_harvest"}`; what is left out is as the type has it.
    `not_clinicians` are resource ids: who is not to serve, also after a move.
    """

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    visit_type = models.ForeignKey(
        "scheduling.VisitType", models.PROTECT, related_name="+"
    )
    clinician = models.ForeignKey(
        "scheduling.Resource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the clinician asked for, if any",
    )
    subject = models.CharField(max_length=80, blank=True)
    variation = models.JSONField(default=dict, db_default={}, blank=True)
    not_clinicians = models.JSONField(default=list, db_default=[], blank=True)
    local_on = models.DateField()
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=60)
    fold = models.PositiveSmallIntegerField(default=0)
    during = DateTimeRangeField()
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def start(self) -> datetime:
        """The instant of arrival, aware."""
        start: datetime = self.during.lower
        return start

    @property
    def end(self) -> datetime:
        """The instant the last phase ends, aware."""
        end: datetime = self.during.upper
        return end


class Appointment(Agreed):
    """A visit agreed with a patient.

    `version` rises with every write (optimistic locking), `revision` with every
    move (what messages and links refer to).
    `answer` is the patient's last one to this time: "yes", "other" (another time) or
    "no", "" if none; the journal keeps each of them. `late_minutes` is how late they
    say they come. `delay_minutes` is how much later than agreed the clinic has told
    them, at `delay_told_at`, that they will be seen.
    """

    Status = AppointmentStatus
    ANSWERS = ("yes", "other", "no")

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="appointments"
    )
    in_person = models.BooleanField()
    status = models.CharField(
        max_length=20,
        choices=AppointmentStatus.choices,
        default=AppointmentStatus.BOOKED,
    )
    status_reason = models.CharField(max_length=300, blank=True)
    status_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=5, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_text = models.BooleanField(default=False, db_default=False)
    late_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    delay_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    delay_told_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="appointment_patient_in_one_place",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(
                    in_person=True, status__in=["booked", "arrived", "checked-in"]
                ),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]),
                name="appointment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(fold__in=[0, 1]), name="appointment_fold_is_0_or_1"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | Q(answer__in=["yes", "other", "no"], answered_at__isnull=False),
                name="appointment_answer_is_known_and_dated",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | ~Q(answer__in=["other", "no"]),
                name="appointment_confirmed_only_by_a_yes",
            ),
            models.CheckConstraint(
                condition=Q(delay_minutes=0, delay_told_at=None)
                | Q(delay_minutes__gt=0, delay_told_at__isnull=False),
                name="appointment_delay_told_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "local_on"], name="appointments_of_day"),
            models.Index(
                fields=["patient", "local_on"], name="appointments_of_patient"
            ),
            models.Index(fields=["subject"], name="appointments_of_subject"),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class AppointmentPhase(models.Model):
    """A phase as this very visit has it; kept by every later move."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="phases")
    phase = models.ForeignKey("scheduling.Phase", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    offset_minutes = models.PositiveSmallIntegerField()
    duration_minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "position"],
                name="appointment_phase_position_once",
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1),
                name="appointment_phase_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AppointmentMove(models.Model):
    """Changes of one move, so that it can be shown, and undone by moving back.

    `version` is the one the move made. Where only resources changed, the two periods
    are the same. `from_claims` are the reservations given up,
    `{"resource", "start", "end", "need"}` with instants in ISO 8601.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="moves")
    version = models.PositiveIntegerField()
    from_during = DateTimeRangeField()
    to_during = DateTimeRangeField()
    from_claims = models.JSONField()
    from_confirmed_at = models.DateTimeField(null=True, blank=True)
    from_status = models.CharField(
        max_length=20,
        choices=AppointmentStatus.choices,
        default=AppointmentStatus.BOOKED,
        db_default=AppointmentStatus.BOOKED,
    )
    reason = models.CharField(max_length=300, blank=True)
    moved_by = models.CharField(max_length=120)
    moved_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "version"], name="appointment_move_once"
            ),
        ]

    def __str__(self) -> str:
        return f"move {self.version} of appointment {self.appointment_id}"


class PhaseRecord(models.Model):
    """A phase as it really went, beside what was planned for it.

    Kept for the day's projection and for reports by visit type and phase; nothing
    is booked anew because of it. `ended_at` is empty while the phase goes on.
    """

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="phase_records"
    )
    phase = models.ForeignKey("scheduling.Phase", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    planned_start = models.DateTimeField()
    planned_end = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "position"], name="phase_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="phase_record_runs_forward",
            ),
        ]
        indexes = [models.Index(fields=["started_at"], name="phase_records_by_time")]

    def __str__(self) -> str:
        return f"phase {self.position} of appointment {self.appointment_id}"


class Hold(Agreed):
    """An opening kept aside until `expires_at`, for a patient or for a batch of offers.

    `plan` lists its phases as `{"phase": id, "name", "offset_minutes",
    "duration_minutes"}`, in order. `ended_as` is empty while it stands.
    """

    class End(models.TextChoices):
        BOOKED = "booked"
        RELEASED = "released"
        EXPIRED = "expired"

    patient = models.ForeignKey(
        "patients.Patient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
    )
    plan = models.JSONField()
    made_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=End.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_as="")
                | Q(
                    ended_at__isnull=False,
                    ended_as__in=["booked", "released", "expired"],
                ),
                name="hold_end_has_time_and_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(ended_at=None),
                name="holds_standing",
            ),
            models.Index(fields=["patient"], name="holds_of_patient"),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"
