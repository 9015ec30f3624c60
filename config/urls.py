"""Every address: REST under /api/, sign-in under /account/, providers' hooks
under /hooks/, pages everywhere else."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("config.api")),
    path("account/", include("clinics.account_urls")),
    path("hooks/", include("notifications.urls")),
    path("", include("pages.urls")),
]

handler400 = "clinics.faults.bad_request"
handler403 = "clinics.faults.forbidden"
handler404 = "clinics.faults.not_found"
handler500 = "clinics.faults.server_error"
