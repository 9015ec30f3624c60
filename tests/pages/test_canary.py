"""A patient with an unmistakable name, number, birth date and treatment goes through
pages, REST, links, texts and mail: what is theirs is found only where it is allowed."""

import base64
import json
import logging
import re
from datetime import timedelta
from functools import partial
from urllib.parse import unquote

import pytest
from celery import current_app
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis import Redis

from clinics.models import AccessLogEntry
from config.celery import app
from core import clock
from core.db import unit_of_work
from notifications.models import Attempt, MailboxItem, Message
from notifications.services import doorbell
from notifications.services.sending import send_due
from patients.models import Patient, PatientLink
from patients.services import links
from scheduling.models import Appointment
from tests.broker import forget_connections
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.factories import inbound
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tools.local import valkey

GIVEN, FAMILY = "Zanzibarina", "Quetzalwick"
PHONE, EMAIL = "+17135550188", "canary.quetz@example.org"
# What staff write about the treatment, and whatever else could name it.
TREATMENT = "Xylophonectomy"
BIRTH = ("1951-11-23", "11/23/1951", "Nov 23, 1951", "November 23, 1951", "23.11.1951")
NUMBER = ("7135550188", "713 555 0188", "713-555-0188", "5550188")
# The first name is the recipient's own, and may stand in a text; nothing else of it.
SECRETS = (FAMILY, EMAIL, "canary.quetz", TREATMENT, *BIRTH, *NUMBER)
PROCEDURE_WORDS = ("marrow", "stem", "inject", "procedure", "knee", "bmac", "concentr")
# Addresses that a browser follows by itself lead nowhere but to a telephone.
ADDRESSES = re.compile(r'(?:href|action|src|hx-get)="([^"]*)"')
TO_PEOPLE = ("tel:", "mailto:")


class Kept(logging.Handler):
    """All that any handler could write: the text, and every field of the record."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{self.format(record)} {vars(record)!r}")


@pytest.fixture
def kept():
    handler, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def broker(monkeypatch):
    """A broker of our own, to which the bell rings."""

    with valkey.running("canary") as url, Redis.from_url(url) as server:
        for name in ("broker_url", "broker_write_url"):
            monkeypatch.setattr(app.conf, name, url)
        monkeypatch.setattr(doorbell, "breaker", doorbell.Breaker())
        forget_connections()
        yield server
    monkeypatch.undo()
    forget_connections()


class Walk:
    """Everything a browser or a program sent and got, and every address in it."""

    def __init__(self, client):
        self.client, self.addresses, self.cookies = client, [], []

    def ask(self, method, path, given=None, **more):
        answer = getattr(self.client, method)(path, given, **more)
        assert answer.status_code < 400, (path, answer.content[:600])
        self.addresses.append(path)
        self.addresses.append(answer.headers.get("Location", ""))
        self.addresses += ADDRESSES.findall(answer.content.decode())
        self.cookies += [cookie.value for cookie in answer.cookies.values()]
        return answer


@pytest.fixture
def place(committed_db, settings):
    settings.CHANNELS = {"sms": "file", "email": "email"}
    clock.set_to(NOW)
    return unit_of_work(make.office)


def staff_walk(place):
    """Register, look for, book, move and cancel on pages and over REST."""
    member = people.membership("coordinator", at=place.clinic)
    walk = Walk(browser(member))
    walk.ask(
        "post",
        reverse("staff:register"),
        {
            "given_name": GIVEN,
            "family_name": FAMILY,
            "birth_date": BIRTH[0],
            "biological_sex": "female",
            "language": "en",
            "phone": PHONE,
            "sms_consent": "on",
            "email": EMAIL,
            "idempotency_key": "canary-1",
        },
    )
    who = Patient.objects.get(family_name=FAMILY)
    for text in (FAMILY, PHONE, BIRTH[1], EMAIL):
        walk.ask("post", reverse("staff:patients"), {"q": text})
        walk.ask("post", reverse("staff:messages"), {"q": text})
    rest = Walk(Client(headers={"Authorization": f"Bearer {people.api_key(member)}"}))
    booked = rest.ask(
        "post",
        "/api/v1/appointments/",
        json.dumps(
            {
                "patient": str(who.pk),
                "visit_type": "consultation",
                "start": make.VISIT.isoformat(),
            }
        ),
        content_type="application/json",
        headers={"Idempotency-Key": "canary-2"},
    ).json()
    rest.ask("get", f"/api/v1/patients/?q={who.mrn}")
    rest.ask("get", f"/api/v1/messages/?patient={who.pk}")
    read_texts(rest, who)
    visit = Appointment.objects.get(pk=booked["id"])
    for name, key in (("patient", who.pk), ("appointment", visit.pk)):
        walk.ask("get", reverse(f"staff:{name}", args=[key]))
    return walk, rest, who, visit


def read_texts(rest, who):
    """What they write to us is read and answered; a STOP said by voice is kept."""
    said = f"About the {TREATMENT}: {FAMILY}, born {BIRTH[0]}, call {NUMBER[1]}"
    came = unit_of_work(partial(inbound.send, said, sender=PHONE))
    assert came.patient_id == who.pk
    rest.ask("get", "/api/v1/texts/?state=all")
    for path, body in (
        (f"texts/{came.pk}/assign/", {}),
        (f"texts/{came.pk}/answer/", {"body": "We will call you this afternoon."}),
        (f"texts/{came.pk}/close/", {}),
        (f"patients/{who.pk}/opt-outs/", {"channel": "sms", "scope": "check_ins"}),
        (f"patients/{who.pk}/opt-outs/end/", {"channel": "sms", "scope": "all"}),
    ):
        rest.ask(
            "post",
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": f"canary-{path}"},
        )
    rest.ask("get", f"/api/v1/patients/{who.pk}/opt-outs/")


def read_messages(walk, who):
    for address in (
        reverse("staff:messages"),
        f"{reverse('staff:messages')}?patient={who.pk}",
        reverse("staff:hearing_on", args=[NOW.date()]),
        reverse("staff:hearing_on", args=[(make.VISIT - timedelta(days=1)).date()]),
        *(
            reverse("staff:message", args=[key])
            for key in Message.objects.values_list("pk", flat=True)
        ),
    ):
        walk.ask("get", address)


def patient_walk(token):
    """Open the link, mistype the birth date, prove it, read the visit and confirm."""
    walk = Walk(Client())
    born = {"birth_month": "11", "birth_day": "23", "birth_year": "1951"}
    walk.ask("get", f"/v/{token}/")
    wrong = walk.client.post(f"/v/{token}/", born | {"birth_year": "1952"})
    assert wrong.status_code == 403
    # The entry is the one address with a token in it.
    shown = walk.ask("post", f"/v/{token}/", born)
    inside = Walk(walk.client)
    page = inside.ask("get", shown["Location"])
    assert "Your visit" in page.content.decode()
    inside.ask("get", reverse("v:calendar"))
    inside.ask("post", shown["Location"], {"answer": "confirm"})
    return walk, inside


def found_in(text, secrets=SECRETS):
    folded = text.casefold()
    return [secret for secret in secrets if secret.casefold() in folded]


def rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return [text for (text,) in cursor.fetchall()]


def opened(value):
    """A text, and what it hides in base64."""
    parts = [value]
    for word in re.findall(r"[A-Za-z0-9+/_=-]{16,}", value):
        padded = word.translate(str.maketrans("-_", "+/")) + "=" * (-len(word) % 4)
        try:
            parts.append(base64.b64decode(padded).decode("latin-1"))
        except ValueError:
            continue
    return "\n".join(parts)


@pytest.fixture
def walked(place, broker, kept, capfd, monkeypatch):
    """The whole way, and everything it left behind."""
    rung = []
    real = current_app.send_task

    def send_task(name, *args, **kwargs):
        rung.append(repr((name, args, kwargs)))
        return real(name, *args, **kwargs)

    monkeypatch.setattr(current_app._get_current_object(), "send_task", send_task)
    walk, rest, who, visit = staff_walk(place)
    unit_of_work(partial(move_for_the_treatment, place, visit))
    send_due(as_of=NOW + timedelta(minutes=5))
    mail_instead(walk, who)
    unit_of_work(partial(make.move, place, visit, start=LATER, now=NOW))
    send_due(as_of=NOW + timedelta(minutes=5))
    read_messages(walk, who)
    tokens = [links.token(link) for link in PatientLink.objects.all()]
    standing = PatientLink.objects.filter(revoked_at=None).order_by("-revision")
    entry, inside = patient_walk(links.token(standing.first()))
    cancel_for_the_treatment(walk, visit)
    send_due(as_of=NOW + make.HOUR)
    return {
        "walks": (walk, rest, inside),
        "cookies": [c for one in (walk, rest, entry, inside) for c in one.cookies],
        "tokens": tokens,
        "logs": [*kept.lines, *capfd.readouterr()],
        "redis": [repr(broker.dump(key)) for key in broker.keys("*")]
        + [repr(broker.lrange("crestpath:celery", 0, -1))],
        "rung": rung,
        "who": who,
    }


LATER = make.VISIT + timedelta(days=1)


def move_for_the_treatment(place, visit):
    """Staff say why, in words that nobody else is to read."""
    from scheduling.booking import book

    visit.refresh_from_db()
    moved = book.move(
        appointment_id=visit.pk,
        start=make.VISIT + make.HOUR,
        version=visit.version,
        reason=f"{TREATMENT} of the left knee first",
        by=place.by,
        now=NOW,
    )
    assert isinstance(moved, Appointment)


def mail_instead(walk, who):
    """From texts to mail, on the patient's page."""
    consent = reverse("staff:patient_consent", args=[who.pk])
    for channel, granted in (("email", "yes"), ("sms", "no")):
        walk.ask(
            "post",
            consent,
            {
                "channel": channel,
                "granted": granted,
                "idempotency_key": f"canary-{channel}",
            },
        )


def cancel_for_the_treatment(walk, visit):
    visit.refresh_from_db()
    walk.ask(
        "post",
        reverse("staff:appointment_cancel", args=[visit.pk]),
        {
            "reason": f"{TREATMENT} is not wanted",
            "version": str(visit.version),
            "idempotency_key": "canary-cancel",
        },
    )


@pytest.fixture
def everything(walked):
    """The first name and the keys of the links, too."""
    assert len(walked["tokens"]) >= 2
    return (*SECRETS, GIVEN, *walked["tokens"])


def test_what_is_a_patients_is_found_only_where_it_is_allowed(walked, everything):
    """One walk, as it is long: each place it could have left something in turn."""
    check_logs_and_broker(walked, everything)
    check_addresses_and_cookies(walked, everything)
    check_texts_and_subjects(walked)
    check_tables(walked, everything)


def check_logs_and_broker(walked, everything):
    for line in walked["logs"]:
        assert found_in(line, everything) == [], line
    for kept in (*walked["redis"], *walked["rung"]):
        assert found_in(opened(kept), everything) == [], kept
    assert walked["rung"]


def check_addresses_and_cookies(walked, everything):
    for walk in walked["walks"]:
        for address in walk.addresses:
            if not address.startswith(TO_PEOPLE):
                assert found_in(unquote(address), everything) == [], address
    for cookie in walked["cookies"]:
        assert found_in(opened(cookie), (*SECRETS, GIVEN)) == [], cookie


def check_texts_and_subjects(walked):
    texts = MailboxItem.objects.filter(channel="sms")
    subjects = [one.subject for one in mail.outbox]
    # It went by both ways, and what may be told was told.
    assert texts
    assert subjects
    assert all(GIVEN in one.body for one in mail.outbox)
    for text in texts:
        assert found_in(text.body, (*SECRETS, *PROCEDURE_WORDS)) == [], text.body
    for title in [*subjects, *texts.values_list("title", flat=True)]:
        told = (*SECRETS, GIVEN, *PROCEDURE_WORDS, *walked["tokens"])
        assert found_in(title, told) == [], title
    for one in mail.outbox:
        assert found_in(one.body, (*SECRETS, *PROCEDURE_WORDS)) == [], one.body


def check_tables(walked, everything):
    cache.set("canary", "is read from this table", 60)
    table = rows_of("core_cache")
    assert any("is read from this table" in opened(row) for row in table)
    for row in (*table, *rows_of("django_session")):
        assert found_in(opened(row), everything) == [], row
    for row in AccessLogEntry.objects.values():
        assert found_in(str(row), everything) == [], row
    # What is kept of a message and of its attempts holds no key to a link.
    for said in (*Message.objects.values("title", "body"), *Attempt.objects.values()):
        assert found_in(str(said), walked["tokens"]) == [], said


def test_the_search_itself_finds_what_is_hidden_in_base64_and_in_any_case():
    hidden = base64.b64encode(f"a name: {FAMILY}".encode()).decode()

    assert found_in(opened(f"x {hidden}")) == [FAMILY]
    assert found_in(FAMILY.upper()) == [FAMILY]
    assert found_in(unquote("?q=713%20555%200188")) == ["713 555 0188"]
