"""Every address: REST under /api/, sign-in under /account/, providers' hooks
under /hooks/, pages everywhere else."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("config.api")),
    path("account/", include("clinics.web.sign_in.account_urls")),
    path("hooks/", include("notifications.urls")),
    path("", include("pages.urls")),
]

handler400 = "clinics.web.error_views.bad_request"
handler403 = "clinics.web.error_views.forbidden"
handler404 = "clinics.web.error_views.not_found"
handler500 = "clinics.web.error_views.server_error"
