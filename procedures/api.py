"""REST of episodes: open, read, and every act on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import Body, ListQuery
from core.problems import FieldError, Invalid
from core.refusal import Refused
from procedures.acts import dispatch, understood
from procedures.acts.registry import SCHEMAS
from procedures.episodes import documents
from procedures.episodes import selectors as episodes
from procedures.episodes.services import open_episode
from procedures.fields.json_schema import body as act_body
from procedures.fields.schema import InvalidData
from procedures.follow_up import contacts
from procedures.follow_up.timing import SETTLED, WAITING
from procedures.models import Episode
from procedures.products.api import Kits

ACT_NAMES = [act.replace("_", "-") for act in SCHEMAS]
ENVELOPE = frozenset(
    {"version", "occurred_at", "late_reason", "signature", "second_person"}
)


class EpisodesQuery(ListQuery):
    patient = serializers.CharField(required=False, allow_blank=True)
    stage = serializers.CharField(required=False, allow_blank=True)


class EpisodeList(Endpoint):
    """GET ?patient=&stage= · POST {patient, targets}, as `open_episode` takes them."""

    actions = {"GET": "episode.read", "POST": "episode.open"}
    page_order = ("-stage_at", "pk")
    query = EpisodesQuery

    @extend_schema(parameters=[EpisodesQuery])
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = self.asked()
        clinical = episodes.sees_clinical(request.actor.role)
        rows = episodes.of_clinic(
            self.clinic.pk,
            patient_id=_uuid(asked.get("patient", ""), "patient"),
            stage=asked.get("stage", ""),
        )
        page = self.page(rows, lambda e: documents.summary(e, clinical=clinical))
        self.record_access(
            *{line["patient"] for line in page["results"]}, deliberate=False
        )
        return page

    def post(self, request: ApiRequest) -> Any:
        body = _body(request)
        patient_id = _uuid(str(body.get("patient", "")), "patient", required=True)
        assert patient_id is not None
        with _Pointers():
            episode = open_episode(
                patient_id=patient_id,
                clinic_id=self.clinic.pk,
                targets=_rows(body.get("targets")),
                by=request.actor,
                now=request.now,
            )
        return self.created(_shown(self, request, episode))


class EpisodeDetail(Endpoint):
    """GET: stage, flags, readiness, visits, next acts; clinical content by role."""

    actions = {"GET": "episode.read"}

    def get(self, request: ApiRequest, episode_id: UUID) -> dict[str, Any]:
        return _shown(self, request, self.find(Episode.objects.all(), pk=episode_id))


class EpisodeTimeline(Endpoint):
    """GET: what was done, oldest first."""

    actions = {"GET": "episode.read"}

    def get(self, request: ApiRequest, episode_id: UUID) -> dict[str, Any]:
        episode = self.find(Episode.objects.all(), pk=episode_id)
        self.record_access(episode.patient_id)
        clinical = episodes.sees_clinical(request.actor.role)
        entries = episodes.timeline(episode, clinical=clinical)
        return {"results": [documents.entry_document(entry) for entry in entries]}


class ContactAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    mode = serializers.CharField(allow_null=True, help_text="visit or remote")
    target_on = serializers.DateField(allow_null=True)
    window_from = serializers.DateField(allow_null=True)
    window_to = serializers.DateField(allow_null=True)
    state = serializers.CharField(
        help_text="provisional until the injection; then planned, answered, missed or "
        "cancelled; unplanned while no procedure is booked."
    )
    timing = serializers.ChoiceField(
        choices=[*WAITING, *SETTLED],
        help_text="What the calendar makes of it today: ahead, open (its window is), "
        "due (today), overdue (past its date and inside its window), missed; else "
        "the state.",
    )
    timing_text = serializers.CharField(help_text="The same in words.")
    overdue_days = serializers.IntegerField(
        help_text="Days since its date while it is overdue, else 0."
    )
    appointment = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    conflict = serializers.CharField(
        allow_null=True, help_text="What is wrong with the visit, in words."
    )


class ContactsAnswer(serializers.Serializer[Any]):
    results = ContactAnswer(many=True)


class EpisodeFollowUps(Endpoint):
    """GET: the contacts with their windows, and the visits booked for them."""

    actions = {"GET": "episode.read"}

    @extend_schema(responses=ContactsAnswer)
    def get(self, request: ApiRequest, episode_id: UUID) -> dict[str, Any]:
        episode = self.find(Episode.objects.all(), pk=episode_id)
        self.record_access(episode.patient_id)
        today = contacts.local_day(episode, request.now)
        found = contacts.lines(episode)
        return {
            "results": [
                documents.contact_document(line, line.timing(episode, today))
                for line in found
            ]
        }


class EpisodeAct(Endpoint):
    """POST {version, occurred_at?, signature?, second_person?, …the act's answers}"""

    actions = {"POST": "episode.{act}"}

    @extend_schema(
        parameters=[
            OpenApiParameter("act", str, OpenApiParameter.PATH, enum=ACT_NAMES)
        ],
        request={
            "application/json": {"oneOf": [act_body(s) for s in SCHEMAS.values()]}
        },
    )
    def post(self, request: ApiRequest, episode_id: UUID, act: str) -> Any:
        episode = self.find(Episode.objects.all(), pk=episode_id)
        self.record_access(episode.patient_id)
        body = _body(request)
        with _Pointers():
            outcome = dispatch.perform(
                episode_id=episode.pk,
                act=act.replace("-", "_"),
                data={k: v for k, v in body.items() if k not in ENVELOPE},
                version=_version(body.get("version")),
                by=request.actor,
                now=request.now,
                occurred_at=_instant(body.get("occurred_at")),
                signature=request.proofs.signature,
                second_person=request.proofs.second_person,
                late_reason=_text(body.get("late_reason")),
            )
        if isinstance(outcome, Refused):
            return outcome
        return _shown(self, request, outcome)


class UnderstoodQuestion(Body):
    act = serializers.ChoiceField(choices=ACT_NAMES)
    field = serializers.CharField(max_length=64)
    answers = serializers.DictField(
        help_text="The answer to that field; of height and weight the other one, too,"
        " and with a laboratory value its test."
    )


class KitAnswer(serializers.Serializer[Any]):
    gtin = serializers.CharField()
    lot = serializers.CharField()
    serial = serializers.CharField()
    expires_on = serializers.DateField()


class UnderstoodAnswer(serializers.Serializer[Any]):
    understood = serializers.BooleanField()
    text = serializers.CharField(
        help_text="What was understood, in words, or what is wrong and to do."
    )
    kit = KitAnswer(allow_null=True)


class UnderstoodReading(Endpoint):
    """POST {act, field, answers}: how an answer is read. Nothing is kept."""

    actions = {"POST": "episode.read"}

    @extend_schema(request=UnderstoodQuestion, responses=UnderstoodAnswer)
    def post(self, request: ApiRequest) -> Any:
        asked = UnderstoodQuestion.read(request.data)
        self.record_access(count=0)
        today = request.now.astimezone(ZoneInfo(self.clinic.time_zone)).date()
        with _Pointers():
            found = understood.of(
                asked["act"].replace("-", "_"), asked["field"], asked["answers"], today
            )
        return {
            "understood": found.is_understood,
            "text": found.text,
            "kit": KitAnswer(found.kit).data if found.kit else None,
        }


class _Pointers:
    """Turns InvalidData into the 400 that names each field."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, InvalidData):
            raise Invalid([FieldError(e.pointer, e.text) for e in error.errors])


def _shown(view: Endpoint, request: ApiRequest, episode: Episode) -> dict[str, Any]:
    view.record_access(episode.patient_id)
    return documents.document(episode, request.actor, request.now)


def _body(request: ApiRequest) -> Mapping[str, Any]:
    if not isinstance(request.data, Mapping):
        raise Invalid([FieldError("", "must be an object")])
    return request.data


def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid([FieldError("/targets", "must be a list")])
    return value


def _version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid([FieldError("/version", "is required: the version you read")])
    return value


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise Invalid([FieldError("/late_reason", "must be text")])


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        text = "must be a date and time with an offset (ISO 8601)"
        raise Invalid([FieldError("/occurred_at", text)])
    return moment


def _uuid(text: str, name: str, *, required: bool = False) -> UUID | None:
    if not text and not required:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid([FieldError(f"/{name}", "must be an id")]) from None


urlpatterns = [
    path("kits/", Kits.as_view(), name="kits"),
    path("episodes/", EpisodeList.as_view(), name="episodes"),
    path("episodes/<uuid:episode_id>/", EpisodeDetail.as_view(), name="episode"),
    path(
        "episodes/<uuid:episode_id>/timeline/",
        EpisodeTimeline.as_view(),
        name="episode-timeline",
    ),
    path(
        "episodes/<uuid:episode_id>/follow-ups/",
        EpisodeFollowUps.as_view(),
        name="episode-follow-ups",
    ),
    path("understood/", UnderstoodReading.as_view(), name="understood"),
    path(
        "episodes/<uuid:episode_id>/<slug:act>/",
        EpisodeAct.as_view(),
        name="episode-act",
    ),
]
