"""Episodes and their appointments: what scheduling tells is noted here."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from core import events
from core.actor import Actor, job
from core.problems import Problem
from core.refusal import Refused
from patients.services import tasks
from procedures import readiness, stages
from procedures.context import Context
from procedures.events import ConsultationLinked, ContactVisitChanged
from procedures.follow_up import booked_visits
from procedures.models import Episode, EpisodeVisit
from procedures.pathway import Stage
from procedures.visits import approval as rules
from procedures.visits import selectors as visits
from scheduling import selectors as scheduling
from scheduling.booking import book

if TYPE_CHECKING:
    from scheduling.models import Appointment


SETTLE_WITHIN = timedelta(hours=4)


class VisitInTheWay(Problem):
    """The episode's appointment is in a state that the act cannot end."""

    code = "visit-in-the-way"
    status = 409
    title = "The appointment does not allow this"


def booked(*, appointment_id: UUID, patient_id: UUID, now: datetime) -> None:
    """A new appointment becomes its episode's visit and moves the stage."""
    waiting = list(visits.open_episodes(patient_id))
    if not waiting:
        return
    appointment = _appointment(appointment_id)
    kind = appointment.visit_type
    purpose = rules.purpose(kind.slug, kind.requires_decision)
    episode = visits.episode_among(waiting, appointment.subject, purpose)
    if episode is None:
        return
    contact = rules.contact_code(appointment.subject)
    EpisodeVisit.objects.create(
        episode=episode,
        appointment_id=appointment.pk,
        purpose=purpose,
        contact=contact if purpose == "follow_up" else "",
        starts_at=appointment.start,
        linked_at=now,
    )
    _after_booking(episode, purpose, now)
    _tell(episode, contact if purpose == "follow_up" else "", now)
    if purpose == "consultation":
        _tell_linked(appointment_id, patient_id, now)


def _tell_linked(appointment_id: UUID, patient_id: UUID, now: datetime) -> None:
    events.publish(
        ConsultationLinked(
            appointment_id=appointment_id, patient_id=patient_id, occurred_at=now
        )
    )


def _tell(episode: Episode, contact: str, now: datetime) -> None:
    """A contact with a visit is not owed any more, one without is owed again."""
    if contact:
        changed = ContactVisitChanged(
            occurred_at=now,
            episode_id=episode.pk,
            patient_id=episode.patient_id,
            contact=contact,
        )
        events.publish(changed)


def _after_booking(episode: Episode, purpose: str, now: datetime) -> None:
    by = _scheduling(episode)
    if purpose == "consultation" and episode.stage == Stage.ENQUIRY:
        _step(episode, "book_consultation", "consultation_booked", by, now)
    if purpose == "procedure" and episode.stage == Stage.APPROVED:
        _step(episode, "book_procedure", "procedure_booked", by, now)
        readiness.settle(episode, by=by, now=now)
    if purpose == "procedure":
        booked_visits.reconcile(episode, now=now)


def moved(*, appointment_id: UUID, now: datetime) -> None:
    """The visit keeps its place at another time; what is counted from it follows."""
    appointment = _appointment(appointment_id)
    rows = EpisodeVisit.objects.filter(appointment_id=appointment_id)
    rows.update(starts_at=appointment.start)
    visit = rows.select_related("episode").first()
    if visit is not None and visit.released_at is None:
        booked_visits.reconcile(visit.episode, now=now)
        _tell(visit.episode, visit.contact, now)


def freed(*, appointment_id: UUID, now: datetime) -> None:
    """A cancelled, missed or ended visit no longer counts; an episode that waited
    for its procedure is approved again."""
    visit = _release(appointment_id, now)
    if visit is None:
        return
    _tell(visit.episode, visit.contact, now)
    if visit.purpose != "procedure":
        return
    episode = visit.episode
    if episode.stage in (Stage.SCHEDULED, Stage.READY):
        _step(episode, "free_procedure", "procedure_freed", _scheduling(episode), now)
    booked_visits.reconcile(episode, now=now)


def restored(*, appointment_id: UUID, now: datetime) -> None:
    """A missed visit takes place after all, and counts again; an episode that was
    approved for its procedure is scheduled again, and ready if nothing is open."""
    rows = EpisodeVisit.objects.filter(appointment_id=appointment_id)
    visit = rows.select_related("episode").first()
    if visit is None or visit.released_at is None:
        return
    rows.update(released_at=None)
    _after_booking(visit.episode, visit.purpose, now)
    _tell(visit.episode, visit.contact, now)


def cancel_procedure(context: Context, reason: str) -> None:
    """The path ends or is deferred: its booked procedure is cancelled."""
    visit = visits.procedure_visit(context.episode)
    if visit is None:
        return
    # Released first: the cancellation tells us, and must not move the stage.
    _release(visit.appointment_id, context.now)
    outcome = book.cancel(
        appointment_id=visit.appointment_id,
        reason=reason,
        by=context.by,
        now=context.now,
    )
    check_done(outcome)
    booked_visits.reconcile(context.episode, now=context.now)


def ask_to_cancel(context: Context) -> None:
    """A booked procedure lost its approval: the coordinator is asked to settle it."""
    if visits.procedure_visit(context.episode) is None:
        return
    tasks.open(
        clinic_id=context.episode.clinic_id,
        patient_id=context.episode.patient_id,
        kind="visit_without_approval",
        text="A booked visit has lost its approval: call, and move or cancel it.",
        subject=f"episode:{context.episode.pk}",
        owner_role="coordinator",
        due_at=context.now + SETTLE_WITHIN,
        by=context.by,
        now=context.now,
    )


def end_procedure(context: Context, reason: str) -> None:
    """The day is aborted: what is left of the appointment's time is given back."""
    visit = visits.procedure_visit(context.episode)
    if visit is None:
        return
    outcome = book.end(
        appointment_id=visit.appointment_id,
        reason=reason,
        by=context.by,
        now=context.now,
    )
    check_done(outcome)


def check_done(outcome: object) -> None:
    """Raises VisitInTheWay where scheduling refused."""
    if isinstance(outcome, Refused):
        raise VisitInTheWay(" ".join(reason.text for reason in outcome.reasons))


def _appointment(appointment_id: UUID) -> "Appointment":
    found = scheduling.appointment(appointment_id)
    assert found is not None, "an event names an appointment that exists"
    return found


def _release(appointment_id: UUID, now: datetime) -> EpisodeVisit | None:
    rows = EpisodeVisit.objects.filter(appointment_id=appointment_id, released_at=None)
    visit = rows.select_related("episode").first()
    if visit is not None:
        rows.update(released_at=now)
    return visit


def _scheduling(episode: Episode) -> Actor:
    return job("scheduling", clinic_id=episode.clinic_id)


def _step(episode: Episode, step: str, name: str, by: Actor, now: datetime) -> None:
    stages.advance(episode, [step], name=f"episode.{name}", by=by, now=now)
