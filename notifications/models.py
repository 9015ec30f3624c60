"""The outbox: every message, every attempt to send it, and what came back."""

from django.db import models
from django.db.models import F, Q

from core.models import UuidModel
from notifications.domain import catalogue, inbox, replies, states


class Message(UuidModel):
    """One thing to tell one person, on one channel, once.

    The address is read when it is sent, never copied here. `body` is what the last
    attempt said, its link masked. `due_at`, `next_at`, `expires_at` and `sent_at`
    are domain time; `lease_until` and `not_before` are real time.
    `sent_at` is set by the gate and taken back where it is known that nothing left.
    What went to an address that turned out wrong counts as told to nobody.
    Whoever wrote an enquiry is no patient: its subject names it.
    """

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    task = models.ForeignKey(
        "patients.Task", models.PROTECT, null=True, blank=True, related_name="+"
    )
    link = models.ForeignKey(
        "patients.PatientLink", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # An answer to a text: it goes to the number the text came from.
    inbound = models.ForeignKey(
        "notifications.InboundText",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answered_by",
    )
    subject = models.CharField(max_length=100)
    revision = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=40)
    occurrence = models.CharField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=8)
    dedupe_key = models.CharField(max_length=240, unique=True)
    priority = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    template_version = models.PositiveSmallIntegerField()
    told_start = models.DateTimeField(null=True, blank=True)
    was_start = models.DateTimeField(null=True, blank=True)
    touchpoint = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        help_text="row of the table, with its version",
    )
    also = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="reminders of others that its text told",
    )
    misdirected_at = models.DateTimeField(
        null=True, blank=True, help_text="the address it went to was corrected then"
    )
    title = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=states.SCHEDULED)
    reason = models.CharField(max_length=40, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    uncounted = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="attempts that an outage used up"
    )
    doubts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="times that nobody could say if it left"
    )
    gate_faults = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="times that it could not be judged"
    )
    not_before = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True, default="")
    provider_message_id = models.CharField(max_length=120, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_state_is_known", condition=Q(state__in=states.STATES)
            ),
            models.CheckConstraint(
                name="message_channel_is_known",
                condition=Q(channel__in=catalogue.CHANNELS),
            ),
            models.CheckConstraint(
                name="message_expires_after_it_is_due",
                condition=Q(expires_at__gt=F("due_at")),
            ),
            models.CheckConstraint(
                name="message_has_one_recipient",
                condition=Q(user=None, patient__isnull=False)
                | Q(user__isnull=False, task__isnull=False)
                | Q(user=None, patient=None, subject__startswith="enquiry:")
                | Q(user=None, inbound__isnull=False)
                | Q(user__isnull=False, patient=None, subject__startswith="asked:"),
            ),
            models.CheckConstraint(
                name="message_lease_while_somebody_holds_it",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.UniqueConstraint(
                name="message_of_a_provider_once",
                fields=["provider", "provider_message_id"],
                condition=~Q(provider_message_id=""),
            ),
        ]
        indexes = [
            # Claim: the next due, urgent first.
            models.Index(
                name="message_to_claim",
                fields=["priority", "next_at"],
                condition=Q(state=states.SCHEDULED),
            ),
            # Sweep: leases that ran out.
            models.Index(
                name="message_leased",
                fields=["lease_until"],
                condition=Q(state__in=["claimed", "sending", "uncertain"]),
            ),
            # Planning and the gate: what the subject has been or will be told.
            models.Index(name="message_of_subject", fields=["subject"]),
            # The caps, and a patient's page.
            models.Index(name="message_of_patient", fields=["patient", "-due_at"]),
            # What one text told of several visits.
            models.Index(
                name="message_that_tells_several",
                fields=["patient"],
                condition=~Q(also=[]),
            ),
            models.Index(name="message_of_clinic", fields=["clinic", "-due_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} ({self.kind})"


class Asked(UuidModel):
    """Something somebody asked to be sent; the sender plans it at its next look.

    So whoever asks waits for nothing and learns nothing: it is kept just as fast for a
    user as for a stranger, who is neither a user nor a patient and is forgotten.
    `link` had ended; `opens` is the link sent for it, None if nothing is open any more.
    `text` names the words of a trial: kind, language and channel.
    """

    kind = models.CharField(max_length=40)
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, null=True, related_name="+"
    )
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, related_name="+"
    )
    user = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, related_name="+"
    )
    link = models.ForeignKey(
        "patients.PatientLink", models.PROTECT, null=True, related_name="+"
    )
    opens = models.ForeignKey(
        "patients.PatientLink", models.PROTECT, null=True, related_name="+"
    )
    text = models.CharField(max_length=60, blank=True, default="")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="asked_by_one_person_at_most",
                condition=Q(user=None) | Q(patient=None),
            ),
            models.CheckConstraint(
                name="asked_is_planned_for_somebody_somewhere",
                condition=Q(planned_at=None)
                | Q(clinic__isnull=False, user__isnull=False)
                | Q(clinic__isnull=False, patient__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="asked_to_plan",
                fields=["asked_at"],
                condition=Q(planned_at=None),
            ),
            models.Index(name="asked_of_patient", fields=["patient", "-asked_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} asked for {self.pk}"


class Attempt(models.Model):
    """Somebody was about to call a provider: written before the call, never changed."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    lease_token = models.UUIDField()
    provider = models.CharField(max_length=20)
    contact = models.ForeignKey(
        "patients.ContactPoint", models.PROTECT, null=True, related_name="+"
    )
    body = models.TextField()
    at = models.DateTimeField(help_text="domain time")
    started_at = models.DateTimeField(help_text="real time, under the lock")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="attempt_numbered_once", fields=["message", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of message {self.message_id}"


class AttemptOutcome(models.Model):
    """The provider's answer: written after the call, never changed.

    `is_applied` is False where the lease had passed to somebody else meanwhile.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        NOT_SENT = "not_sent"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="outcome")
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=60, blank=True, default="")
    provider_message_id = models.CharField(max_length=120, blank=True, default="")
    is_applied = models.BooleanField()
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attempt_outcome_is_known",
                condition=Q(outcome__in=["accepted", "not_sent", "refused", "unknown"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} for attempt {self.attempt_id}"


class ProviderEvent(models.Model):
    """An event that a provider sent by itself: an inbox, applied by the sweep.

    No address and no words are kept.
    """

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    message_ref = models.CharField(max_length=36, blank=True, default="")
    provider_message_id = models.CharField(
        max_length=120, blank=True, default="", db_default=""
    )
    type = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True, default="")
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="provider_event_once", fields=["provider", "event_id"]
            )
        ]
        indexes = [
            models.Index(
                name="provider_event_to_apply",
                fields=["received_at"],
                condition=Q(applied_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} from {self.provider}"


class ProviderState(models.Model):
    """The state of a provider, usable or paused; the row "all" speaks for every one.

    `blocked_until` is real time, as the provider asked for. After `failures` in a row
    it is down: `down_since` is set, and from `probe_at` (real time) on one message
    is let through to see. `tokens` are what its rate allows, as of `filled_at`.
    `weight_off` are the hundredths of its weight that failures took, as of
    `weight_off_at`: `domain.shares`.
    """

    ALL = "all"

    provider = models.CharField(max_length=20, primary_key=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=100, blank=True, default="")
    pause_reason = models.CharField(max_length=200, blank=True, default="")
    blocked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    down_since = models.DateTimeField(null=True, blank=True)
    down_reason = models.CharField(max_length=60, blank=True, default="", db_default="")
    probe_at = models.DateTimeField(null=True, blank=True)
    probes = models.PositiveSmallIntegerField(default=0, db_default=0)
    tokens = models.FloatField(null=True, blank=True)
    filled_at = models.DateTimeField(null=True, blank=True)
    weight_off = models.PositiveSmallIntegerField(default=0, db_default=0)
    weight_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="provider_keeps_a_tenth_of_its_weight",
                condition=Q(weight_off__lte=90),
            ),
            models.CheckConstraint(
                name="provider_paused_at_and_by_together",
                condition=Q(paused_at=None, paused_by="")
                | (Q(paused_at__isnull=False) & ~Q(paused_by="")),
            ),
            models.CheckConstraint(
                name="provider_that_is_down_is_probed",
                condition=Q(down_since=None, probe_at=None)
                | Q(down_since__isnull=False, probe_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.provider


class SendingInstance(models.Model):
    """The installation that may send from this database: one row.

    A copy restored elsewhere carries the original's name and therefore stays silent;
    so does one restored beside the original, which `database` tells ("" if unknown).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80)
    database = models.CharField(max_length=40, blank=True, default="", db_default="")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="sending_instance_is_one", condition=Q(id=1))
        ]

    def __str__(self) -> str:
        return self.name


class ClockReading(models.Model):
    """The database's clock beside the machine's ticks, at the sender's last look.

    One row for each time a machine has started: `ticks` (seconds since then) never
    jump, so a clock that did is told from time that went by.
    """

    boot_id = models.CharField(max_length=36, primary_key=True)
    at = models.DateTimeField()
    ticks = models.FloatField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} at {self.ticks:.0f} s"


class OptOut(models.Model):
    """An address that wants no more messages on a channel; kept as a keyed hash.

    `scope` is all of them, or one purpose: reminders, check-ins.
    """

    channel = models.CharField(max_length=8)
    address_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, default=replies.ALL, db_default="all")
    source = models.CharField(max_length=20)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="opt_out_stands_once_for_a_scope",
                fields=["channel", "address_hash", "scope"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="opt_out_scope_is_known", condition=Q(scope__in=replies.SCOPES)
            ),
        ]

    def __str__(self) -> str:
        return f"opt-out of {self.channel} since {self.since:%Y-%m-%d}"


class InboundText(UuidModel):
    """A text that somebody sent us: what it said, whose it is, what became of it.

    `body` is patient data and stays in this table: never logged, never mailed on.
    `patient` is None while nobody knows whose it is: a number we do not know, or one
    that several patients share. `answers_with` is the kind of the automatic answer,
    "" if there is none. `appointment_ref` is the visit it was about, if it was taken
    as a reply. `state_before` is what an undo goes back to.
    """

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, blank=True, related_name="+"
    )
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    sender = models.CharField(max_length=32)
    recipient = models.CharField(max_length=32, blank=True, default="")
    body = models.TextField(blank=True)
    received_at = models.DateTimeField(help_text="as the provider says")
    created_at = models.DateTimeField(help_text="domain time")
    meaning = models.CharField(max_length=10, default=replies.TEXT)
    language = models.CharField(max_length=2, blank=True, default="")
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    appointment_ref = models.UUIDField(null=True, blank=True)
    answers_with = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, default=inbox.UNREAD)
    state_before = models.CharField(max_length=8, blank=True, default="")
    assigned_to = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    state_at = models.DateTimeField()
    state_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="inbound_text_taken_in_once", fields=["provider", "event_id"]
            ),
            models.CheckConstraint(
                name="inbound_text_state_is_known",
                condition=Q(state__in=inbox.STATES),
            ),
            models.CheckConstraint(
                name="inbound_text_meaning_is_known",
                condition=Q(meaning__in=replies.MEANINGS),
            ),
            models.CheckConstraint(
                name="inbound_text_assigned_to_somebody",
                condition=~Q(state=inbox.ASSIGNED) | Q(assigned_to__isnull=False),
            ),
            models.CheckConstraint(
                name="inbound_text_unread_is_nobodys",
                condition=~Q(state=inbox.UNREAD) | Q(assigned_to=None),
            ),
            models.CheckConstraint(
                name="inbound_text_tier_is_one_to_three",
                condition=Q(tier=None) | Q(tier__range=(1, 3)),
            ),
        ]
        indexes = [
            # The list of a clinic by state, and the badge.
            models.Index(
                name="inbound_text_open",
                fields=["clinic", "state", "-created_at"],
            ),
            models.Index(
                name="inbound_text_of_sender", fields=["sender", "created_at"]
            ),
            models.Index(
                name="inbound_text_of_patient", fields=["patient", "created_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"inbound text {self.pk} ({self.meaning})"


class InboxAnswer(UuidModel):
    """An answer of staff to an inbound text; sent through the outbox, never changed."""

    text = models.ForeignKey(InboundText, models.PROTECT, related_name="answers")
    body = models.CharField(max_length=inbox.LONGEST_ANSWER)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=100)
    # Taken back before it left.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="inbox_answer_says_something", condition=Q(body__regex=r"\S")
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to {self.text_id}"


class TemplateReview(models.Model):
    """Somebody at the clinic has read a language's texts and lets them be sent."""

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    version = models.PositiveSmallIntegerField()
    reviewed_by = models.CharField(max_length=100)
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="template_reviewed_once", fields=["clinic", "language", "version"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.language} v{self.version} at clinic {self.clinic_id}"


class PlannedCall(models.Model):
    """A telephone call asked for because no message could be in time, once."""

    dedupe_key = models.CharField(max_length=240, unique=True)
    subject = models.CharField(max_length=100)
    reason = models.CharField(max_length=20)
    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+")
    task = models.ForeignKey("patients.Task", models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(name="planned_call_of_subject", fields=["subject"])]

    def __str__(self) -> str:
        return self.dedupe_key


class MailboxItem(models.Model):
    """A message received on channel "file", the provider of demos and tests.

    This is the recipient's own mailbox, so the link is readable here and nowhere else.
    """

    message_ref = models.UUIDField(unique=True)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, related_name="+"
    )
    user = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, related_name="+"
    )
    channel = models.CharField(max_length=8)
    address = models.CharField(max_length=254)
    title = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="mailbox_newest_first", fields=["clinic", "-received_at"])
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.received_at:%Y-%m-%d %H:%M}"
