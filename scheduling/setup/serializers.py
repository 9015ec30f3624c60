"""Request and answer bodies about hours, closed days and resources."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body
from scheduling.fields import DAYS, Day, Id
from scheduling.models import ScheduleException
from scheduling.openings.serializers import ResourceAnswer


class Stretch(serializers.ListField):
    """Start and end, such as ["08:00", "12:00"]; an end of 00:00 is midnight."""

    child = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)


class Week(serializers.DictField):
    """The stretches of each day by its name; a day left out is closed."""

    child = serializers.ListField(child=Stretch(), max_length=12)

    def to_internal_value(self, data: Any) -> Any:
        sent = super().to_internal_value(data)
        unknown = sorted(set(sent) - set(DAYS))
        if unknown:
            fault = f"Name days as {', '.join(DAYS)}."
            raise serializers.ValidationError({day[:10]: fault for day in unknown})
        return {DAYS.index(d): [tuple(s) for s in some] for d, some in sent.items()}


class HoursQuery(Body):
    resource = Id(required=False)


class SetHours(Body):
    resource = Id(required=False, allow_null=True)
    weekdays = Week()


class NewException(Body):
    """Without times it is the whole day; without a resource, the whole clinic."""

    kind = serializers.ChoiceField(choices=ScheduleException.Kind.values)
    applies_on = Day()
    local_start = serializers.TimeField(required=False, allow_null=True)
    local_end = serializers.TimeField(required=False, allow_null=True)
    resource = Id(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        if attrs["kind"] == "extra" and attrs.get("local_start") is None:
            fault = "Say from when to when it is open besides its hours."
            raise serializers.ValidationError({"local_start": fault})
        return attrs


class NewResource(Body):
    kind = serializers.RegexField(
        r"^[a-z][a-z0-9_]{0,39}$",
        error_messages={"invalid": "Name a kind as procedure_room."},
    )
    name = serializers.CharField(max_length=120)
    capabilities = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=40
    )


class EffectAnswer(serializers.Serializer[Any]):
    """Numbers of visits that newly need a decision, no longer do, and wait for one."""

    opened = serializers.IntegerField()
    settled = serializers.IntegerField()
    waiting = serializers.IntegerField()


class Affected(serializers.Serializer[Any]):
    conflicts = EffectAnswer()


class HoursAnswer(serializers.Serializer[Any]):
    resource = serializers.IntegerField(allow_null=True)
    weekdays = serializers.DictField(
        child=serializers.ListField(
            child=serializers.ListField(child=serializers.CharField())
        )
    )


class HoursSet(HoursAnswer, Affected):
    pass


class ExceptionAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    resource = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(choices=ScheduleException.Kind.values)
    applies_on = serializers.DateField()
    local_start = serializers.CharField(allow_null=True)
    local_end = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class ExceptionPage(serializers.Serializer[Any]):
    results = ExceptionAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ExceptionMade(ExceptionAnswer, Affected):
    pass


class Retired(ResourceAnswer, Affected):
    pass
