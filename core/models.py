"""Tables of the plumbing: journal, failed reactions, idempotency keys, clock."""

import uuid

from django.db import models
from django.db.models import Q


class UuidModel(models.Model):
    """Base of everything that belongs to a patient: an id nobody can guess."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class ChainHead(models.Model):
    """The last link of each journal stream; written by the trigger alone."""

    stream = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq}"


class JournalEntry(models.Model):
    """Entry of what was done: inserted, never changed.

    `seq`, `recorded_at` and the hashes are set by the database, whatever is sent.
    """

    id = models.BigAutoField(primary_key=True)
    stream = models.TextField()
    seq = models.BigIntegerField(default=0)
    name = models.TextField()
    actor = models.TextField()
    actor_name = models.TextField(blank=True)
    actor_role = models.TextField(blank=True)
    clinic_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    payload = models.TextField()
    prev_hash = models.BinaryField(default=b"")
    hash = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "seq"], name="journal_stream_is_a_sequence"
            ),
        ]
        indexes = [models.Index(fields=["clinic_id", "-id"], name="journal_by_clinic")]

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq} {self.name}"


class FailedReaction(models.Model):
    """A subscriber that failed: which, why and where; no values, only ids."""

    id = models.BigAutoField(primary_key=True)
    event = models.TextField()
    fields = models.JSONField()
    subscriber = models.TextField()
    error = models.TextField()
    place = models.TextField()
    failed_at = models.DateTimeField()
    attempts = models.IntegerField(default=1)
    retried_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="reaction_unresolved", condition=Q(resolved_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} on {self.event}"


class IdempotencyKey(models.Model):
    """One answered request: the same key again gives the same answer."""

    id = models.BigAutoField(primary_key=True)
    actor = models.TextField()
    # The same person at another clinic is another caller, with keys of their own.
    clinic_id = models.BigIntegerField(null=True)
    key = models.TextField()
    target = models.TextField()
    request_hash = models.TextField()
    status = models.IntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "clinic_id", "key"],
                name="idempotency_key_used_once_by_actor_at_clinic",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.actor} {self.target}"


class ClockOffset(models.Model):
    """Distance of domain time from real time; at most one row, in a demo only."""

    id = models.IntegerField(primary_key=True, default=1)
    shift = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="clock_has_one_offset")
        ]

    def __str__(self) -> str:
        return str(self.shift)
