"""Request and answer bodies of the waiting list."""

from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body, ListQuery
from scheduling.booking.serializers import with_episode
from scheduling.fields import Day, FollowUpCode, Id, Start, Weekdays
from scheduling.openings.serializers import Varied
from scheduling.waitlist.offers import LARGEST_BATCH


class EntriesQuery(ListQuery):
    patient = serializers.UUIDField(required=False)
    closed = serializers.BooleanField(default=False)


class FreedQuery(ListQuery):
    handled = serializers.BooleanField(default=False)


class NewEntry(Varied):
    """`appointment` is a booked visit that shall come sooner; else a `visit_type`."""

    patient = serializers.UUIDField()
    visit_type = serializers.CharField(required=False, max_length=60)
    appointment = serializers.UUIDField(required=False, allow_null=True)
    episode = serializers.UUIDField(required=False, allow_null=True)
    follow_up = FollowUpCode(required=False)
    weekdays = Weekdays(required=False)
    earliest = serializers.TimeField(required=False)
    latest = serializers.TimeField(required=False)
    clinicians = serializers.ListField(child=Id(), required=False, max_length=50)
    not_clinicians = serializers.ListField(child=Id(), required=False, max_length=50)
    minimum_notice_hours = serializers.IntegerField(
        required=False, min_value=0, max_value=90 * 24
    )
    valid_from = Day(required=False)
    valid_to = Day(required=False)

    def validate(self, attrs: Any) -> Any:
        if not attrs.get("appointment") and not attrs.get("visit_type"):
            fault = "Send visit_type, or the appointment that shall come sooner."
            raise serializers.ValidationError({"visit_type": fault})
        return with_episode(attrs)


class Withdrawal(Body):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class NewOffer(Body):
    """Without `entries` it goes to the first `batch` who fit."""

    entries = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LARGEST_BATCH
    )
    minutes = serializers.IntegerField(
        required=False, min_value=5, max_value=7 * 24 * 60
    )
    batch = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_BATCH
    )


class NewOfferAt(NewOffer):
    visit_type = serializers.CharField(max_length=60)
    start = Start()


class Nothing(Body):
    """An act that needs no words."""


class EntryAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    visit_type = serializers.CharField()
    appointment = serializers.UUIDField(allow_null=True)
    subject = serializers.CharField()
    targets = serializers.IntegerField()
    sedation = serializers.CharField(allow_null=True)
    image_guided_harvest = serializers.BooleanField()
    weekdays = serializers.ListField(child=serializers.CharField())
    earliest = serializers.CharField(allow_null=True)
    latest = serializers.CharField(allow_null=True)
    clinicians = serializers.ListField(child=serializers.IntegerField())
    not_clinicians = serializers.ListField(child=serializers.IntegerField())
    minimum_notice_hours = serializers.FloatField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    waiting_since = serializers.DateTimeField()
    last_offered_at = serializers.DateTimeField(allow_null=True)
    status = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)


class EntryPage(serializers.Serializer[Any]):
    results = EntryAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class OfferAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    entry = serializers.UUIDField()
    patient = serializers.UUIDField()
    hold = serializers.UUIDField()
    freed_opening = serializers.UUIDField(allow_null=True)
    visit_type = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    status = serializers.CharField()
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    appointment = serializers.UUIDField(allow_null=True)


class OfferPage(serializers.Serializer[Any]):
    results = OfferAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class HistoryAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()


class EntryWithHistoryAnswer(EntryAnswer):
    offers = OfferAnswer(many=True)
    history = HistoryAnswer(many=True)


class FreedAnswer(serializers.Serializer[Any]):
    """`appointment` and `patient` are whose time it was. Before `undo_until` it is
    not offered: the move that freed it may still be undone."""

    id = serializers.UUIDField()
    appointment = serializers.UUIDField()
    patient = serializers.UUIDField()
    visit_type = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    freed_by = serializers.CharField()
    freed_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField(allow_null=True)
    status = serializers.CharField()
    held = serializers.BooleanField(
        allow_null=True,
        help_text="Held for somebody at present; null where it was not looked for.",
    )
    handled_at = serializers.DateTimeField(allow_null=True)


class FreedPage(serializers.Serializer[Any]):
    results = FreedAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class UnfitAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class MatchAnswer(EntryAnswer):
    reasons = UnfitAnswer(many=True, help_text="Why not; empty for those who fit.")


class MatchesAnswer(serializers.Serializer[Any]):
    fitting = MatchAnswer(many=True, help_text="In the order in which they are asked.")
    others = MatchAnswer(many=True)
    why_nobody = serializers.CharField()


class BatchAnswer(serializers.Serializer[Any]):
    hold = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="Then its offers are closed, one after the other."
    )
    offers = OfferAnswer(many=True)


class AcceptedAnswer(serializers.Serializer[Any]):
    offer = serializers.UUIDField()
    appointment = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    version = serializers.IntegerField()
