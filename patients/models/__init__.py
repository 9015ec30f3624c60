"""Tables of patients."""

from patients.models.contact import ChannelConsent, ContactPoint
from patients.models.departure import Departure
from patients.models.enquiry import Enquiry, EnquirySource
from patients.models.link import PatientLink
from patients.models.note import TaskNote
from patients.models.patient import Patient
from patients.models.task import Task

__all__ = [
    "ChannelConsent",
    "ContactPoint",
    "Departure",
    "Enquiry",
    "EnquirySource",
    "Patient",
    "PatientLink",
    "Task",
    "TaskNote",
]
