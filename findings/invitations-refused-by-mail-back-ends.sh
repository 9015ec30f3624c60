#!/bin/sh
# Twelve of the fourteen back ends of django-anymail 15.2 refuse a calendar invitation.
#
# Mail programs show "Accept / Decline" for a text/calendar part with a METHOD that is an
# alternative of the text (RFC 6047, 2.4). Django attaches it with attach_alternative().
# All but Amazon SES and SendGrid raise AnymailUnsupportedFeature while the message is
# built, whatever account stands behind; turned off with IGNORE_UNSUPPORTED_FEATURES the
# part is dropped without a word. Nothing is sent here: only payloads are built.
#
# For us: where the part cannot be carried the invitation is an attachment and a link.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check \
    django==5.2.19 django-anymail==15.2 boto3==1.42.0
"$DIR/venv/bin/python" -W ignore - <<'PY'
import importlib

import django
from django.conf import settings

REFUSE = (
    "brevo mailersend mailgun mailjet mailtrap mandrill postal postmark resend scaleway"
    " sparkpost unisender_go"
).split()
TAKE = ["amazon_ses", "sendgrid"]
WANTED = (
    "API_KEY API_TOKEN SECRET_KEY SERVER_TOKEN SENDER_DOMAIN PROJECT_ID API_URL"
).split()
settings.configure(
    ANYMAIL={
        f"{name.upper()}_{what}": "https://127.0.0.1:9/" if what == "API_URL" else "x"
        for name in (*REFUSE, *TAKE)
        for what in WANTED
    }
)
django.setup()

from anymail.exceptions import AnymailUnsupportedFeature
from django.core.mail import EmailMultiAlternatives

refused, taken = [], []
for name in (*REFUSE, *TAKE):
    back_end = importlib.import_module(f"anymail.backends.{name}").EmailBackend()
    mail = EmailMultiAlternatives("Visit", "See you.", "a@example.org", ["b@example.org"])
    mail.attach_alternative("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST")
    try:
        back_end.build_message_payload(mail, {})
    except AnymailUnsupportedFeature:
        refused.append(name)
    else:
        taken.append(name)
print("refused:", *refused)
print("taken:", *taken)
assert refused == REFUSE and taken == TAKE
PY
echo "As described."
