"""The pure rules: fields, link tokens, masks, wordings, red-flag times, caps."""

import base64
import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.domain import (
    consent_texts,
    enquiry,
    escalation,
    fields,
    link_tokens,
    masks,
)
from patients.models.contact import Channel
from patients.models.patient import BiologicalSex, Language

KEY = "k" * 40
TODAY = date(2026, 11, 22)
HOUSTON = ZoneInfo("America/Chicago")


def fault_of(**sent):
    (fault,) = fields.person_faults(sent, TODAY)
    return fault


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"given_name": "", "family_name": ""}, "one of the two is enough"),
        ({"given_name": "  "}, "at least one letter"),
        ({"family_name": "123"}, "at least one letter"),
        ({"family_name": "Ve\x00ga"}, "control characters"),
        ({"family_name": "Ve\ud800ga"}, "control characters"),
        ({"given_name": "x" * 101}, "at most 100"),
        ({"given_name": "x" * 10_000_000}, "at most 100"),
        ({"birth_date": date(2026, 11, 23)}, "in the future"),
        ({"birth_date": date(1899, 12, 31)}, "before 1900"),
        ({"language": "fr"}, "en (English) or es (Spanish)"),
        ({"biological_sex": "f"}, "female, male or unknown"),
        ({"mrn": "DEMO 1"}, "letters, digits"),
        ({"mrn": "9" * 33}, "at most 32"),
        ({"sexual_development_disorder": "x" * 201}, "at most 200"),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(sent, says):
    fault = fault_of(**sent)

    assert fault.field == next(iter(sent))
    assert says in fault.detail


@pytest.mark.parametrize("birth_date", [TODAY, date(1900, 1, 1)])
def test_the_first_and_last_possible_birth_dates_are_taken(birth_date):
    assert fields.person_faults({"birth_date": birth_date}, TODAY) == ()


@pytest.mark.parametrize("name", ["Ng", "María José", "O\u2019Brien-Núñez", "李"])
def test_names_of_the_world_are_taken(name):
    assert fields.person_faults({"given_name": name}, TODAY) == ()


def test_the_choices_of_the_rules_and_of_the_tables_are_the_same():
    assert list(fields.LANGUAGES) == Language.values
    assert list(fields.SEXES) == BiologicalSex.values
    assert list(consent_texts.CURRENT) == Channel.values


@given(st.uuids())
def test_a_token_is_22_characters_of_an_address_and_says_nothing_of_its_link(link_id):
    token = link_tokens.token(KEY, link_id)

    assert len(token) == link_tokens.TOKEN_LENGTH
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token == link_tokens.token(KEY, link_id)
    assert token != link_tokens.token(KEY[:-1] + "x", link_id)


def test_a_token_is_the_first_128_bits_of_the_hmac():
    link_id = uuid.UUID("00000000-0000-4000-8000-000000000001")
    inner = hashlib.sha256(
        bytes(b ^ 0x36 for b in KEY.encode().ljust(64, b"\0")) + link_id.bytes
    ).digest()
    outer = hashlib.sha256(
        bytes(b ^ 0x5C for b in KEY.encode().ljust(64, b"\0")) + inner
    ).digest()

    decoded = base64.urlsafe_b64decode(link_tokens.token(KEY, link_id) + "==")

    assert decoded == outer[:16]


def test_a_short_link_key_is_refused():
    with pytest.raises(ValueError, match="32 characters"):
        link_tokens.token("short", uuid.uuid4())


def test_contacts_are_shown_masked():
    assert masks.phone("+17135550101") == "••• 0101"
    assert masks.email("marisol@example.org") == "m•••@example.org"
    assert masks.phone("") == masks.email("") == ""


def test_every_current_wording_exists_in_every_language():
    for channel, version in consent_texts.CURRENT.items():
        assert version.startswith(f"{channel}-")
        assert set(consent_texts.WORDINGS[version]) == set(fields.LANGUAGES)


NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # a Friday, 12:00 in Houston


@pytest.mark.parametrize(
    ("tier", "escalates", "due"),
    [
        (1, timedelta(minutes=5), timedelta(minutes=5)),
        (2, timedelta(minutes=30), timedelta(hours=2)),
    ],
)
def test_urgent_red_flags_run_by_the_protocols_clock(tier, escalates, due):
    times = escalation.times(tier, NOON, HOUSTON)

    assert times.escalate_at == NOON + escalates
    assert times.due_at == NOON + due


def test_a_tier_3_flag_on_friday_is_due_on_monday():
    times = escalation.times(3, NOON, HOUSTON)

    assert times.due_at == datetime(2026, 11, 23, 17, 0, tzinfo=HOUSTON)
    assert times.escalate_at is None


def test_counting_starts_again_after_an_hour():
    assert not enquiry.is_over(NOON, NOON + timedelta(minutes=59))
    assert enquiry.is_over(NOON, NOON + timedelta(minutes=60))
    assert enquiry.most_allowed("abc") < enquiry.most_allowed("")
