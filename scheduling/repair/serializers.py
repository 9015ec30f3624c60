"""Bodies and answers about repair plans."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from scheduling.absences.serializers import Version
from scheduling.fields import Start
from scheduling.models import RepairLine, RepairPlan


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
    state = serializers.ChoiceField(
        choices=RepairPlan.State.values,
        help_text="planning: a worker is making it; ask again until it is proposed.",
    )
    stage = serializers.CharField(help_text="How far a plan is that is being made.")
    method = serializers.ChoiceField(
        choices=["", *RepairPlan.Method.values],
        help_text=(
            "exact: proven best; found: the best found within the limit; greedy: made "
            "one by one; by-hand: changed since. Empty while it is made."
        ),
    )
    because = serializers.ChoiceField(
        choices=["", *RepairPlan.Because.values],
        help_text="Why it was made one by one.",
    )
    version = serializers.IntegerField()
    progress = ProgressAnswer()
    undo_until = serializers.DateTimeField(allow_null=True)
    lines = LineAnswer(many=True)
