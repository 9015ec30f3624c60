"""REST of scheduling."""

from django.urls import path

import scheduling.booking.error_rendering  # noqa: F401 -- registers how its problems look
from scheduling.absences.api import (
    AbsenceDetail,
    AbsenceEnd,
    Absences,
    ConflictKeep,
    Conflicts,
)
from scheduling.booking.api import (
    AppointmentDetail,
    Appointments,
    ArriveAppointment,
    CancelAppointment,
    ConfirmAppointment,
    ExtendHold,
    HoldDetail,
    Holds,
    MoveAppointment,
    MovePreview,
    NoShowAppointment,
    ReassignAppointment,
    UndoArrival,
    UndoMove,
    UndoNoShow,
)
from scheduling.day.api import AppointmentPhases, DayProjection, PhaseDurations
from scheduling.openings.api import Openings, VisitTypes
from scheduling.repair.api import (
    AbsencePlan,
    RepairApply,
    RepairLineDetail,
    RepairPlanDetail,
    RepairReplan,
    RepairUndo,
)
from scheduling.setup.api import (
    Hours,
    ResourceRetire,
    Resources,
    ScheduleExceptionDetail,
    ScheduleExceptions,
)
from scheduling.setup.clinic_api import ClinicDetail
from scheduling.waitlist.api import (
    AcceptOffer,
    DeclineOffer,
    DismissFreed,
    FreedMatches,
    FreedOpenings,
    OfferFreed,
    Offers,
    Waitlist,
    WaitlistEntryDetail,
    WithdrawEntry,
    WithdrawOffer,
)

_ONE = "appointments/<uuid:appointment_id>/"
_ABSENCE = "absences/<uuid:absence_id>/"
_PLAN = "repair-plans/<uuid:plan_id>/"
_ENTRY = "waitlist/<uuid:entry_id>/"
_FREED = "freed-openings/<uuid:freed_id>/"
_OFFER = "offers/<uuid:offer_id>/"

urlpatterns = [
    path("clinic/", ClinicDetail.as_view(), name="clinic"),
    path("resources/", Resources.as_view(), name="resources"),
    path(
        "resources/<int:resource_id>/retire/",
        ResourceRetire.as_view(),
        name="resource-retire",
    ),
    path("hours/", Hours.as_view(), name="hours"),
    path(
        "schedule-exceptions/",
        ScheduleExceptions.as_view(),
        name="schedule-exceptions",
    ),
    path(
        "schedule-exceptions/<int:exception_id>/",
        ScheduleExceptionDetail.as_view(),
        name="schedule-exception",
    ),
    path("visit-types/", VisitTypes.as_view(), name="visit-types"),
    path("openings/", Openings.as_view(), name="openings"),
    path("appointments/", Appointments.as_view(), name="appointments"),
    path(_ONE, AppointmentDetail.as_view(), name="appointment"),
    path(f"{_ONE}move/", MoveAppointment.as_view(), name="appointment-move"),
    path(f"{_ONE}move-preview/", MovePreview.as_view(), name="move-preview"),
    path(f"{_ONE}undo-move/", UndoMove.as_view(), name="appointment-undo-move"),
    path(
        f"{_ONE}reassign/",
        ReassignAppointment.as_view(),
        name="appointment-reassign",
    ),
    path(f"{_ONE}cancel/", CancelAppointment.as_view(), name="appointment-cancel"),
    path(f"{_ONE}confirm/", ConfirmAppointment.as_view(), name="appointment-confirm"),
    path(f"{_ONE}arrive/", ArriveAppointment.as_view(), name="appointment-arrive"),
    path(
        f"{_ONE}undo-arrival/", UndoArrival.as_view(), name="appointment-undo-arrival"
    ),
    path(f"{_ONE}no-show/", NoShowAppointment.as_view(), name="appointment-no-show"),
    path(f"{_ONE}undo-no-show/", UndoNoShow.as_view(), name="appointment-undo-no-show"),
    path(f"{_ONE}phases/", AppointmentPhases.as_view(), name="appointment-phases"),
    path("projection/", DayProjection.as_view(), name="projection"),
    path("phase-durations/", PhaseDurations.as_view(), name="phase-durations"),
    path("holds/", Holds.as_view(), name="holds"),
    path("holds/<uuid:hold_id>/", HoldDetail.as_view(), name="hold"),
    path("absences/", Absences.as_view(), name="absences"),
    path(_ABSENCE, AbsenceDetail.as_view(), name="absence"),
    path(f"{_ABSENCE}end/", AbsenceEnd.as_view(), name="absence-end"),
    path(f"{_ABSENCE}plan/", AbsencePlan.as_view(), name="absence-plan"),
    path("conflicts/", Conflicts.as_view(), name="conflicts"),
    path(
        "conflicts/<int:conflict_id>/keep/",
        ConflictKeep.as_view(),
        name="conflict-keep",
    ),
    path(_PLAN, RepairPlanDetail.as_view(), name="repair-plan"),
    path(f"{_PLAN}replan/", RepairReplan.as_view(), name="repair-replan"),
    path(
        f"{_PLAN}lines/<int:position>/",
        RepairLineDetail.as_view(),
        name="repair-line",
    ),
    path(f"{_PLAN}apply/", RepairApply.as_view(), name="repair-apply"),
    path(f"{_PLAN}undo/", RepairUndo.as_view(), name="repair-undo"),
    path("holds/<uuid:hold_id>/extend/", ExtendHold.as_view(), name="hold-extend"),
    path("waitlist/", Waitlist.as_view(), name="waitlist"),
    path(_ENTRY, WaitlistEntryDetail.as_view(), name="waitlist-entry"),
    path(f"{_ENTRY}withdraw/", WithdrawEntry.as_view(), name="waitlist-withdraw"),
    path("freed-openings/", FreedOpenings.as_view(), name="freed-openings"),
    path(f"{_FREED}matches/", FreedMatches.as_view(), name="freed-matches"),
    path(f"{_FREED}offer/", OfferFreed.as_view(), name="freed-offer"),
    path(f"{_FREED}dismiss/", DismissFreed.as_view(), name="freed-dismiss"),
    path("offers/", Offers.as_view(), name="offers"),
    path(f"{_OFFER}accept/", AcceptOffer.as_view(), name="offer-accept"),
    path(f"{_OFFER}withdraw/", WithdrawOffer.as_view(), name="offer-withdraw"),
    path(f"{_OFFER}decline/", DeclineOffer.as_view(), name="offer-decline"),
]
