"""REST of patients and of the clinic's tasks."""

from django.urls import path

from patients.api.departures import DepartureList, DepartureTakeBack
from patients.api.patients import PatientDetail, PatientList
from patients.api.tasks import TaskAcknowledge, TaskClose, TaskList

urlpatterns = [
    path("patients/", PatientList.as_view(), name="patients"),
    path("patients/<uuid:patient_id>/", PatientDetail.as_view(), name="patient"),
    path(
        "patients/<uuid:patient_id>/departures/",
        DepartureList.as_view(),
        name="departures",
    ),
    path(
        "patients/<uuid:patient_id>/departures/<slug:kind>/take-back/",
        DepartureTakeBack.as_view(),
        name="departure-take-back",
    ),
    path("tasks/", TaskList.as_view(), name="tasks"),
    path(
        "tasks/<uuid:task_id>/acknowledge/",
        TaskAcknowledge.as_view(),
        name="task-acknowledge",
    ),
    path("tasks/<uuid:task_id>/close/", TaskClose.as_view(), name="task-close"),
]
