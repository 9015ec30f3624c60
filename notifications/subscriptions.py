"""Events of other apps that change what people are told.

A subscriber runs in the transaction of the act, which holds the patient's row; it
locks it all the same, because a failed one is repeated later by itself.
"""

from clinics.events import PasswordResetAsked
from core import events
from core.events import Event, Subscriber
from notifications.services import redirecting
from notifications.services.asking import ask_password_reset
from notifications.services.planning import replan
from notifications.services.replanning import (
    plan_booked,
    replan_check_ins,
    replan_contact,
    replan_offers,
    replan_patient,
    replan_siblings,
    replan_visits,
)
from patients.events import (
    ConsentChanged,
    ContactChanged,
    EnquiryClosed,
    EnquiryReceived,
    PatientAmended,
    PatientDeparted,
    PatientReturned,
    TaskAcknowledged,
    TaskClosed,
    TaskEscalated,
    TaskOpened,
)
from patients.services.row_locks import lock
from patients.services.tasks import lock_task
from procedures.events import (
    BaselineRecorded,
    ConsultationLinked,
    ContactVisitChanged,
    EpisodeAdvanced,
    FollowUpsPlanned,
    RedFlagRaised,
    ResponseEnteredInError,
    ResponseRecorded,
)
from scheduling.events import (
    AppointmentAnswered,
    AppointmentArrivalUndone,
    AppointmentArrived,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCheckedIn,
    AppointmentCheckInUndone,
    AppointmentConfirmed,
    AppointmentDelayTold,
    AppointmentEnded,
    AppointmentEvent,
    AppointmentFulfilled,
    AppointmentFulfilUndone,
    AppointmentMoved,
    AppointmentNoShow,
    AppointmentNoShowUndone,
    OfferClosed,
    OfferEvent,
    OfferMade,
    WaitChanged,
)

PatientEvent = (
    PatientAmended | ContactChanged | ConsentChanged | PatientDeparted | PatientReturned
)
TaskEvent = TaskOpened | TaskAcknowledged | TaskEscalated | TaskClosed | RedFlagRaised


def plan_new_visit(event: AppointmentBooked) -> None:
    """Plan what is told about a visit that has just been booked.

    Whoever books has locked the patient before anything; who repeats it has not, and
    the visit may have been moved or told of since.
    """
    if events.is_repeated():
        plan_visit(event)
        return
    plan_booked(appointment_id=event.appointment_id, now=event.occurred_at)


def plan_visit(event: AppointmentEvent) -> None:
    """Plan what a move, an answer or an ending changes for its visit."""
    patient = lock(event.patient_id)
    subject = f"appointment:{event.appointment_id}"
    replan(subject=subject, patient=patient, now=event.occurred_at)
    replan_siblings(patient_id=event.patient_id, subject=subject, now=event.occurred_at)


def plan_questions(event: ConsultationLinked) -> None:
    """Ask the questions before a consultation, once it is known to be one."""
    lock(event.patient_id)
    subject = f"appointment:{event.appointment_id}"
    replan(subject=subject, now=event.occurred_at)


def plan_visits(event: BaselineRecorded) -> None:
    """Ask no more before a consultation what has been answered."""
    lock(event.patient_id)
    replan_visits(patient_id=event.patient_id, now=event.occurred_at)


def plan_enquiry(event: EnquiryReceived | EnquiryClosed) -> None:
    """Say that an enquiry has come in, unless somebody has answered it."""
    replan(subject=f"enquiry:{event.enquiry_id}", now=event.occurred_at)


def redirect_messages(event: ContactChanged) -> None:
    """Tell the new address what went to one that was corrected; its links end."""
    lock(event.patient_id)
    redirecting.redirect(patient_id=event.patient_id, now=event.occurred_at)


def plan_owed(event: ContactVisitChanged) -> None:
    """Stop "time to book" once a follow-up's visit is booked; else it is owed again."""
    lock(event.patient_id)
    replan_contact(
        episode_id=event.episode_id, code=event.contact, now=event.occurred_at
    )


def plan_patient(event: PatientEvent) -> None:
    """Plan anew after a change of address, consent, language or zone."""
    lock(event.patient_id)
    replan_patient(patient_id=event.patient_id, now=event.occurred_at)


def plan_check_ins(event: FollowUpsPlanned | EpisodeAdvanced) -> None:
    """Plan the check-ins after an injection, stop them when the path ends."""
    lock(event.patient_id)
    replan_check_ins(patient_id=event.patient_id, now=event.occurred_at)


def stop_check_in(event: ResponseRecorded | ResponseEnteredInError) -> None:
    """An answered check-in is not asked for again, unless the answers were none."""
    lock(event.patient_id)
    replan(subject=f"follow_up:{event.follow_up_id}", now=event.occurred_at)


def plan_pages(event: TaskEvent) -> None:
    """Page the people on call, or stop when one of them has answered."""
    lock_task(event.task_id)
    replan(subject=f"task:{event.task_id}", now=event.occurred_at)


def plan_offer(event: OfferEvent) -> None:
    """Tell the patient what is offered to them, or that it is gone."""
    lock(event.patient_id)
    replan(subject=f"offer:{event.offer_id}", now=event.occurred_at)


def plan_offers(event: WaitChanged) -> None:
    """Say of no offer "you stay on our list" to whoever left it."""
    lock(event.patient_id)
    replan_offers(entry_id=event.entry_id, now=event.occurred_at)


def keep_password_reset(event: PasswordResetAsked) -> None:
    """Send whoever forgot their password a way to a new one."""
    ask_password_reset(event.user_id, now=event.occurred_at)


SUBSCRIPTIONS: list[tuple[type[Event], Subscriber]] = [
    (AppointmentBooked, plan_new_visit),
    (AppointmentMoved, plan_visit),
    (AppointmentCancelled, plan_visit),
    (AppointmentAnswered, plan_visit),
    (AppointmentConfirmed, plan_visit),
    (AppointmentDelayTold, plan_visit),
    (AppointmentArrived, plan_visit),
    (AppointmentArrivalUndone, plan_visit),
    (AppointmentCheckedIn, plan_visit),
    (AppointmentFulfilled, plan_visit),
    (AppointmentNoShow, plan_visit),
    (AppointmentEnded, plan_visit),
    (AppointmentNoShowUndone, plan_visit),
    (AppointmentCheckInUndone, plan_visit),
    (AppointmentFulfilUndone, plan_visit),
    (OfferMade, plan_offer),
    (OfferClosed, plan_offer),
    (WaitChanged, plan_offers),
    (PatientAmended, plan_patient),
    # First: planning anew then finds that the new address was told nothing.
    (ContactChanged, redirect_messages),
    (ContactChanged, plan_patient),
    (ConsentChanged, plan_patient),
    (PatientDeparted, plan_patient),
    (PatientReturned, plan_patient),
    (EnquiryReceived, plan_enquiry),
    (EnquiryClosed, plan_enquiry),
    (ConsultationLinked, plan_questions),
    (BaselineRecorded, plan_visits),
    (FollowUpsPlanned, plan_check_ins),
    (EpisodeAdvanced, plan_check_ins),
    (ContactVisitChanged, plan_owed),
    (ResponseRecorded, stop_check_in),
    (ResponseEnteredInError, stop_check_in),
    (RedFlagRaised, plan_pages),
    (TaskOpened, plan_pages),
    (TaskAcknowledged, plan_pages),
    (TaskEscalated, plan_pages),
    (TaskClosed, plan_pages),
    (PasswordResetAsked, keep_password_reset),
]
