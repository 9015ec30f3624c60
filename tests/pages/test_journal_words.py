"""Every act and every reason the journal can keep has words on the pages."""

import ast
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from clinics.domain.policy import ACTIONS
from core import clock, journal
from notifications.domain.stopping import why as why_stopped
from notifications.domain.subjects import CheckIn
from pages.kit import history, refusal_words
from pages.kit.journal_words import ACTS, REFUSALS, act
from pages.kit.problems import render_problem
from pages.staff.episode.timeline import timeline
from pages.staff.messages import rows as message_rows
from procedures.acts.registry import ACTS as ACTS_BY_NAME
from scheduling.booking.status import Act
from scheduling.models import FreedOpening, Hold, Offer, WaitlistEntry
from scheduling.models.calendar import ScheduleException
from tests.architecture.tree import ROOT, python_files
from tests.clinics.conftest import browser
from tests.factories import clinics
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.pages.test_episode_pages import words

SUBJECTS = (
    "absence|access|api_key|appointment|clinic|clock|consent|contact|email|enquiry|"
    "episode|hold|hours|inbox|link|message|patient|repair|resource|sending|sms|task|templates|user|"
    "visit_type|waitlist"
)
NAME = re.compile(rf"({SUBJECTS})\.(?!html$)[a-z_]*[a-z](\.[a-z_]+)?")
OPEN_NAME = re.compile(rf"f['\"]({SUBJECTS})\.[a-z_.]*\{{[^}}]*\}}[a-z_.]*['\"]")
# Names of acts to which ".refused" is added, and no names by themselves.
BASES = {
    "appointment.answer",
    "appointment.tell_late",
    "appointment.undo_no_show",
    "hold.extend",
    "waitlist.accept",
}
WORDS = {"pages/kit/journal_words.py"}


def values(choices):
    return [str(value) for value, _ in choices.choices]


# What the names made from a variable can be, by how they are written.
MADE = {
    "f'appointment.freed_time_{way.value}'": [
        f"appointment.freed_time_{way}" for way in values(FreedOpening.End)
    ],
    "f'appointment.{act.value}'": [f"appointment.{a.value}.refused" for a in Act],
    "f'appointment.{act}'": [
        f"appointment.{a}.refused"
        for a in (
            "move",
            "reassign",
            "undo_move",
            "phase_start",
            "phase_end",
            "phase_correct",
        )
    ],
    "f'appointment.{name}'": [
        f"appointment.phase_{n}" for n in ("started", "ended", "corrected")
    ],
    "f'episode.{ACTS[context.act].past}'": [
        f"episode.{one.past}" for one in ACTS_BY_NAME.values()
    ],
    "f'episode.{name}'": [
        f"episode.{n}"
        for n in ("consultation_booked", "procedure_booked", "procedure_freed")
    ],
    "f'hold.{way.value}'": [f"hold.{way}" for way in values(Hold.End)],
    "f'hours.{kind}'": [f"hours.{k}" for k in values(ScheduleException.Kind)],
    "f'hours.{found.kind}_removed'": [
        f"hours.{k}_removed" for k in values(ScheduleException.Kind)
    ],
    "f'waitlist.{way.value}'": [f"waitlist.{w}" for w in values(WaitlistEntry.End)],
    "f\"waitlist.offer_{way.value.replace('-', '_')}\"": [
        f"waitlist.offer_{s.replace('-', '_')}"
        for s in values(Offer.State)
        if s != "offered"
    ],
}
# Written alike, and names of actions of the policy table.
ACTION_NAMES = {
    "f'episode.{kind.made_by}'",
    "f'episode.{MADE_BY[kind]}'",
    "f'episode.{act}'",
    "f'episode.{found.act}'",
    "f'episode.{made_by}'",
}


def trees():
    for path in python_files():
        name = str(path.relative_to(ROOT))
        # What triggers refuse is said by their own sentences.
        is_sql = name.endswith("_sql.py") or "/migrations/sql/" in name
        outside = name.startswith(("tests/", "bench/", "config/", "tools/"))
        if not (outside or is_sql or name in WORDS):
            yield name, ast.parse(path.read_text())


# Words of providers, which look like names.
OUTSIDE = {"message.received"}


def names_in_the_code():
    found, made = {"hold.refused", "appointment.book.refused"}, set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if NAME.fullmatch(node.value) and node.value not in ACTIONS:
                    found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                text = ast.unparse(node)
                if OPEN_NAME.fullmatch(text):
                    made.add(text)
    found.add("appointment.no_show")  # an action's name as well
    found |= {f"{base}.refused" for base in BASES} | {"message.cancel_refused"}
    return found - BASES - OUTSIDE, made


def codes_in_the_code():
    found = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "code")]
            if called == "refuse" and len(given) > 1:
                given = given[1:]  # (act, code, text) of a phase
            elif called not in ("Reason", "GuardReason", "Stop"):
                continue
            first = given[0] if given else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return {code for code in found if re.fullmatch(r"[A-Za-z][\w.-]+", code)}


def test_names_made_from_variables_are_all_known_here():
    _, made = names_in_the_code()

    assert made - ACTION_NAMES <= MADE.keys(), "say in MADE what these can be"
    assert len(made) > 8


def test_every_name_the_journal_can_keep_has_words():
    plain, _ = names_in_the_code()
    every = plain | {name for names in MADE.values() for name in names}

    assert sorted(every - ACTS.keys()) == []
    assert len(every) > 130


def test_the_table_has_no_name_nobody_writes():
    plain, _ = names_in_the_code()
    every = plain | {name for names in MADE.values() for name in names}

    assert sorted(ACTS.keys() - every) == []


def test_every_reason_a_refusal_can_have_has_words():
    codes = codes_in_the_code()
    unsaid = {c for c in codes if not refusal_words.RULE.fullmatch(c)}

    assert sorted(unsaid - refusal_words.CODES.keys()) == []
    assert {"status", "kit-used", "begun", "vitals.fever"} <= codes


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_acts_words_are_no_code(name):
    assert not re.search(r"[_.]|:\d", act(name))
    assert act(name)[0].isupper()


@pytest.mark.parametrize("code", sorted(refusal_words.CODES))
def test_a_reasons_words_are_no_code(code):
    assert not re.search(r"[_.]|\w-\w+-\w|:\d", refusal_words.code(code))


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ("status", "the visit's state does not allow it"),
        (["status"], "the visit's state does not allow it"),
        ("status,too-late", "the visit's state does not allow it, it is too late"),
        (["INF-01", "stage"], "INF-01, the episode's stage does not allow it"),
        (["some-new-code"], "some new code"),
        ("", ""),
        (None, ""),
        ({"a": 1}, ""),
        (7, ""),
    ],
)
def test_reasons_are_said_in_words_however_they_were_kept(reasons, said):
    assert history.detail({"reasons": reasons}) == said


def test_no_text_is_ever_spelled_letter_by_letter():
    for value in ("status", "ill", "patient_request"):
        for key in ("reasons", "codes", "rules", "reason", "phase"):
            assert "; " not in history.detail({key: value})
            assert ", " not in history.detail({key: value})


def test_a_reason_chosen_from_a_list_is_said_in_words():
    assert history.detail({"reason": "patient_request"}) == "Patient request"
    assert history.detail({"reason": "Her car broke down."}) == "Her car broke down."


def test_every_refusal_is_told_in_red():
    refused = {name for name in ACTS if "refused" in name or "forbidden" in name}

    assert refused <= REFUSALS


def test_why_a_message_was_stopped_is_said_in_words():
    contact = CheckIn(
        id="1", code="D3", target_on=NOW.date(), window_to=NOW.date(), is_open=False
    )
    _, reason = why_stopped(contact, None, revision=0, channel="sms")

    assert message_rows.why(reason) == "It was answered, or is closed"
    assert message_rows.why("http_503") == "The provider answered 503"
    assert message_rows.why("SMTPServerDisconnected") == "The channel failed"
    assert message_rows.why("") == ""


@pytest.fixture
def place(db):
    cache.clear()
    clock.set_to(NOW)
    return make.open_site()


def test_the_history_of_a_refused_act_is_in_words(place):
    path = make.approved(place)
    appointment = make.book(place, path, make.at("2026-09-15"))
    client = browser(place.person("coordinator"))
    client.post(reverse("staff:appointment_fulfil", args=[appointment.pk]), {})
    journal.record(
        "appointment.cancel.refused",
        subject=f"appointment:{appointment.pk}",
        by=place.actor("coordinator"),
        at=NOW,
        payload={"reasons": "status"},
    )

    page = client.get(reverse("staff:appointment", args=[appointment.pk]))

    text = unescape(words(page.content.decode()))
    assert "Not cancelled" in text
    assert "the visit's state does not allow it" in text
    assert "s; t; a; t" not in text


def test_a_refused_booking_is_in_words_on_the_episodes_timeline(place):
    path = make.evaluated(place)
    refused = make.book(place, path, make.at("2026-09-15"))

    [entry] = [
        one
        for one in timeline(path, make.HOUSTON, clinical=False)
        if one.text == "Not booked"
    ]

    assert refused.reasons
    assert entry.tone == "danger"
    assert entry.detail
    assert entry.detail == ", ".join(
        refusal_words.code(reason.code) for reason in refused.reasons
    )


def test_the_page_of_a_refused_booking_says_why_and_shows_no_code(place):
    path = make.evaluated(place)
    opening = {
        "patient": str(path.patient_id),
        "visit_type": "bmc-ultrasound",
        "start": make.at("2026-09-15").isoformat(),
        "subject": f"episode:{path.pk}",
    }

    page = browser(place.person("coordinator")).post(reverse("staff:book"), opening)

    shown = page.content.decode()
    assert page.status_code == 409
    assert not [code for code in refusal_words.CODES if f">{code}<" in shown]
    assert "a clinician signs an approval" in words(shown).lower()


@pytest.mark.parametrize(
    ("code", "is_shown"),
    [("not-approved", False), ("vitals.fever", False), ("INF-01", True)],
)
def test_a_problems_page_names_rules_and_no_other_codes(rf, code, is_shown):
    reason = {"code": code, "text": "It is not possible.", "lifts": ""}
    document = {"status": 409, "title": "Refused", "detail": "", "reasons": [reason]}

    page = render_problem(rf.get("/"), document, 409).content.decode()

    assert "It is not possible." in page
    assert (code in page) is is_shown


def test_rest_lists_the_reasons_of_a_refused_booking(place):
    path = make.evaluated(place)
    refused = make.book(place, path, make.at("2026-09-15"))
    key = clinics.api_key(place.person("coordinator"))
    api = Client(headers={"Authorization": f"Bearer {key}"})

    rows = api.get(f"/api/v1/episodes/{path.pk}/timeline/").json()["results"]

    [row] = [row for row in rows if row["name"] == "appointment.book.refused"]
    assert row["details"]["reasons"] == [reason.code for reason in refused.reasons]


def test_the_access_log_names_people_and_no_ids(place):
    path = make.approved(place)
    browser(place.person("coordinator")).get(
        reverse("staff:patient", args=[path.patient_id])
    )
    auditor = clinics.membership("auditor", place.clinic)

    page = browser(auditor).get(reverse("staff:access_log")).content.decode()

    assert place.person("coordinator").user.display_name in page
    assert "staff:1" not in re.sub(r"staff:[a-z_]+", "", page)
    assert not re.search(r">staff:\d", page)
