"""The questions asked before a consultation: of whom, and which."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from procedures.follow_up import score_selectors
from procedures.follow_up.instruments import Instrument, from_data, prom_for
from procedures.models import Episode, EpisodeVisit, InstrumentResponse
from procedures.pathway import Stage
from procedures.records import current_rows

CONSULTATION = "consultation"
# Until somebody has decided, an answer is of the time before.
ASKED_IN = (Stage.ENQUIRY.value, Stage.CONSULTATION.value)


def open_for(appointment_ids: Collection[UUID]) -> set[UUID]:
    """Consultations among these visits whose questions nobody has answered."""
    return set(_open(appointment_ids).values_list("appointment_id", flat=True))


def episode_of(appointment_id: UUID) -> Episode | None:
    """The episode that this consultation opens and whose questions it may answer,
    answered already or not; None where there is none or it is decided."""
    found = _consultations([appointment_id]).select_related("episode__patient").first()
    return found.episode if found else None


def instruments_of(episode: Episode) -> list[Instrument]:
    """Pain, then the questionnaire of the first target's joint; SANE without one."""
    target = episode.targets.order_by("position").first()
    keys = ("nrs", prom_for(target.joint if target else ""))
    return [score_selectors.instrument(key) for key in keys]


def is_answered(episode: Episode) -> bool:
    """True once there are answers of the time before the treatment."""
    return _answers().filter(episode=episode).exists()


def told_before(episode: Episode) -> list[tuple[Instrument, InstrumentResponse]]:
    """Return the answers of the time before the treatment, each with its questions."""
    rows = _answers().filter(episode=episode).select_related("instrument")
    return [(from_data(row.instrument.definition), row) for row in rows.order_by("pk")]


def _open(appointment_ids: Collection[UUID]) -> QuerySet[EpisodeVisit]:
    answers = _answers().filter(episode=OuterRef("episode"))
    return _consultations(appointment_ids).exclude(Exists(answers))


def _consultations(appointment_ids: Collection[UUID]) -> QuerySet[EpisodeVisit]:
    return EpisodeVisit.objects.filter(
        appointment__any_of=appointment_ids,
        purpose=CONSULTATION,
        released_at=None,
        episode__stage__in=ASKED_IN,
    )


def _answers() -> QuerySet[InstrumentResponse]:
    rows = InstrumentResponse.objects.filter(occasion=score_selectors.BASELINE)
    return current_rows(rows)
