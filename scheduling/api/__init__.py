"""REST of scheduling."""

from django.urls import path

from scheduling.api.appointments import (
    AppointmentDetail,
    Appointments,
    ArriveAppointment,
    CancelAppointment,
    ConfirmAppointment,
    HoldDetail,
    Holds,
    MoveAppointment,
    NoShowAppointment,
)
from scheduling.api.catalogue import Openings, Resources, VisitTypes
from scheduling.api.day import AppointmentPhases, DayProjection, PhaseDurations

_ONE = "appointments/<uuid:appointment_id>/"

urlpatterns = [
    path("resources/", Resources.as_view(), name="resources"),
    path("visit-types/", VisitTypes.as_view(), name="visit-types"),
    path("openings/", Openings.as_view(), name="openings"),
    path("appointments/", Appointments.as_view(), name="appointments"),
    path(_ONE, AppointmentDetail.as_view(), name="appointment"),
    path(f"{_ONE}move/", MoveAppointment.as_view(), name="appointment-move"),
    path(f"{_ONE}cancel/", CancelAppointment.as_view(), name="appointment-cancel"),
    path(f"{_ONE}confirm/", ConfirmAppointment.as_view(), name="appointment-confirm"),
    path(f"{_ONE}arrive/", ArriveAppointment.as_view(), name="appointment-arrive"),
    path(f"{_ONE}no-show/", NoShowAppointment.as_view(), name="appointment-no-show"),
    path(f"{_ONE}phases/", AppointmentPhases.as_view(), name="appointment-phases"),
    path("projection/", DayProjection.as_view(), name="projection"),
    path("phase-durations/", PhaseDurations.as_view(), name="phase-durations"),
    path("holds/", Holds.as_view(), name="holds"),
    path("holds/<uuid:hold_id>/", HoldDetail.as_view(), name="hold"),
]
