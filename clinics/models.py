"""Clinics, the people who work there, how they sign in, and who looked at whom."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from clinics.domain import roles

E164 = RegexValidator(r"^\+[1-9][0-9]{6,14}$", "Give the number as +17135550100.")


class Clinic(models.Model):
    """One site: its own clock, its own patients, its own rules of thumb."""

    class SeverePolicy(models.TextChoices):
        HARD = "hard", "Refuse severe disease"
        OVERRIDE = "override", "Allow it with a signed override"

    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=40)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64)
    phone = models.CharField(max_length=16, blank=True, validators=[E164])
    address = models.TextField(blank=True)
    # Answers to its mail go there; without it patients are asked not to reply.
    email = models.EmailField(max_length=254, blank=True, default="", db_default="")
    approval_valid_days = models.PositiveSmallIntegerField(default=180)
    consent_valid_days = models.PositiveSmallIntegerField(default=90)
    product_limit_minutes = models.PositiveSmallIntegerField(default=240)
    time_out_valid_minutes = models.PositiveSmallIntegerField(default=15)
    # What is entered later than this after it happened needs a reason.
    late_entry_minutes = models.PositiveSmallIntegerField(default=30, db_default=30)
    severe_policy = models.CharField(
        max_length=8, choices=SeverePolicy, default=SeverePolicy.HARD
    )
    # Public holidays on which the clinic is closed: "US", "US-TX", or none.
    holiday_calendar = models.CharField(max_length=10, blank=True, db_default="")
    # How a freed opening is offered: to how many at once, for how long, and whether
    # without anybody pressing a button.
    offer_batch_size = models.PositiveSmallIntegerField(default=3, db_default=3)
    offer_valid_minutes = models.PositiveSmallIntegerField(default=240, db_default=240)
    offers_by_itself = models.BooleanField(default=False, db_default=False)
    # Whether patients are asked how they are every year, until the fifth.
    yearly_rounds = models.BooleanField(default=False, db_default=False)
    # Whether messages leave this clinic at all; planning goes on either way.
    sends_on = models.BooleanField(default=True)
    # The number that patients' texts come to; empty: the telephone's.
    text_number = models.CharField(
        max_length=16, blank=True, default="", db_default="", validators=[E164]
    )
    # Whether a coordinator may tell waiting patients that the clinic runs late.
    tells_delays = models.BooleanField(default=False, db_default=False)
    next_mrn = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="clinic_periods_are_positive",
                condition=Q(approval_valid_days__gt=0)
                & Q(consent_valid_days__gt=0)
                & Q(product_limit_minutes__gt=0)
                & Q(time_out_valid_minutes__gt=0)
                & Q(late_entry_minutes__gt=0)
                & Q(offer_batch_size__gt=0)
                & Q(offer_valid_minutes__gt=0),
            ),
            # A clinic may ask for fresher ones, never for older (INV-09).
            models.CheckConstraint(
                name="clinic_time_outs_are_fresh",
                condition=Q(time_out_valid_minutes__lte=15),
            ),
            models.CheckConstraint(
                name="clinic_severe_policy_is_known",
                condition=Q(severe_policy__in=["hard", "override"]),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A member of staff. The e-mail address is the name they sign in with.

    Whether somebody is let in is `is_active`; what they may do is their
    Membership and the policy table, so there are no groups or flags here.
    """

    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=16, blank=True, validators=[E164])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    deactivated_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_email_is_lower_case", condition=Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="user_inactive_since_is_known",
                condition=Q(is_active=True, deactivated_at=None)
                | Q(is_active=False, deactivated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class Membership(models.Model):
    """Role of one person at one clinic."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships")
    role = models.CharField(
        max_length=20,
        choices=[(role, roles.LABELS[role]) for role in roles.STAFF_ROLES],
    )
    # Set: the person no longer works here. The row stays, as what they signed does.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="membership_once_per_clinic", fields=["user", "clinic"]
            ),
            models.CheckConstraint(
                name="membership_role_is_known",
                condition=Q(role__in=roles.STAFF_ROLES),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} at clinic {self.clinic_id}"


class OnCall(models.Model):
    """One place in a clinic's on-call list; position 1 is paged first."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="on_call")
    user = models.ForeignKey(User, models.PROTECT, related_name="on_call")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="on_call_position_once",
                fields=["clinic", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                name="on_call_person_once", fields=["clinic", "user"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} at clinic {self.clinic_id}"


class ApiKey(models.Model):
    """A bearer key for one Membership. The key itself is never stored."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.prefix


class StaffSession(AbstractBaseSession):
    """A signed-in browser. The user's id makes it possible to end all of theirs."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")


class WrongAttempts(models.Model):
    """Wrong passwords, codes and keys in a row: for one account, from one place.

    Both are keyed hashes: what somebody typed as their address may be their password.
    """

    account_hash = models.CharField(max_length=64)
    place_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="wrong_attempts_once_per_place",
                fields=["account_hash", "place_hash"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.failures} from a {self.kind}"


class AccessLogEntry(models.Model):
    """One page or API answer that showed patient data: append-only.

    `patient_ids` holds at most 50 ids; `count` is how many patients were shown.
    `deliberate` tells opening one patient from meeting a name in a list.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    role = models.CharField(max_length=20, blank=True)
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, related_name="+")
    patient_ids = ArrayField(models.CharField(max_length=36), default=list)
    count = models.PositiveIntegerField()
    view = models.CharField(max_length=120)
    deliberate = models.BooleanField()
    request_id = models.CharField(max_length=36)

    class Meta:
        indexes: ClassVar = [
            models.Index(name="access_log_by_clinic", fields=["clinic", "-at"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="access_log_lists_at_most_50_ids",
                condition=Q(patient_ids__len__lte=50),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view} by {self.actor}"
