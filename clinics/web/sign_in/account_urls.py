"""Sign-in, sign-out, clinic, password and second factor, mostly by allauth's views.

Signing up and changing the e-mail address are an administrator's work; their URL names
exist because allauth's own pages refer to them, and answer 404.
"""

from allauth.account import views as account
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from clinics.web.sign_in import clinic_switch, login_form, password_reset
from clinics.web.views import public_page


@public_page
def closed(request: HttpRequest, **_: str) -> HttpResponse:
    raise Http404


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/code/", login_form.mail_code, name="account_mail_code"),
    path("logout/", account.logout, name="account_logout"),
    path(
        "clinic/<int:clinic_id>/",
        clinic_switch.switch_clinic,
        name="account_switch_clinic",
    ),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", password_reset.view, name="account_reset_password"),
    path(
        "password/reset/done/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("password/set/", closed, name="account_set_password"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", closed, name="account_confirm_email"),
]
