"""Bodies of requests and answers about absences and conflicts."""

from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body, ListQuery
from scheduling.fields import Id, Start
from scheduling.models import Absence


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
