"""REST of what patients say to us: the inbox, and what they want no more of."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import Body, ListQuery
from core.refusal import Refused
from notifications.domain import catalogue, inbox, replies
from notifications.models import InboundText, InboxAnswer
from notifications.selectors import inbox as reading
from notifications.selectors.opt_outs import among
from notifications.services import inbox as service
from notifications.services import opt_outs
from patients import selectors as patients

VOICE = "voice"


class TextsQuery(ListQuery):
    state = serializers.ChoiceField(
        choices=sorted(reading.TABS),
        default="open",
        help_text="open is unread or assigned.",
    )


class Nothing(Body):
    """A body without fields."""


class Assign(Body):
    user = serializers.IntegerField(
        required=False, help_text="Whoever asks, where it is left out."
    )


class WriteAnswer(Body):
    body = serializers.CharField(
        max_length=inbox.LONGEST_ANSWER,
        help_text="A text is not private: no findings and no advice.",
    )


class OptOutBody(Body):
    channel = serializers.ChoiceField(choices=catalogue.CHANNELS)
    scope = serializers.ChoiceField(
        choices=replies.SCOPES,
        default=replies.ALL,
        help_text="all, or what the messages are for.",
    )


class AnswerOfStaff(serializers.Serializer[Any]):
    body = serializers.CharField()
    written_at = serializers.DateTimeField()
    written_by = serializers.CharField()


class TextAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient = serializers.UUIDField(
        allow_null=True, help_text="null while nobody knows whose text it is."
    )
    sender = serializers.CharField()
    body = serializers.CharField()
    received_at = serializers.DateTimeField()
    meaning = serializers.ChoiceField(choices=replies.MEANINGS)
    tier = serializers.IntegerField(
        allow_null=True, help_text="Of warning signs in its words: 1 is an emergency."
    )
    appointment = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=inbox.STATES)
    assigned_to = serializers.IntegerField(allow_null=True)
    answers = AnswerOfStaff(many=True)


class TextPage(serializers.Serializer[Any]):
    results = TextAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class Stopped(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(choices=catalogue.CHANNELS)
    scope = serializers.ChoiceField(choices=replies.SCOPES)


class StoppedAnswer(serializers.Serializer[Any]):
    results = Stopped(many=True)


class TextList(Endpoint):
    """The texts that came in at the clinic, the latest first."""

    actions: ClassVar = {"GET": "inbox.read"}
    page_order = ("-created_at", "pk")
    query = TextsQuery

    @extend_schema(parameters=[TextsQuery], responses=TextPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        rows = reading.texts(self.clinic.pk, self.asked()["state"])
        page = self.page(rows.prefetch_related("answers"), document)
        seen = {row["patient"] for row in page["results"]} - {None}
        self.record_access(*sorted(seen), count=len(page["results"]), deliberate=False)
        return page


class TextDetail(Endpoint):
    actions: ClassVar = {"GET": "inbox.read"}

    @extend_schema(responses=TextAnswer)
    def get(self, request: ApiRequest, text_id: UUID) -> dict[str, Any]:
        return _shown(self, text_id)


class TextAssign(Endpoint):
    actions: ClassVar = {"POST": "inbox.write"}

    @extend_schema(request=Assign, responses=TextAnswer)
    def post(self, request: ApiRequest, text_id: UUID) -> dict[str, Any]:
        """Take the text on, or give it to somebody who works here."""
        sent = Assign.read(request.data)
        service.assign(
            text_id=text_id,
            clinic_id=self.clinic.pk,
            user_id=sent.get("user", self.membership.user_id),
            by=request.actor,
            now=request.now,
        )
        return _shown(self, text_id)


class TextReply(Endpoint):
    actions: ClassVar = {"POST": "inbox.write"}

    @extend_schema(request=WriteAnswer, responses=TextAnswer)
    def post(self, request: ApiRequest, text_id: UUID) -> dict[str, Any] | Refused:
        """Answer by a text; 409 where the number wants none."""
        made = service.answer(
            text_id=text_id,
            clinic_id=self.clinic.pk,
            body=WriteAnswer.read(request.data)["body"],
            by=request.actor,
            now=request.now,
        )
        shown = _shown(self, text_id)
        return made if isinstance(made, Refused) else shown


class TextClose(Endpoint):
    actions: ClassVar = {"POST": "inbox.write"}

    @extend_schema(request=Nothing, responses=TextAnswer)
    def post(self, request: ApiRequest, text_id: UUID) -> dict[str, Any]:
        """Say that nothing more is to be done about it."""
        Nothing.read(request.data)
        service.close(
            text_id=text_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        return _shown(self, text_id)


class TextUndo(Endpoint):
    actions: ClassVar = {"POST": "inbox.write"}

    @extend_schema(request=Nothing, responses=TextAnswer)
    def post(self, request: ApiRequest, text_id: UUID) -> dict[str, Any] | Refused:
        """Take the last step back; 409 once an answer has left."""
        Nothing.read(request.data)
        undone = service.undo(
            text_id=text_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        shown = _shown(self, text_id)
        return undone if isinstance(undone, Refused) else shown


class OptOuts(Endpoint):
    """Messages that a patient's number and address get no more of."""

    actions: ClassVar = {"GET": "patient.read", "POST": "opt_out.write"}

    @extend_schema(responses=StoppedAnswer)
    def get(self, request: ApiRequest, patient_id: UUID) -> dict[str, Any]:
        return _stopped(self, patient_id)

    @extend_schema(request=OptOutBody, responses=StoppedAnswer)
    def post(self, request: ApiRequest, patient_id: UUID) -> dict[str, Any]:
        """Write down a STOP that the patient said; it counts at once."""
        opt_outs.stop_for(
            patient_id=patient_id,
            clinic_id=self.clinic.pk,
            source=VOICE,
            **OptOutBody.read(request.data),
            by=request.actor,
            now=request.now,
        )
        return _stopped(self, patient_id)


class OptOutEnd(Endpoint):
    actions: ClassVar = {"POST": "opt_out.write"}

    @extend_schema(request=OptOutBody, responses=StoppedAnswer)
    def post(self, request: ApiRequest, patient_id: UUID) -> dict[str, Any]:
        """Write down that the patient wants them again; all ends every stop."""
        opt_outs.start_for(
            patient_id=patient_id,
            clinic_id=self.clinic.pk,
            source=VOICE,
            **OptOutBody.read(request.data),
            by=request.actor,
            now=request.now,
        )
        return _stopped(self, patient_id)


def _shown(endpoint: Endpoint, text_id: UUID) -> dict[str, Any]:
    found = reading.text(text_id, endpoint.clinic.pk)
    endpoint.record_access(*filter(None, [found.patient_id]), count=1)
    return document(found)


def document(text: InboundText) -> dict[str, Any]:
    """Return what REST tells about a text that came in."""
    return {
        "id": str(text.pk),
        "patient": str(text.patient_id) if text.patient_id else None,
        "sender": text.sender,
        "body": text.body,
        "received_at": text.received_at,
        "meaning": text.meaning,
        "tier": text.tier,
        "appointment": str(text.appointment_ref) if text.appointment_ref else None,
        "state": text.state,
        "assigned_to": text.assigned_to_id,
        "answers": [_said(one) for one in text.answers.all() if not one.withdrawn_at],
    }


def _said(answer: InboxAnswer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "written_at": answer.written_at,
        "written_by": answer.written_by,
    }


def _stopped(endpoint: Endpoint, patient_id: UUID) -> dict[str, Any]:
    patient = patients.patient(patient_id, endpoint.clinic.pk)
    endpoint.record_access(patient.pk)
    points = patients.contacts(patient)
    ended = among((channel, point.value) for channel, point in points.items())
    found = [
        {"channel": channel, "scope": scope}
        for channel, point in points.items()
        for scope in replies.SCOPES
        if scope in ended.get((channel, point.value), ())
    ]
    return {"results": found}


urlpatterns = [
    path("texts/", TextList.as_view(), name="texts"),
    path("texts/<uuid:text_id>/", TextDetail.as_view(), name="text"),
    path("texts/<uuid:text_id>/assign/", TextAssign.as_view(), name="text-assign"),
    path("texts/<uuid:text_id>/answer/", TextReply.as_view(), name="text-answer"),
    path("texts/<uuid:text_id>/close/", TextClose.as_view(), name="text-close"),
    path("texts/<uuid:text_id>/undo/", TextUndo.as_view(), name="text-undo"),
    path("patients/<uuid:patient_id>/opt-outs/", OptOuts.as_view(), name="opt-outs"),
    path(
        "patients/<uuid:patient_id>/opt-outs/end/",
        OptOutEnd.as_view(),
        name="opt-outs-end",
    ),
]
