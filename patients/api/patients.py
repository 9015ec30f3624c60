"""Patients over REST: register, search, read, amend."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.domain import policy
from clinics.web.rest import ApiRequest, Endpoint
from patients import selectors
from patients.api import serializers
from patients.domain import masks
from patients.models import Patient
from patients.services import patients, phones


class PatientList(Endpoint):
    actions = {"GET": "patient.read", "POST": "patient.write"}
    page_order = ("family_name", "given_name", "pk")
    query = serializers.PatientsQuery

    @extend_schema(
        parameters=[serializers.PatientsQuery], responses=serializers.PatientPage
    )
    def get(self, request: ApiRequest) -> dict[str, Any]:
        text = self.asked().get("q", "")
        found = selectors.patients(self.clinic.pk)
        if text.strip():
            found = selectors.search(self.clinic.pk, text)
        page = self.page(found, row)
        self.record_access(
            *(shown["id"] for shown in page["results"]), deliberate=False
        )
        return page

    @extend_schema(
        request=serializers.NewPatient, responses={201: serializers.PatientAnswer}
    )
    def post(self, request: ApiRequest) -> Response:
        patient = patients.register(
            clinic_id=self.clinic.pk,
            **serializers.NewPatient.read(request.data),
            by=request.actor,
            now=request.now,
        )
        self.record_access(patient.pk)
        return self.created(answer(patient, request.actor.role))


class PatientDetail(Endpoint):
    actions = {"GET": "patient.read", "PATCH": "patient.write"}

    @extend_schema(responses=serializers.PatientAnswer)
    def get(self, request: ApiRequest, patient_id: UUID) -> dict[str, Any]:
        patient = selectors.patient(patient_id, self.clinic.pk)
        self.record_access(patient.pk)
        return answer(patient, request.actor.role)

    @extend_schema(
        request=serializers.PatientChanges, responses=serializers.PatientAnswer
    )
    def patch(self, request: ApiRequest, patient_id: UUID) -> dict[str, Any]:
        sent = serializers.PatientChanges.read(request.data)
        patient = patients.amend(
            patient_id=patient_id,
            clinic_id=self.clinic.pk,
            version=sent.pop("version"),
            reason=sent.pop("reason", ""),
            changes=patients.Changes(**sent),
            by=request.actor,
            now=request.now,
        )
        self.record_access(patient.pk)
        return answer(patient, request.actor.role)


def row(patient: Patient) -> dict[str, Any]:
    """Return what a list shows of a patient, as JSON."""
    return {
        "id": str(patient.pk),
        "mrn": patient.mrn,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.birth_date.isoformat(),
        "language": patient.language,
        "version": patient.version,
    }


def answer(patient: Patient, role: str) -> dict[str, Any]:
    """Return the whole patient; contacts are masked for roles that do not keep them."""
    phone, email = (selectors.contact(patient, c) for c in ("sms", "email"))
    number, address = phone.value if phone else "", email.value if email else ""
    if not policy.may(role, "contact.write").allowed:
        number, address = masks.phone(number), masks.email(address)
    remark = phones.remark(phone.value) if phone else ""
    return {
        **row(patient),
        "phone_remark": remark,
        "biological_sex": patient.biological_sex,
        "sexual_development_disorder": patient.sexual_development_disorder,
        "time_zone": selectors.zone(patient).key,
        "phone": number,
        "email": address,
        "sms_consent": selectors.consented(patient, "sms"),
        "email_consent": selectors.consented(patient, "email"),
        "duplicate_of": patient.duplicate_of_id and str(patient.duplicate_of_id),
        "standing": patient.standing,
        "created_at": patient.created_at.isoformat(),
    }
