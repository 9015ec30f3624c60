"""Words: neutral, short, and in the reader's language and clock."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain import gsm7, wording
from notifications.domain.catalogue import CHANNELS, KINDS
from notifications.domain.linting import FORBIDDEN
from notifications.domain.render import first_of, render
from notifications.domain.templates import (
    LANGUAGES,
    TEMPLATES,
    template,
    usable_language,
)

HOUSTON = ZoneInfo("America/Chicago")
LINK = "https://visits.example.org/v/AbCdEfGhIjKlMnOpQrStUv/"
LONGEST = {
    "clinic": "Bayou Orthopedic Cl.",
    "when": "Wed Nov 30 at 10:30 AM",
    "was": "Tue Nov 29 at 10:30 AM",
    "link": LINK,
    "phone": "(713) 555-0100",
    "minutes": "30",
    "preferences": f"{LINK}preferences/",
    "text": "Please call us when you can.",
}


@pytest.mark.parametrize("key", TEMPLATES, ids="-".join)
def test_no_template_speaks_of_a_body_a_disease_or_a_treatment(key):
    words = f"{TEMPLATES[key].title} {TEMPLATES[key].body}".lower()

    assert FORBIDDEN.findall(words) == []


@pytest.mark.parametrize("slip", ["your knee", "stem cells", "su rodilla", "a cure"])
def test_the_lint_sees_a_slip(slip):
    assert FORBIDDEN.search(f"how is {slip}?")


@pytest.mark.parametrize(
    ("kind", "language", "channel"), [*itertools.product(KINDS, LANGUAGES, CHANNELS)]
)
def test_every_kind_has_words_in_every_language_and_channel(kind, language, channel):
    words = render(template(kind, language, channel), LONGEST, "Ana")

    assert "{" not in words.title + words.body
    assert bool(words.title) == (channel == "email")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["", "Ana", "Marisol", "Maximiliano", "Zoë", "Łucja"])
def test_an_english_text_fits_one_segment(kind, name):
    words = render(template(kind, "en", "sms"), LONGEST, name)

    assert gsm7.size(words.body).segments == 1
    assert gsm7.size(words.body).encoding == "GSM-7"


@pytest.mark.parametrize("kind", KINDS)
def test_a_spanish_text_fits_two_segments(kind):
    longest = LONGEST | {"when": "miércoles 30 de septiembre a las 10:30 a.m."}

    size = gsm7.size(render(template(kind, "es", "sms"), longest, "Guadalupe").body)

    assert (size.encoding, size.segments <= 2) == ("GSM-7", True)


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_spanish_sentence_that_ends_with_a_clock_has_one_stop(kind, channel):
    at = LONGEST | {"when": "jueves 3 de diciembre a las 9:00 a.m."}

    words = render(template(kind, "es", channel), at)

    assert "a.m.." not in words.title + words.body


def test_a_name_is_left_out_where_it_would_cost_a_segment():
    longer = render(template("moved", "en", "sms"), LONGEST, "Maximiliano-Alexander")

    assert "Maximiliano" not in longer.body


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"on_call_page"}))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_to_a_patient_names_the_clinic_and_offers_to_stop(kind, language):
    body = template(kind, language, "sms").body

    assert body.startswith("{clinic}:")
    assert "STOP" in body


@pytest.mark.parametrize("key", [k for k in TEMPLATES if k[2] == "email"], ids="-".join)
def test_every_mail_to_a_patient_names_the_phone(key):
    assert "{phone}" in TEMPLATES[key].body or key[0] == "on_call_page"


def test_only_the_first_name_is_used():
    assert first_of("Ana María") == "Ana"
    assert first_of(" ") == ""
    assert first_of("A" * 31) == ""


def test_a_mail_without_a_name_still_greets():
    mail = render(template("confirmation", "en", "email"), LONGEST)

    assert mail.body.startswith("Hello,\n")


def test_an_unreviewed_language_is_not_sent():
    assert usable_language("es", frozenset()) == "en"
    assert usable_language("es", frozenset({"es"})) == "es"


@pytest.mark.parametrize(
    ("local", "english", "spanish"),
    [
        (
            "2026-12-03 09:00",
            "Thu Dec 3 at 9:00 AM",
            "jueves 3 de diciembre a las 9:00 a.m.",
        ),
        (
            "2026-03-07 13:05",
            "Sat Mar 7 at 1:05 PM",
            "sábado 7 de marzo a la 1:05 p.m.",
        ),
        (
            "2026-05-24 12:00",
            "Sun May 24 at 12:00 PM",
            "domingo 24 de mayo a las 12:00 p.m.",
        ),
        (
            "2026-05-25 00:30",
            "Mon May 25 at 12:30 AM",
            "lunes 25 de mayo a las 12:30 a.m.",
        ),
    ],
)
def test_dates_are_words_and_clocks_have_12_hours(local, english, spanish):
    instant = datetime.fromisoformat(local).replace(tzinfo=HOUSTON)

    said = {
        language: wording.moment(
            instant, language, here=HOUSTON, there=HOUSTON, now=instant
        )
        for language in LANGUAGES
    }

    assert said == {"en": english, "es": spanish}


def test_a_reader_elsewhere_is_told_whose_clock_it_is():
    instant = datetime(2026, 12, 3, 15, tzinfo=UTC)
    denver = ZoneInfo("America/Denver")

    said = wording.moment(instant, "en", here=HOUSTON, there=denver, now=instant)

    assert said == "Thu Dec 3 at 9:00 AM (CST)"


@given(st.integers(0, 5 * 365 * 24 * 60))
def test_no_numeric_date_is_ever_said(minutes):
    instant = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for language in LANGUAGES:
        said = wording.moment(
            instant, language, here=HOUSTON, there=HOUSTON, now=instant
        )
        assert not re.search(r"\d+[/-]\d+", said)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("miércoles ñ ¿", "GSM-7", 13, 1),
        ("sábado", "UCS-2", 6, 1),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("“", "UCS-2", 1, 1),
        ("😀" * 35, "UCS-2", 70, 1),
        # Six parts hold 918 septets; an escape that would straddle two costs a seventh.
        ("a" * 152 + "€" + "a" * 152 + "€" + "a" * 151, "GSM-7", 459, 4),
        ("€" * 153, "GSM-7", 306, 3),
        ("a" + "€" * 152, "GSM-7", 305, 2),
        ("a" * 152 + "€" * 77, "GSM-7", 306, 3),
        # 67 units hold 33 pairs, and one unit stays empty.
        ("😀" * 66, "UCS-2", 132, 2),
        ("😀" * 67, "UCS-2", 134, 3),
        ("á" * 66 + "😀" + "á" * 66, "UCS-2", 134, 3),
        ("", "GSM-7", 0, 1),
    ],
)
def test_segments_are_counted_as_carriers_count_them(text, encoding, units, segments):
    assert gsm7.size(text) == gsm7.Size(encoding, units, segments)


@given(st.text(alphabet=[*sorted(gsm7.BASIC | gsm7.EXTENDED), "á", "😀"], max_size=500))
def test_no_character_is_cut_and_no_segment_is_emptier_than_it_must_be(text):
    found = gsm7.size(text)
    room = 153 if found.encoding == "GSM-7" else 67
    if found.segments == 1:
        return
    assert -(-found.units // room) <= found.segments <= -(-found.units // (room - 1))


@given(st.text(alphabet=sorted(gsm7.BASIC), max_size=400))
def test_a_basic_text_costs_one_unit_a_character(text):
    assert gsm7.size(text).units == len(text)
