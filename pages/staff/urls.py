"""Addresses below /staff/, and the nav over them: a new screen is entered here."""

from django.conf import settings
from django.urls import URLPattern, path

from pages.kit import converters  # noqa: F401  (registers <day:…>)
from pages.kit.nav import NavPlace
from pages.staff import home
from pages.staff.absences import conflicts
from pages.staff.absences import views as absences
from pages.staff.acts import views as acts
from pages.staff.appointment import moving, reassigning, visit_phases
from pages.staff.appointment import views as appointments
from pages.staff.board import changes, delay, moves
from pages.staff.board import views as board
from pages.staff.book import views as book
from pages.staff.clock import views as demo_clock
from pages.staff.enquiries import views as enquiries
from pages.staff.episode import milestones
from pages.staff.episode import views as episodes
from pages.staff.find import views as find
from pages.staff.follow_up import contacts_due, owed
from pages.staff.inbox import views as inbox
from pages.staff.kits import views as kits
from pages.staff.logs import views as records
from pages.staff.messages import hearing, mailbox, sending, texts
from pages.staff.messages import views as messages
from pages.staff.patient import departures
from pages.staff.patient import views as patients
from pages.staff.repair import views as repair
from pages.staff.setup import (
    clinic,
    closed_days,
    durations,
    opening_hours,
    people,
    resource_changes,
    resources,
)
from pages.staff.tasks import views as tasks
from pages.staff.today import views as today
from pages.staff.waitlist import openings
from pages.staff.waitlist import views as waitlist

app_name = "staff"

VISIT = "appointments/<uuid:appointment_id>"
PATIENT = "patients/<uuid:patient_id>"
HOLD = "holds/<uuid:hold_id>"
ABSENCE = "absences/<uuid:absence_id>"
PLAN = "absences/plans/<uuid:plan_id>"
WORDS = "texts/<slug:kind>/<slug:language>/<slug:channel>"
WAITS = "waitlist/<uuid:entry_id>"
FREED = "waitlist/openings/<uuid:freed_id>"
OFFER = "waitlist/offers/<uuid:offer_id>"
RESOURCE = "resources/<int:resource_id>"
TEXT = "inbox/<uuid:text_id>"
ENQUIRY = "enquiries/<uuid:enquiry_id>"


def of_demo(*, demo: bool) -> list[URLPattern]:
    """Addresses that only a demo has."""
    return [path("clock/", demo_clock.clock, name="clock")] if demo else []


urlpatterns = [
    *of_demo(demo=settings.DEMO),
    path("", home.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/<day:on>/", today.today, name="today_on"),
    path("board/", board.board, name="board"),
    path("board/<day:on>/", board.board_on, name="board_on"),
    path("board/<day:on>/changes/", changes.changes, name="board_changes"),
    path("board/delay/", delay.tell, name="board_delay"),
    path("find/", find.find, name="find"),
    path("book/", book.book, name="book"),
    path("holds/", book.hold_new, name="hold_new"),
    path(f"{HOLD}/", book.hold, name="hold"),
    path(f"{HOLD}/extend/", book.hold_extend, name="hold_extend"),
    path(f"{HOLD}/release/", book.hold_release, name="hold_release"),
    path(f"{VISIT}/", appointments.appointment, name="appointment"),
    path(f"{VISIT}/move/", moving.move, name="appointment_move"),
    path(
        f"{VISIT}/move/preview/",
        moving.preview,
        name="appointment_move_preview",
    ),
    path(f"{VISIT}/reassign/", reassigning.reassign, name="appointment_reassign"),
    path(
        f"{VISIT}/reassign/preview/",
        reassigning.preview,
        name="appointment_reassign_preview",
    ),
    path(f"{VISIT}/move/undo/", moving.undo, name="appointment_undo_move"),
    path(f"{VISIT}/move/board/", moves.shift, name="board_move"),
    path(f"{VISIT}/cancel/", appointments.cancel, name="appointment_cancel"),
    path(f"{VISIT}/confirm/", appointments.confirm, name="appointment_confirm"),
    path(f"{VISIT}/arrive/", appointments.arrive, name="appointment_arrive"),
    path(
        f"{VISIT}/undo-arrival/",
        appointments.undo_arrival,
        name="appointment_undo_arrival",
    ),
    path(f"{VISIT}/check-in/", appointments.check_in, name="appointment_check_in"),
    path(f"{VISIT}/fulfil/", appointments.fulfil, name="appointment_fulfil"),
    path(f"{VISIT}/no-show/", appointments.no_show, name="appointment_no_show"),
    path(
        f"{VISIT}/undo-no-show/",
        appointments.undo_no_show,
        name="appointment_undo_no_show",
    ),
    path("kits/", kits.kits, name="kits"),
    path("absences/", absences.absences, name="absences"),
    path("absences/new/", absences.absence_new, name="absence_new"),
    path(f"{ABSENCE}/", absences.absence, name="absence"),
    path(f"{ABSENCE}/end/", absences.absence_end, name="absence_end"),
    path(f"{ABSENCE}/plan/", absences.absence_plan, name="absence_plan"),
    path(f"{PLAN}/", repair.repair, name="repair"),
    path(f"{PLAN}/replan/", repair.repair_replan, name="repair_replan"),
    path(f"{PLAN}/lines/<int:position>/", repair.repair_line, name="repair_line"),
    path(f"{PLAN}/messages/", repair.repair_messages, name="repair_messages"),
    path(f"{PLAN}/apply/", repair.repair_apply, name="repair_apply"),
    path(f"{PLAN}/run/", repair.repair_run, name="repair_run"),
    path(f"{PLAN}/undo/", repair.repair_undo, name="repair_undo"),
    path("absences/conflicts/", conflicts.conflicts, name="conflicts"),
    path(
        "absences/conflicts/<int:conflict_id>/keep/",
        conflicts.conflict_keep,
        name="conflict_keep",
    ),
    path(f"{VISIT}/phases/<int:position>/", visit_phases.record, name="visit_phase"),
    path(
        f"{VISIT}/phases/<int:position>/correct/",
        visit_phases.correct,
        name="visit_phase_correct",
    ),
    path("durations/", durations.durations, name="durations"),
    path("patients/", patients.patients, name="patients"),
    path("patients/new/", patients.register, name="register"),
    path(f"{PATIENT}/", patients.patient, name="patient"),
    path(f"{PATIENT}/amend/", patients.amend, name="patient_amend"),
    path(f"{PATIENT}/contact/", patients.contact, name="patient_contact"),
    path(f"{PATIENT}/depart/", departures.depart, name="patient_depart"),
    path(
        f"{PATIENT}/depart/<slug:kind>/take-back/",
        departures.take_back,
        name="patient_return",
    ),
    path(f"{PATIENT}/consent/", patients.consent, name="patient_consent"),
    path(f"{PATIENT}/opt-out/", patients.opt_out, name="patient_opt_out"),
    path("inbox/", inbox.texts, name="inbox"),
    path(f"{TEXT}/", inbox.text, name="inbox_text"),
    path(f"{TEXT}/assign/", inbox.assign, name="inbox_assign"),
    path(f"{TEXT}/answer/", inbox.answer, name="inbox_answer"),
    path(f"{TEXT}/close/", inbox.close, name="inbox_close"),
    path(f"{TEXT}/undo/", inbox.undo, name="inbox_undo"),
    path(f"{TEXT}/link/", inbox.link, name="inbox_link"),
    path(f"{ENQUIRY}/", enquiries.enquiry, name="enquiry"),
    path(f"{ENQUIRY}/convert/", enquiries.convert, name="enquiry_convert"),
    path(f"{ENQUIRY}/dismiss/", enquiries.dismiss, name="enquiry_dismiss"),
    path("episodes/", episodes.episodes, name="episodes"),
    path("episodes/new/", episodes.episode_new, name="episode_new"),
    path("episodes/<uuid:episode_id>/", episodes.episode, name="episode"),
    path("episodes/<uuid:episode_id>/<act:act>/", acts.act, name="act"),
    path("follow-ups/", contacts_due.contacts_due, name="contacts_due"),
    path("owed/", owed.owed, name="owed"),
    path("milestones/<uuid:milestone_id>/", milestones.milestone, name="milestone"),
    path("waitlist/", waitlist.waitlist_page, name="waitlist"),
    path("waitlist/new/", waitlist.entry_new, name="waitlist_new"),
    path(f"{WAITS}/", waitlist.entry, name="waitlist_entry"),
    path(f"{WAITS}/withdraw/", waitlist.withdraw, name="waitlist_withdraw"),
    path(f"{FREED}/", openings.opening, name="waitlist_opening"),
    path(f"{FREED}/offer/", openings.offer, name="waitlist_offer"),
    path(f"{FREED}/dismiss/", openings.dismiss, name="waitlist_dismiss"),
    path(
        "waitlist/batches/<uuid:hold_id>/take-back/",
        openings.take_back,
        name="waitlist_take_back",
    ),
    path(f"{OFFER}/accept/", waitlist.accept, name="offer_accept"),
    path(f"{OFFER}/decline/", waitlist.decline, name="offer_decline"),
    path("tasks/", tasks.tasks, name="tasks"),
    path(
        "tasks/<uuid:task_id>/acknowledge/", tasks.acknowledge, name="task_acknowledge"
    ),
    path("tasks/<uuid:task_id>/close/", tasks.close, name="task_close"),
    path("messages/", messages.messages, name="messages"),
    path("messages/days/", hearing.hearing_today, name="hearing"),
    path("messages/days/<day:on>/", hearing.hearing_on, name="hearing_on"),
    path("messages/<uuid:message_id>/", messages.message, name="message"),
    path("texts/", texts.overview, name="texts"),
    path("texts/review/<slug:language>/", texts.review, name="texts_review"),
    path(f"{WORDS}/", texts.text, name="text"),
    path(f"{WORDS}/trial/", texts.trial, name="text_trial"),
    path("messages/<uuid:message_id>/cancel/", messages.cancel, name="message_cancel"),
    path("sending/", sending.sending, name="sending"),
    path("sending/resume/", sending.resume, name="sending_resume"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("journal/", records.journal, name="journal"),
    path("access-log/", records.access_log, name="access_log"),
    path("resources/", resources.resources, name="resources"),
    path("resources/new/", resource_changes.resource_new, name="resource_new"),
    path("resources/hours/", opening_hours.clinic_hours, name="hours"),
    path("resources/days/", closed_days.days, name="days"),
    path("resources/days/new/", closed_days.day_new, name="day_new"),
    path(
        "resources/days/<int:exception_id>/remove/",
        closed_days.day_remove,
        name="day_remove",
    ),
    path(f"{RESOURCE}/hours/", opening_hours.own_hours, name="resource_hours"),
    path(f"{RESOURCE}/retire/", resource_changes.retire, name="resource_retire"),
    path("clinic/", clinic.policies, name="clinic"),
    path("users/", people.users, name="users"),
    path("users/<int:user_id>/end/", people.end, name="user_end"),
    path("users/<int:user_id>/reactivate/", people.reactivate, name="user_reactivate"),
    path("users/<int:user_id>/unlock/", people.unlock, name="user_unlock"),
]

# The nav, in its order. Who sees a place is read off its view; where an action is
# named, only those who change things there find it in their nav.
PLACES = (
    NavPlace("staff:today", "Today", "today"),
    NavPlace("staff:board", "Board", "board"),
    NavPlace("staff:find", "Find a time", "find"),
    NavPlace("staff:patients", "Patients", "patients"),
    NavPlace("staff:episodes", "Episodes", "episodes", later=True),
    NavPlace(
        "staff:contacts_due",
        "Recovery contacts",
        "phone",
        later=True,
        group="Follow-up",
    ),
    NavPlace(
        "staff:owed",
        "Owed visits",
        "today",
        later=True,
        group="Follow-up",
    ),
    NavPlace("staff:waitlist", "Waitlist", "waitlist", later=True),
    NavPlace("staff:tasks", "Tasks", "tasks"),
    NavPlace("staff:kits", "Kits", "search", later=True),
    NavPlace("staff:absences", "Absences", "away", later=True, action="absence.write"),
    NavPlace("staff:inbox", "Inbox", "mailbox", later=True),
    NavPlace("staff:messages", "Messages", "messages", later=True),
    NavPlace("staff:sending", "Sending", "mailbox", later=True),
    NavPlace("staff:resources", "Resources", "resources", later=True),
    NavPlace("staff:clinic", "Clinic", "info", later=True),
    NavPlace("staff:texts", "Texts", "messages", later=True, action="template.write"),
    NavPlace("staff:users", "People", "users", later=True),
    NavPlace("staff:journal", "Journal", "journal", later=True),
    NavPlace("staff:access_log", "Access log", "eye", later=True),
)
