"""Who gets in and what a browser may do: all that `config.settings` takes from here.

Plain constants, so that a reader finds the whole of sign-in, sessions, lock-out and
Content-Security-Policy on one page.
"""

import os
from datetime import timedelta

from csp.constants import NONE, SELF

# Plain http is for the demo and for tests on this machine alone.
_UNLESS_DEMO = "0" if os.environ.get("DEMO") == "1" else "1"
SECURE = os.environ.get("HTTPS_ONLY", _UNLESS_DEMO) == "1"

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
    "clinics.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinics.middleware.private_by_default",
]
SECURITY_MIDDLEWARE_AFTER_AUTH = [
    "clinics.middleware.session_limits",
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

ACCOUNT_ADAPTER = "clinics.services.sign_in.AccountAdapter"
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
# Counted in the process's cache and so only a brake; the lock is axes', in the
# database. `login_failed` is wider than axes' 5, so that axes decides; it is what
# bounds the guessing of an authenticator app's codes at sign-in.
ACCOUNT_RATE_LIMITS = {
    "change_password": "5/m/user",
    "login": "60/m/ip",
    "login_failed": "50/10m/ip,10/10m/key",
    "reauthenticate": "20/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Crestpath"

# --- Lock-out (axes) --------------------------------------------------------------

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# By account alone: a changed address, browser or X-Forwarded-For starts no new count,
# and one person's mistakes never lock the colleagues behind the same clinic router.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "clinics.services.lockout.username"
AXES_CLIENT_IP_CALLABLE = "clinics.services.lockout.address"
AXES_LOCKOUT_CALLABLE = "clinics.services.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "oldpassword"]
AXES_RESET_ON_SUCCESS = True
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
CSRF_FAILURE_VIEW = "clinics.faults.csrf_failure"
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
if os.environ.get("TRUST_PROXY") == "1":
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
