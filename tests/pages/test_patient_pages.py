"""Behind a patient's link: nothing by opening it, one answer however often pressed."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinics.models import AccessLogEntry
from core import clock
from core.models import JournalEntry
from pages.patient.texts import EN, ES
from patients.models import PatientLink, Task
from patients.services import links
from scheduling.booking import book
from tests.access import exactly_one_access_row
from tests.factories.scheduling import BY
from tests.pages.by_link import BEFORE, FRIDAY_NINE, VISIT, Holder, visit_by_link

pytestmark = pytest.mark.django_db

WRONG = date(1970, 1, 2)
NUMERIC_DATE = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")


@pytest.fixture
def booked():
    return visit_by_link()


@pytest.fixture
def holder(booked):
    return booked[0]


@pytest.fixture
def visit(booked):
    return booked[1]


@pytest.fixture
def proved(holder):
    """The birth date was right: the browser is let in."""
    assert holder.prove().status_code == 303
    return holder


def everything() -> list[object]:
    """Every table's contents, in order."""
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')
            found.append((table, cursor.fetchall()))
    return found


def words(holder, address=VISIT):
    return holder.page(address)


def press(holder, answer):
    return holder.browser.post(VISIT, {"answer": answer})


def test_opening_a_link_again_and_again_changes_nothing(holder):
    before = everything()

    for _ in range(10):
        assert holder.browser.get(holder.address).status_code == 200
        assert holder.browser.head(holder.address).status_code == 200

    assert everything() == before


def test_before_the_birth_date_nobodys_data_is_shown(holder):
    page = words(holder, holder.address)

    for told in ("Ana", "Torres", "April", "1966", "September", "9:00", "onsultation"):
        shown = page.replace(EN["birth_hint"], "").replace(ES["birth_hint"], "")
        assert told not in shown, told
    assert "Bayou Joint Clinic" in page


def test_without_the_birth_date_no_page_opens(holder):
    for address in (VISIT, "/v/visit/told/yes/", "/v/check-in/", "/v/check-in/1/"):
        response = holder.browser.get(address)

        assert response.status_code == 403
        assert EN["again_title"] in response.content.decode()


def test_the_birth_date_opens_the_visit_for_thirty_minutes(holder):
    response = holder.prove()

    cookie = response.cookies["patient"]
    assert response["Location"] == VISIT
    assert cookie["max-age"] == 30 * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert links.token(holder.link) not in response["Location"]


def test_after_thirty_minutes_the_link_must_be_opened_again(proved, monkeypatch):
    monkeypatch.setattr("pages.patient.visitor.KEPT_SECONDS", -1)

    assert proved.browser.get(VISIT).status_code == 403


def test_a_wrong_birth_date_counts_and_says_how_many_tries_are_left(holder):
    response = holder.prove(WRONG)

    page = response.content.decode()
    assert response.status_code == 403
    assert "<title>Error: " in page
    assert EN["birth_wrong"].format(left=4) in page
    assert 'value="1970"' in page
    assert PatientLink.objects.get(pk=holder.link.pk).failures == 1


@pytest.mark.parametrize(
    "typed", [("x", "1", "1966"), ("2", "30", "1966"), ("", "", "")]
)
def test_what_is_no_date_is_said_and_does_not_count(holder, typed):
    month, day, year = typed

    response = holder.prove(birth_month=month, birth_day=day, birth_year=year)

    assert response.status_code == 422
    assert EN["birth_missing"] in response.content.decode()
    assert PatientLink.objects.get(pk=holder.link.pk).failures == 0


def test_the_fifth_wrong_birth_date_locks_the_link_and_asks_for_a_call(holder):
    answers = [holder.prove(WRONG) for _ in range(6)]
    right = holder.prove()

    assert [EN["locked_title"] in a.content.decode() for a in answers] == [
        False,
        False,
        False,
        False,
        True,
        True,
    ]
    assert right.status_code == 403
    assert "tel:" in right.content.decode()
    assert Task.objects.filter(kind="call_patient").count() == 1


def test_a_lock_shuts_out_a_browser_that_was_let_in(proved):
    stranger = Holder(proved.patient, proved.link, Client())
    for _ in range(5):
        stranger.prove(WRONG)

    assert proved.browser.get(VISIT).status_code == 403


def test_expired_and_revoked_links_look_the_same_and_name_the_clinic(holder):
    clock.set_to(BEFORE + timedelta(days=6))
    expired = holder.browser.get(holder.address)
    clock.set_to(BEFORE)
    links.revoke(
        patient_id=holder.patient.pk, subject=holder.link.subject, by=BY, now=BEFORE
    )
    revoked = holder.browser.get(holder.address)
    posted = holder.prove()

    form_token = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*')
    pages = {
        form_token.sub("", one.content.decode()) for one in (expired, revoked, posted)
    }
    assert len(pages) == 1
    assert expired.status_code == revoked.status_code == 404
    page = pages.pop()
    assert EN["gone_title"] in page
    assert EN["gone_button"] in page
    assert f'href="tel:{holder.clinic.phone}"' in page
    assert holder.patient.given_name not in page


def test_a_link_revoked_meanwhile_shuts_out_a_browser_that_was_let_in(proved):
    links.revoke(
        patient_id=proved.patient.pk, subject=proved.link.subject, by=BY, now=BEFORE
    )

    assert proved.browser.get(VISIT).status_code == 403


def test_the_visit_says_when_where_and_how_long_in_words(proved):
    page = words(proved)

    assert "Friday, September 4, 2026, 9:00 AM Central Time" in page
    assert "1 Example Street" in page
    assert "45 minutes" in page
    assert not NUMERIC_DATE.search(re.sub(r"<[^>]*>", " ", page))


def test_the_visit_is_told_in_spanish_too(proved):
    page = words(proved, f"{VISIT}?lang=es")

    assert "viernes 4 de septiembre de 2026, 9:00 a.m. (hora del Centro)" in page
    assert "45 minutos" in page
    assert '<html lang="es">' in page
    for english in ("Questions", "Skip to", "Your visit", "Central Time"):
        assert english not in page
    assert words(proved).count(ES["visit_title"])  # remembered


def test_a_page_with_patient_data_writes_exactly_one_access_row(proved):
    with exactly_one_access_row(view="v:visit", patient_ids=[str(proved.patient.pk)]):
        proved.browser.get(VISIT)


def test_a_page_without_patient_data_writes_none(holder):
    holder.browser.get(holder.address)
    holder.browser.get("/v/check-in/")

    assert not AccessLogEntry.objects.exists()


def test_no_page_is_kept_indexed_or_told_to_other_sites(holder):
    asked = [holder.browser.get(holder.address), holder.prove()]
    asked += [holder.browser.get(VISIT), holder.browser.get("/v/nothing/")]

    for response in asked:
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert "noindex" in response["X-Robots-Tag"]


def test_yes_confirms_at_once_and_twice_is_once(proved, visit):
    first, second = press(proved, "yes"), press(proved, "yes")

    visit.refresh_from_db()
    assert visit.confirmed_at is not None
    assert first.status_code == second.status_code == 303
    assert EN["confirmed_title"] in words(proved, first["Location"])
    assert JournalEntry.objects.filter(name="appointment.confirmed").count() == 1


def test_a_confirmed_visit_says_so(proved):
    press(proved, "yes")

    assert EN["confirmed_text"] in words(proved)


@pytest.mark.parametrize(
    ("answer", "kind", "title"),
    [
        ("other", "asks_other_time", "times_title"),
        ("no", "cannot_come", "no_title"),
    ],
)
def test_another_answer_is_one_task_for_a_coordinator_and_the_visit_stays(
    proved, visit, answer, kind, title
):
    first = press(proved, answer)
    press(proved, answer)

    task = Task.objects.get(patient=proved.patient)
    visit.refresh_from_db()
    assert (task.kind, task.owner_role) == (kind, "coordinator")
    assert (visit.status, visit.confirmed_at) == ("booked", None)
    assert EN[title] in words(proved, first["Location"])


def test_an_answer_that_is_none_changes_nothing(proved, visit):
    response = press(proved, "maybe")

    visit.refresh_from_db()
    assert response["Location"] == VISIT
    assert visit.confirmed_at is None
    assert not Task.objects.exists()


def test_the_link_of_a_moved_visit_says_so(proved, visit):
    book.move(
        appointment_id=visit.pk,
        start=FRIDAY_NINE + timedelta(hours=2),
        version=visit.version,
        by=BY,
        now=BEFORE,
    )

    page = words(proved)
    press(proved, "yes")

    visit.refresh_from_db()
    assert EN["moved_title"] in page
    assert "11:00" not in page
    assert visit.confirmed_at is None


def test_the_link_works_again_once_the_visit_is_back_at_its_time(proved, visit):
    moved = move(visit, FRIDAY_NINE + timedelta(hours=1))
    book.undo_move(appointment_id=visit.pk, version=moved.version, by=BY, now=BEFORE)

    assert press(proved, "yes").status_code == 303

    visit.refresh_from_db()
    assert (visit.start, visit.revision) == (FRIDAY_NINE, 2)
    assert visit.confirmed_at is not None


def test_the_link_of_a_time_between_says_moved(proved, visit):
    """Of three times only the one that the link was made for counts."""
    there = move(visit, FRIDAY_NINE + timedelta(hours=1))
    move(there, FRIDAY_NINE + timedelta(hours=2))

    assert EN["moved_title"] in proved.page(VISIT)
    PatientLink.objects.update(revision=1)
    assert EN["moved_title"] in proved.page(VISIT)
    PatientLink.objects.update(revision=2)
    assert EN["moved_title"] not in proved.page(VISIT)


def move(visit, start):
    return book.move(
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=BEFORE,
    )


def test_a_cancelled_visit_takes_no_answer(proved, visit):
    book.cancel(
        appointment_id=visit.pk, version=visit.version, reason="x", by=BY, now=BEFORE
    )

    press(proved, "yes")

    assert EN["over_title"] in words(proved)


def test_the_language_switch_keeps_what_was_typed(holder):
    response = holder.prove(WRONG, lang="es")

    page = response.content.decode()
    assert response.status_code == 200
    assert ES["open_title"] in page
    assert 'value="1970"' in page
    assert PatientLink.objects.get(pk=holder.link.pk).failures == 0


def test_the_browsers_language_is_used_before_the_patient_is_known(holder):
    page = holder.page(holder.address, **{"Accept-Language": "es-MX,es;q=0.9"})

    assert ES["open_title"] in page


@pytest.mark.parametrize("reads", ["en", "es"])
def test_before_the_birth_date_both_languages_are_there_whatever_the_patient_reads(
    reads,
):
    """The page says the same of everybody: a stranger learns no one's language."""
    holder, _ = visit_by_link(language=reads)

    page = holder.page(holder.address)

    for name in ("open_title", "open_text", "birth_date", "month", "day", "year"):
        assert EN[name] in page
        assert ES[name] in page
    wrong = holder.prove(WRONG).content.decode()
    assert EN["birth_wrong"].format(left=4) in wrong
    assert ES["birth_wrong"].format(left=4) in wrong


def test_a_language_once_chosen_stands_alone_before_the_birth_date(holder):
    page = holder.page(f"{holder.address}?lang=es")

    assert ES["open_text"] in page
    assert EN["open_text"] not in page


def test_a_link_that_has_ended_says_so_in_both_languages(holder):
    PatientLink.objects.update(expires_at=clock.now() - timedelta(days=1))

    page = holder.browser.get(holder.address).content.decode()

    assert EN["gone_title"] in page
    assert ES["gone_title"] in page


def test_the_patients_language_is_used_once_they_are_known():
    holder, _ = visit_by_link(language="es")
    holder.prove()

    assert ES["visit_title"] in words(holder)


def test_both_languages_have_the_same_texts():
    assert EN.keys() == ES.keys()
    places = re.compile(r"{\w+}")
    for name, text in EN.items():
        assert places.findall(text) == places.findall(ES[name]), name


def test_no_text_says_what_the_treatment_is():
    said = " ".join([*EN.values(), *ES.values()]).lower()

    for word in ("stem", "regenerat", "cure", "madre", "injection", "inyec"):
        assert word not in said


def test_no_address_of_a_patient_holds_an_id_but_the_links():
    for name in ("visit", "check_in", "review", "done"):
        assert re.fullmatch(r"/v/[a-z/-]+/", reverse(f"v:{name}"))
