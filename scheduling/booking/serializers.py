"""Bodies, queries and answers of visits and holds over REST."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body, ListQuery
from scheduling.fields import FollowUpCode, Id, Start
from scheduling.openings.serializers import (
    BlockAnswer,
    Days,
    OpeningAnswer,
    ResourceRefAnswer,
    Varied,
)


class WithWhom(serializers.Serializer[Any]):
    """Clinicians, as the search for openings takes them."""

    clinician = Id(required=False, allow_null=True)
    prefer_clinicians = serializers.ListField(child=Id(), required=False, max_length=50)
    not_clinicians = serializers.ListField(child=Id(), required=False, max_length=50)


def with_whom(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "clinician": sent.get("clinician"),
        "prefer": frozenset(sent.get("prefer_clinicians", ())),
        "avoiding": frozenset(sent.get("not_clinicians", ())),
    }


class AppointmentsQuery(Days, ListQuery):
    patient = serializers.UUIDField(required=False)


def with_episode(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """A contact is one of an episode's."""
    if sent.get("follow_up") and not sent.get("episode"):
        fault = "Send the episode whose contact it is."
        raise serializers.ValidationError({"episode": fault})
    return sent


class NewAppointment(WithWhom, Varied):
    """Beside a `hold` the rest may be left out; what says otherwise is refused."""

    patient = serializers.UUIDField()
    visit_type = serializers.CharField(required=False, max_length=60)
    start = Start(required=False)
    episode = serializers.UUIDField(required=False, allow_null=True)
    follow_up = FollowUpCode(required=False)
    hold = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        if not attrs.get("hold") and not (attrs.get("visit_type") and "start" in attrs):
            fault = "Send visit_type and start, or a hold."
            raise serializers.ValidationError({"start": fault})
        return with_episode(attrs)


class NewHold(WithWhom, Varied):
    visit_type = serializers.CharField(max_length=60)
    start = Start()
    patient = serializers.UUIDField(required=False, allow_null=True)
    episode = serializers.UUIDField(required=False, allow_null=True)
    follow_up = FollowUpCode(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=2880)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_episode(attrs)


class Change(Body):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
    # Only a move changes it; the other acts take the start that the visit has.
    start = Start(required=False, allow_null=True)


class Move(Change):
    start = Start()


class Reassign(Body):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    avoiding = serializers.ListField(child=Id(), required=False, max_length=50)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class UndoMove(Body):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class Extend(Body):
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=2880)


class PreviewQuery(Body):
    start = Start()


class ReservationAnswer(serializers.Serializer[Any]):
    resource = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class AppointmentAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    visit_type = serializers.CharField()
    status = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    subject = serializers.CharField()
    targets = serializers.IntegerField()
    sedation = serializers.CharField(allow_null=True)
    image_guided_harvest = serializers.BooleanField()
    not_clinicians = serializers.ListField(child=serializers.IntegerField())
    confirmed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    revision = serializers.IntegerField()
    reservations = ReservationAnswer(many=True)


class ChangeAnswer(serializers.Serializer[Any]):
    """`from` and `to` are starts, or resources (null: none)."""

    what = serializers.ChoiceField(choices=["start", "resource"])
    phase = serializers.CharField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        before = serializers.JSONField(allow_null=True)
        after = serializers.JSONField(allow_null=True)
        return {**super().get_fields(), "from": before, "to": after}


class MovedAnswer(AppointmentAnswer):
    changes = ChangeAnswer(many=True)


class ReplacedAnswer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {
            "from": ResourceRefAnswer(allow_null=True),
            "to": ResourceRefAnswer(allow_null=True),
        }


class ChangedPhaseAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kept = ResourceRefAnswer(many=True)
    replaced = ReplacedAnswer(many=True)


class ReasonAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    lifts = serializers.CharField(allow_blank=True)


class PreviewAnswer(serializers.Serializer[Any]):
    """Changes the move would make, or why it cannot be made, and when it could."""

    possible = serializers.BooleanField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    changes = ChangeAnswer(many=True)
    phases = ChangedPhaseAnswer(many=True)
    reasons = ReasonAnswer(many=True)
    in_the_way = serializers.ListField(
        child=serializers.CharField(),
        help_text="What keeps the visit from starting then, in whole sentences.",
    )
    blocks = BlockAnswer(many=True)
    reason_needed = serializers.BooleanField(
        help_text="Whether the move has to say why: one of its times is near."
    )
    alternatives = OpeningAnswer(many=True)


class AppointmentPage(serializers.Serializer[Any]):
    results = AppointmentAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class HoldAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient = serializers.UUIDField(allow_null=True)
    visit_type = serializers.CharField()
    status = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    subject = serializers.CharField()
    targets = serializers.IntegerField()
    sedation = serializers.CharField(allow_null=True)
    image_guided_harvest = serializers.BooleanField()
    not_clinicians = serializers.ListField(child=serializers.IntegerField())
    expires_at = serializers.DateTimeField()
    made_by = serializers.CharField(
        help_text="By whom: staff, patient or job, and which, such as `staff:12`."
    )
    reservations = ReservationAnswer(many=True)


class HoldPage(serializers.Serializer[Any]):
    results = HoldAnswer(many=True)
    next = serializers.CharField(allow_null=True)
