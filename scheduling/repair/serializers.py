"""Bodies and answers about repair plans."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers

from scheduling.api.fields import Start
from scheduling.api.repair_bodies import Version
from scheduling.models import RepairLine, RepairPlan
from scheduling.repair import selectors


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


def plan_json(plan: RepairPlan) -> dict[str, Any]:
    """A plan with its lines, and how far it is."""
    zone = ZoneInfo(plan.absence.resource.clinic.time_zone)
    progress = selectors.progress(plan)
    return {
        "id": str(plan.pk),
        "absence": str(plan.absence_id),
        "state": plan.state,
        "stage": plan.stage,
        "method": plan.method,
        "because": plan.because,
        "version": plan.version,
        "progress": {
            "done": progress.done,
            "failed": progress.failed,
            "total": progress.total,
        },
        "undo_until": _iso(selectors.undo_until(plan), zone),
        "lines": [line_json(line, zone) for line in selectors.lines(plan)],
    }


def line_json(line: RepairLine, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "position": line.position,
        "turn": line.turn,
        "after": line.after,
        "appointment": str(line.appointment_id),
        "patient": str(line.appointment.patient_id),
        "conflict": line.conflict_id,
        "agreed_start": _iso(line.appointment.start, zone),
        "way": line.way,
        "start": _iso(line.start, zone),
        "reservations": [
            {"resource": c["resource"], "start": c["start"], "end": c["end"]}
            for c in line.claims
        ],
        "locked": line.locked,
        "state": line.state,
        "detail": line.detail,
    }


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None
