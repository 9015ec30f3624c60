"""Queries for openings over REST, and their answers."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from clinics.web.serializers import Body
from scheduling.fields import Day, Id, Ids, Weekdays
from scheduling.visit_types.variation import MOST_TARGETS, SEDATIONS, Variation


class Days(Body):
    """`from` and `to`: the first and the last local day."""

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of Python's.
        first = Day(required=False)
        last = Day(required=False)
        return {**super().get_fields(), "from": first, "to": last}


class Varied(Body):
    """Variation of the visit type; whatever is left out is as the type has it."""

    targets = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_TARGETS
    )
    sedation = serializers.ChoiceField(required=False, choices=SEDATIONS)
    image_guided_harvest = serializers.BooleanField(required=False)


def variation(sent: Mapping[str, Any]) -> Variation:
    return Variation.from_data(sent)


class OpeningsQuery(Days, Varied):
    visit_type = serializers.CharField(max_length=60)
    patient = serializers.UUIDField(required=False)
    clinician = Id(required=False)
    earliest = serializers.TimeField(required=False)
    latest = serializers.TimeField(required=False)
    weekdays = Weekdays(required=False)
    prefer_clinicians = Ids(required=False, max_length=400)
    not_clinicians = Ids(required=False, max_length=400)
    order = serializers.ChoiceField(
        choices=["earliest", "tightest"], default="earliest"
    )
    limit = serializers.IntegerField(min_value=1, max_value=500, default=20)
    step = serializers.IntegerField(min_value=5, max_value=240, default=5)
    explain = serializers.BooleanField(
        default=False,
        help_text="Also say why days have no opening, and what would yield one.",
    )

    def validate_step(self, value: int) -> int:
        if value % 5:
            raise serializers.ValidationError("Starts are multiples of 5 minutes.")
        return value


class ResourceAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    capabilities = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()


class ResourcePage(serializers.Serializer[Any]):
    results = ResourceAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class NeedAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    same_as = serializers.IntegerField(
        allow_null=True, help_text="The need whose very resources this one takes."
    )
    kinds = serializers.ListField(child=serializers.CharField())
    capabilities = serializers.ListField(child=serializers.CharField())
    count = serializers.IntegerField()
    only_if = serializers.CharField(
        allow_null=True, help_text="Needed only by visits that ask for this."
    )
    buffer_before_minutes = serializers.IntegerField()
    buffer_after_minutes = serializers.IntegerField()


class PhaseAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    offset_minutes = serializers.IntegerField()
    duration_minutes = serializers.IntegerField()
    min_duration_minutes = serializers.IntegerField()
    max_duration_minutes = serializers.IntegerField()
    minutes_per_target = serializers.IntegerField(
        help_text="Each target after the first takes so much longer."
    )
    sedation_minutes = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="How long the phase lasts instead, by sedation.",
    )
    needs = NeedAnswer(many=True)


class VisitTypeAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    in_person = serializers.BooleanField()
    requires_decision = serializers.BooleanField()
    minimum_lead_minutes = serializers.IntegerField()
    phases = PhaseAnswer(many=True)


class VisitTypePage(serializers.Serializer[Any]):
    results = VisitTypeAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ResourceRefAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()


class OpeningPhaseAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    resources = ResourceRefAnswer(many=True)


class OpeningAnswer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    phases = OpeningPhaseAnswer(many=True)
    why = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why it ranks where it does: preferences, and gaps it leaves.",
    )


class BlockAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    resource = ResourceRefAnswer(allow_null=True)
    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)


class RejectedAnswer(serializers.Serializer[Any]):
    date = serializers.DateField()
    code = serializers.CharField()
    reason = serializers.CharField()
    need = serializers.CharField()
    resource = ResourceRefAnswer(allow_null=True)
    start = serializers.DateTimeField(
        allow_null=True, help_text="The start there would be without the blocks."
    )
    blocks = BlockAnswer(many=True)


class RelaxationAnswer(serializers.Serializer[Any]):
    code = serializers.CharField(
        help_text="`any-clinician`, `nobody-excluded`, `any-time`, `any-weekday` or "
        "`any-wish`, alone or with `-later` or `-other-days`; `earlier`, `later` or "
        "`other-days`; besides these, `freed`: something would have to be gone."
    )
    text = serializers.CharField()
    change = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        help_text="Parameters of this query to change; null leaves one out.",
    )
    first = OpeningAnswer()


class OpeningsAnswer(serializers.Serializer[Any]):
    openings = OpeningAnswer(many=True)
    # Only with `explain=1`.
    rejected = RejectedAnswer(many=True, required=False)
    relaxations = RelaxationAnswer(many=True, required=False)
