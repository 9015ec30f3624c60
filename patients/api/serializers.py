"""Serializers of requests and responses."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinics.web.serializers import Body, ListQuery
from patients.selectors import TASK_STATES

LARGEST_ID = 2**63 - 1
ONE_NAME = "One of the two names is enough."


class Instant(serializers.DateTimeField):
    """A date and time with its offset: without one, nobody knows when it was."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            fault = "Give the offset, too, such as 2026-11-22T09:30:00-06:00."
            raise serializers.ValidationError(fault)
        return value


@extend_schema_field(str)
class Typed(serializers.Field[str, Any, str, Any]):
    """Whatever was typed into a search; what nobody is called finds nobody."""

    def to_internal_value(self, data: Any) -> str:
        return str(data)


class PatientsQuery(ListQuery):
    q = Typed(
        required=False,
        help_text="Name, birth date, MRN, e-mail, phone or its last digits.",
    )


class TasksQuery(ListQuery):
    state = serializers.ChoiceField(
        choices=TASK_STATES,
        default="open",
        help_text="open (all not done, the default), acknowledged, late, done, all.",
    )


class NewPatient(Body):
    """Lengths and meaning are checked by the service, in words."""

    given_name = serializers.CharField(
        required=False, allow_blank=True, default="", help_text=ONE_NAME
    )
    family_name = serializers.CharField(
        required=False, allow_blank=True, default="", help_text=ONE_NAME
    )
    birth_date = serializers.DateField()
    phone = serializers.CharField(required=False, allow_blank=True)
    email = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(required=False)
    sms_consent = serializers.BooleanField(required=False)
    email_consent = serializers.BooleanField(required=False)
    mrn = serializers.CharField(required=False, allow_blank=True)
    biological_sex = serializers.CharField(required=False)
    sexual_development_disorder = serializers.CharField(
        required=False, allow_blank=True
    )
    time_zone = serializers.CharField(required=False, allow_blank=True)


class PatientChanges(Body):
    version = serializers.IntegerField()
    given_name = serializers.CharField(required=False, allow_blank=True)
    family_name = serializers.CharField(required=False, allow_blank=True)
    birth_date = serializers.DateField(required=False)
    phone = serializers.CharField(required=False, allow_blank=True)
    email = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(required=False)
    sms_consent = serializers.BooleanField(required=False)
    email_consent = serializers.BooleanField(required=False)
    biological_sex = serializers.CharField(required=False)
    sexual_development_disorder = serializers.CharField(
        required=False, allow_blank=True
    )
    time_zone = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True)


class Closing(Body):
    outcome = serializers.CharField(required=False, allow_blank=True)
    contacted_at = Instant(required=False)
    clinician = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID
    )


class NewDeparture(Body):
    """`kind` is "deceased" or "do_not_contact"; `source` says who told or asked."""

    kind = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    died_on = serializers.DateField(required=False, allow_null=True)


class TakingBack(Body):
    reason = serializers.CharField(allow_blank=True)


class DepartureAnswer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    kind = serializers.CharField()
    died_on = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()
    taken_back_at = serializers.DateTimeField(allow_null=True)
    taken_back_reason = serializers.CharField()


class Nothing(Body):
    """No field: the address says it all."""


class PatientAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    mrn = serializers.CharField()
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    birth_date = serializers.DateField()
    biological_sex = serializers.CharField()
    sexual_development_disorder = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    phone = serializers.CharField()
    phone_remark = serializers.CharField(
        help_text="Something to check in the number, in words; empty if nothing is."
    )
    email = serializers.CharField()
    sms_consent = serializers.BooleanField()
    email_consent = serializers.BooleanField()
    duplicate_of = serializers.UUIDField(allow_null=True)
    standing = serializers.CharField(
        help_text='"deceased", "do_not_contact", or empty: the patient may be told.'
    )
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class PatientRow(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    mrn = serializers.CharField()
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    birth_date = serializers.DateField()
    language = serializers.CharField()
    version = serializers.IntegerField()


class PatientPage(serializers.Serializer[Any]):
    results = PatientRow(many=True)
    next = serializers.CharField(allow_null=True)


class TaskNoteAnswer(serializers.Serializer[Any]):
    text = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()


class TaskAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    text = serializers.CharField()
    subject = serializers.CharField()
    patient = serializers.UUIDField(allow_null=True)
    owner_role = serializers.CharField()
    owner = serializers.IntegerField(allow_null=True)
    tier = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    late_at = serializers.DateTimeField()
    escalate_at = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField()
    clinician = serializers.IntegerField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = serializers.CharField()
    notes = TaskNoteAnswer(
        many=True, help_text="What became known later, for those who may read it."
    )


class TaskPage(serializers.Serializer[Any]):
    results = TaskAnswer(many=True)
    next = serializers.CharField(allow_null=True)
