"""Settings of sign-in and of what a browser may do, for `config.settings`.

Plain constants, so that a reader finds the whole of sign-in, sessions, lock-out and
Content-Security-Policy on one page.
"""

import os

from csp.constants import NONE, SELF

# Plain http is for the demo and for tests on this machine alone.
_UNLESS_DEMO = "0" if os.environ.get("DEMO") == "1" else "1"
SECURE = os.environ.get("HTTPS_ONLY", _UNLESS_DEMO) == "1"


def trusted_hops(text: str) -> int:
    """TRUST_PROXY as a number of proxies: "2", or a switch; nothing is none."""
    switch = {"": 0, "off": 0, "no": 0, "false": 0, "on": 1, "yes": 1, "true": 1}
    given = text.strip().lower()
    if given in switch:
        return switch[given]
    if given.isascii() and given.isdigit():
        return int(given)
    raise SystemExit("TRUST_PROXY is the number of proxies in front of us, such as 1.")


def proxy_header(text: str) -> str:
    """PROXY_HEADER in lower case; stops if it is none that names senders."""
    given = text.strip().lower() or "x-forwarded-for"
    if given not in {"x-forwarded-for", "forwarded"}:
        raise SystemExit("PROXY_HEADER is X-Forwarded-For or Forwarded.")
    return given


# How many proxies of ours stand in front of gunicorn. The last of what that many wrote
# into PROXY_HEADER names the sender; with none, the header is anybody's claim.
TRUST_PROXY = trusted_hops(os.environ.get("TRUST_PROXY", ""))
PROXY_HEADER = proxy_header(os.environ.get("PROXY_HEADER", ""))

SECURITY_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

# The request's id before anything that logs; the session's limits as soon as the
# user is known; axes last, so that it has the last word on a lock-out.
SECURITY_MIDDLEWARE_FIRST = [
    "clinics.web.middleware.request_id",
    "clinics.web.middleware.same_method_on",
    "clinics.web.middleware.lost_database",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinics.web.middleware.private_by_default",
]
SECURITY_MIDDLEWARE_AFTER_AUTH = [
    "clinics.web.middleware.session_limits",
    "clinics.web.middleware.known_devices",
    "allauth.account.middleware.AccountMiddleware",
]
SECURITY_MIDDLEWARE_LAST = [
    "axes.middleware.AxesMiddleware",
]

# --- People -----------------------------------------------------------------------

AUTH_USER_MODEL = "clinics.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: refuses the locked before hashing
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/staff/"

# --- Sign-in by e-mail (allauth) --------------------------------------------------

ACCOUNT_ADAPTER = "clinics.web.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff addresses are entered by an administrator
ACCOUNT_PREVENT_ENUMERATION = True  # one answer, whether or not the address is known
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger's address gets no mail from here
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this browser stays, all others end
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Sign-in and its codes are counted by the lock-out below, by account and place. What
# allauth counts by address or e-mail would let strangers stop those who work: none.
ACCOUNT_RATE_LIMITS = {
    "change_password": "5/m/user",
    "login": "",
    "login_failed": "",
    "reauthenticate": "20/m/user",
    "reset_password": "5/10m/key",  # mails to one person; the answer stays the same
    "reset_password_from_key": "",
}
ACCOUNT_FORMS = {"login": "clinics.web.sign_in.login_form.LoginForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Crestpath"
MFA_FORMS = {
    "authenticate": "clinics.web.sign_in.second_factor.AuthenticateForm",
    "reauthenticate": "clinics.web.sign_in.second_factor.ReauthenticateForm",
}

# --- Lock-out (axes) --------------------------------------------------------------

# Five failures from one place end that place's tries for 15 minutes; 30 from networks
# the person never used, those of all such networks for a day
# (clinics.domain.attempt_limits). A browser they signed in with, a live session, a
# colleague's session: each is a place of its own, so that nobody elsewhere keeps them
# out. Everywhere else password and code together are still tried
# (clinics.web.sign_in.password_with_code).
AXES_HANDLER = "clinics.web.sign_in.lockout.Handler"
AXES_USERNAME_CALLABLE = "clinics.web.sign_in.lockout.username"
AXES_CLIENT_IP_CALLABLE = "clinics.web.sign_in.lockout.address"
AXES_LOCKOUT_CALLABLE = "clinics.web.sign_in.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "oldpassword"]
# Attempts while locked do not prolong the lock: nobody can keep a colleague out.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Its first advice is to count addresses; why we do not is said above.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

# A view that shows patient data and does not say whose fails the tests (settings_test);
# in production its answer is logged without ids and the fault reported.
ACCESS_LOG_STRICT = False

# --- Sessions: in the database, 15 minutes idle, 12 hours in all --------------------

SESSION_ENGINE = "clinics.sessions"
SESSION_COOKIE_AGE = 15 * 60
SESSION_ABSOLUTE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "clinics.web.error_views.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Headers ----------------------------------------------------------------------

# `no-referrer` would make every POST over https fail Django's CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = SECURE
# Only where a proxy of ours sets the header on every request, over whatever came in:
# anybody else could claim to have come by https.
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
