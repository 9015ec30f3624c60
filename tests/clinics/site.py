"""A small site of real views: pages and resources that do next to nothing."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import HttpResponse
from django.urls import include, path

from clinics.models import OnCall
from clinics.web.rest import Endpoint
from clinics.web.views import page, public_page
from config.urls import handler400, handler403, handler404, handler500
from core import journal
from core.actor import job
from core.problems import NotFound, StaleVersion
from core.refusal import Reason, Refused

PATIENT = "5f0e7c1e-0000-4000-8000-000000000001"
REFUSED = Refused((Reason("SEV-01", "Severe disease is not treated here."),))


def leave_a_mark(request, name="mark"):
    journal.record(
        "clinic.marked",
        subject=f"clinic:{request.actor.clinic_id}",
        by=request.actor,
        at=request.now,
        payload={"name": name},
    )


@page(action="patient.read")
def patient(request):
    request.record_access(PATIENT)
    return HttpResponse(f"one patient for {request.actor.name}")


@page(action="patient.read")
def patients(request):
    request.record_access(PATIENT, count=200, deliberate=False)
    return HttpResponse("many patients")


@page(action="patient.read")
def forgetful(request):
    return HttpResponse("a patient nobody is told about")


@page(action="patient.write")
def form(request, answer):
    leave_a_mark(request)
    request.record_access(PATIENT)
    return {
        "done": lambda: HttpResponse(status=303, headers={"Location": "/done/"}),
        "wrong": lambda: HttpResponse("see the errors", status=422),
        "refused": lambda: REFUSED,
    }[answer]()


@page(action="patient.write")
def stale(request):
    leave_a_mark(request)
    raise StaleVersion(7)


def break_guard(state):
    with connection.cursor() as cursor:
        # As a guard does, with the row's values in its message.
        cursor.execute(
            "DO $$ BEGIN RAISE EXCEPTION 'Failing row contains (Juarez)'"
            f" USING ERRCODE = '{state}', CONSTRAINT = 'one_of_ours'; END $$"
        )


@page(action="patient.write")
def guarded(request):
    leave_a_mark(request)
    break_guard("23514")


@public_page
def broken(request):
    raise RuntimeError("Juarez")


@public_page
def forbidding(request):
    raise PermissionDenied


@public_page
def suspicious(request):
    raise SuspiciousOperation


@page(action="patient.read")
def elsewhere(request, patient_id):
    raise NotFound


@page(action="episode.time_out")
def signed(request):
    request.record_access(PATIENT)
    shown = [request.proofs.signature, request.proofs.second_person]
    names = [proof.name if proof else "-" for proof in shown]
    errors = [field for field, _ in request.proofs.errors]
    # As a page does: the form again, which rolls back whatever the act began.
    return HttpResponse("|".join([*names, *errors]), status=422 if errors else 200)


@public_page
def anybody(request):
    if "write" in request.GET:
        by = job("scanner")
        journal.record("clinic.marked", subject="clinic:1", by=by, at=request.now)
    return HttpResponse(f"hello at {request.now:%H:%M}")


class Patients(Endpoint):
    actions = {"GET": "patient.read", "POST": "patient.write"}

    def get(self, request):
        self.record_access(PATIENT)
        return {"clinic": self.clinic.pk, "by": request.actor.name}

    def post(self, request):
        leave_a_mark(request, request.data.get("name", ""))
        if request.data.get("nul"):
            OnCall.objects.filter(user__display_name="\0").exists()
        if request.data.get("guard"):
            break_guard(request.data["guard"])
        if request.data.get("refuse"):
            return REFUSED
        if request.data.get("stale"):
            raise StaleVersion(7)
        self.record_access(PATIENT)
        return self.created({"id": PATIENT})


class OnCallList(Endpoint):
    actions = {"GET": "resource.read"}
    page_order = ("position",)

    def get(self, request):
        listed = OnCall.objects.filter(clinic=self.clinic)
        return self.page(listed, lambda row: {"position": row.position})


class OnCallPlace(Endpoint):
    actions = {"GET": "resource.read"}

    def get(self, request, pk):
        return {"position": self.find(OnCall.objects.all(), pk=pk).position}


class Act(Endpoint):
    actions = {"POST": "episode.{act}"}

    def post(self, request, act):
        self.record_access(PATIENT)
        proofs = request.proofs
        return {
            "act": act,
            "signed": proofs.signature.meaning if proofs.signature else None,
            "second": proofs.second_person.name if proofs.second_person else None,
        }


__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("patient/", patient, name="patient"),
    path("patients/", patients, name="patients"),
    path("forgetful/", forgetful, name="forgetful"),
    path("form/<str:answer>/", form, name="form"),
    path("stale/", stale, name="stale"),
    path("guarded/", guarded, name="guarded"),
    *(
        path(f"{place}{view.__name__}/", view)
        for place in ("", "api/")
        for view in (broken, forbidding, suspicious)
    ),
    path("elsewhere/<uuid:patient_id>/", elsewhere, name="elsewhere"),
    path("signed/", signed, name="signed"),
    path("anybody/", anybody, name="anybody"),
    path("api/v1/patients/", Patients.as_view(), name="api-patients"),
    path("api/v1/on-call/", OnCallList.as_view(), name="api-on-call"),
    path("api/v1/on-call/<int:pk>/", OnCallPlace.as_view(), name="api-place"),
    path("api/v1/acts/<slug:act>/", Act.as_view(), name="api-act"),
    # The real site's frame refers to its own addresses.
    path("", include("config.urls")),
]
