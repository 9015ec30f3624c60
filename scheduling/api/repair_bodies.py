"""What the bodies about absences, conflicts and repair plans hold."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body, ListQuery
from scheduling.api.fields import Id, Start
from scheduling.models import Absence, RepairLine, RepairPlan


class NewAbsence(Body):
    resource = Id()
    start = Start()
    end = Start()
    kind = serializers.ChoiceField(choices=Absence.Kind.values, default="other")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class Version(Body):
    """The version seen by whoever asks; another one by now is 409 stale-version."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class EndAbsence(Version):
    until = Start(required=False, allow_null=True)


class ConflictsQuery(ListQuery):
    state = serializers.ChoiceField(choices=["open", "all"], default="open")


class KeepConflict(Body):
    reason = serializers.CharField(max_length=200)


class PlanVersion(Version):
    pass


class ChangeLine(Version):
    """`locked` alone locks or unlocks; `way` or `start` changes what is proposed."""

    locked = serializers.BooleanField(required=False)
    way = serializers.ChoiceField(required=False, choices=RepairLine.Way.values)
    start = Start(required=False)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        if len(attrs.keys() & {"locked", "way", "start"}) != 1:
            raise serializers.ValidationError({"way": "Send way, start or locked."})
        return attrs


class AbsenceAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    resource = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Absence.Kind.values)
    reason = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class AbsencePage(serializers.Serializer[Any]):
    results = AbsenceAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ConflictAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    appointment = serializers.UUIDField()
    patient = serializers.UUIDField()
    visit_type = serializers.CharField()
    start = serializers.DateTimeField()
    version = serializers.IntegerField()
    cause = serializers.CharField()
    detail = serializers.CharField()
    absence = serializers.UUIDField(allow_null=True)
    resource = serializers.IntegerField(allow_null=True)
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()
    reason = serializers.CharField()


class ConflictPage(serializers.Serializer[Any]):
    results = ConflictAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class OpenedAbsence(AbsenceAnswer):
    """`under_way` are visits whose patient is checked in: nobody can move them."""

    conflicts = ConflictAnswer(many=True)
    under_way = serializers.ListField(child=serializers.UUIDField())
    plan = serializers.UUIDField(allow_null=True)


class ClaimAnswer(serializers.Serializer[Any]):
    resource = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class LineAnswer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    turn = serializers.IntegerField(help_text="When it is carried out, from 1.")
    after = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Positions of the lines whose time it takes, carried out before.",
    )
    appointment = serializers.UUIDField()
    patient = serializers.UUIDField()
    conflict = serializers.IntegerField()
    agreed_start = serializers.DateTimeField()
    way = serializers.ChoiceField(choices=RepairLine.Way.values)
    start = serializers.DateTimeField(allow_null=True)
    reservations = ClaimAnswer(many=True)
    locked = serializers.BooleanField()
    state = serializers.ChoiceField(choices=RepairLine.State.values)
    detail = serializers.CharField()


class ProgressAnswer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    total = serializers.IntegerField()


class PlanAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    absence = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RepairPlan.State.values)
    method = serializers.ChoiceField(
        choices=RepairPlan.Method.values,
        help_text="exact: proven best; greedy: found one by one.",
    )
    version = serializers.IntegerField()
    progress = ProgressAnswer()
    undo_until = serializers.DateTimeField(allow_null=True)
    lines = LineAnswer(many=True)
