"""The inbox at work: read, taken on, answered, closed, and each step taken back."""

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from notifications.models import InboundText, MailboxItem, Message, OptOut
from notifications.services.sending import send_due
from patients.models import Task
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.inbound import SENDER, send
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db

MAY = {"coordinator", "nurse", "clinician", "medical_director"}
ROLES = (*sorted(MAY), "technician", "admin", "auditor")


@pytest.fixture
def booked():
    clock.set_to(NOW)
    return make.booked(phone=SENDER, given_name="Ana", family_name="Torres")


@pytest.fixture
def place(booked):
    return booked[0]


@pytest.fixture
def ana(booked):
    return booked[1]


@pytest.fixture
def text(booked):
    return send("Can I stop by earlier?")


@pytest.fixture
def browser(place):
    return signed_in(place)


def signed_in(place, role="coordinator"):
    member = make_clinic.membership(role, place.clinic)
    client = Client()
    client.force_login(member.user)
    client.member = member
    return client


def page(browser, address="/staff/inbox/"):
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def press(browser, text, act, **fields):
    return browser.post(f"/staff/inbox/{text.pk}/{act}/", fields)


def again(text):
    return InboundText.objects.get(pk=text.pk)


def test_a_text_stands_in_the_list_with_its_patient_and_its_words(browser, text):
    found = page(browser)

    assert "Ana Torres" in found
    assert "Can I stop by earlier?" in found
    assert "Unread" in found


def test_today_and_the_account_menu_say_how_many_are_unread(browser, text):
    found = page(browser, "/staff/today/")

    assert "1 text from patients" in found
    assert found.count('class="nav__count only-narrow"') == 1
    press(browser, text, "close")
    assert "from patients" not in page(browser, "/staff/today/")


def test_the_nav_counts_what_is_unread(browser, text):
    assert '<span class="nav__count">1<span' in page(browser, "/staff/today/")
    press(browser, text, "close")
    assert "nav__count" not in page(browser, "/staff/today/")


def test_red_flags_stand_first(browser, text):
    send("I have a fever", now=NOW + timedelta(minutes=5))
    found = page(browser)

    assert found.index("I have a fever") < found.index("Can I stop by earlier?")
    assert "Warning signs" in found


@pytest.mark.parametrize(
    ("tab", "act"), [("assigned", "assign"), ("answered", "answer"), ("done", "close")]
)
def test_each_state_has_its_list(browser, text, tab, act):
    press(browser, text, act, body="Come at two.")

    assert "Can I stop by earlier?" in page(browser, f"/staff/inbox/?tab={tab}")
    assert "Can I stop by earlier?" not in page(browser, "/staff/inbox/?tab=unread")


def test_who_takes_a_text_on_is_named(browser, text):
    press(browser, text, "assign")

    assert again(text).assigned_to == browser.member.user
    assert browser.member.user.display_name in page(browser)


def test_an_answer_leaves_as_a_text_of_its_own(browser, text):
    press(browser, text, "answer", body="Yes, come at two.")
    press(browser, text, "answer", body="Or at three.")
    send_due(as_of=NOW + timedelta(minutes=1))

    rows = Message.objects.filter(kind="inbox_answer")
    assert rows.count() == 2
    assert len({row.dedupe_key for row in rows}) == 2
    bodies = MailboxItem.objects.filter(address=SENDER).values_list("body", flat=True)
    assert any("Yes, come at two. STOP to opt out." in body for body in bodies)
    assert again(text).state == "answered"


def test_the_thread_shows_both_ways_in_order(browser, text):
    press(browser, text, "answer", body="Yes, come at two.")
    send_due(as_of=NOW + timedelta(minutes=1))
    send("Thanks!", now=NOW + timedelta(minutes=2))
    found = page(browser, f"/staff/inbox/{text.pk}/")

    places = [
        found.index(said)
        for said in ("Can I stop by earlier?", "Yes, come at two.", "Thanks!")
    ]
    assert places == sorted(places)


def test_a_number_that_wants_no_texts_is_not_answered(browser, text):
    send("STOP", now=NOW + timedelta(minutes=1))

    assert "Call instead." in page(browser, f"/staff/inbox/{text.pk}/")
    assert press(browser, text, "answer", body="Hello").status_code == 409
    assert not Message.objects.filter(kind="inbox_answer").exists()


def test_an_answer_that_waits_is_stopped_by_a_stop(browser, text):
    press(browser, text, "answer", body="Yes, come at two.")
    send("STOP", now=NOW + timedelta(minutes=1))

    row = Message.objects.get(kind="inbox_answer")
    assert (row.state, row.reason) == ("suppressed", "opted_out")


@pytest.mark.parametrize("act", ["assign", "answer", "close"])
def test_each_step_can_be_taken_back(browser, text, act):
    press(browser, text, act, body="Come at two.")
    press(browser, text, "undo")

    assert again(text).state == "unread"
    left = Message.objects.filter(kind="inbox_answer", state="scheduled")
    assert not left.exists()


def test_an_answer_that_has_left_is_not_taken_back(browser, text):
    press(browser, text, "answer", body="Come at two.")
    send_due(as_of=NOW + timedelta(minutes=1))

    assert press(browser, text, "undo").status_code == 409
    assert again(text).state == "answered"


def test_no_answer_and_too_long_a_one_are_said(browser, text):
    for body in ("", " ", "x" * 241):
        assert press(browser, text, "answer", body=body).status_code == 422
    assert again(text).state == "unread"


def test_a_text_of_nobody_is_linked_before_it_is_answered(browser, ana):
    text = send("hello", sender="+17135550142")
    assert "Whose text is it?" in page(browser, f"/staff/inbox/{text.pk}/")
    assert press(browser, text, "answer", body="Hi").status_code == 422

    press(browser, text, "link", q=ana.mrn)

    assert again(text).patient == ana
    assert press(browser, text, "answer", body="Hi").status_code == 302
    send_due(as_of=NOW + timedelta(minutes=1))
    assert MailboxItem.objects.filter(
        address="+17135550142", body__contains="Hi"
    ).exists()


def test_of_a_shared_number_the_right_patient_is_chosen(browser, place, ana):
    luis = make.patient(place, phone=SENDER, given_name="Luis", family_name="Torres")
    text = send("hello")
    found = page(browser, f"/staff/inbox/{text.pk}/")
    assert "Ana Torres" in found
    assert "Luis Torres" in found

    press(browser, text, "link", patient=luis.pk)

    assert again(text).patient == luis


def test_who_fits_nobody_or_several_is_asked_again(browser, place, ana):
    make.patient(place, given_name="Ana", family_name="Torres")
    text = send("hello", sender="+17135550142")

    for asked in ("Torres", "Nobody"):
        assert press(browser, text, "link", q=asked).status_code == 422
    assert again(text).patient is None


def test_another_clinics_text_does_not_exist(text):
    other = signed_in(make.office(phone="+17135550155"))

    assert other.get(f"/staff/inbox/{text.pk}/").status_code == 404
    assert press(other, text, "close").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_who_serves_and_treats_may_read_and_answer(place, text, role):
    client = signed_in(place, role)
    allowed = role in MAY

    assert client.get("/staff/inbox/").status_code == (200 if allowed else 403)
    assert press(client, text, "close").status_code == (302 if allowed else 403)


def test_the_task_of_a_warning_sign_leads_to_the_text(place):
    text = send("Tengo fiebre")
    nurse = signed_in(place, "nurse")

    assert Task.objects.get(kind="red-flag")
    assert f"/staff/inbox/{text.pk}/" in page(nurse, "/staff/tasks/")


@pytest.mark.parametrize("role", ROLES)
def test_a_stop_said_by_voice_is_written_down_by_whoever_hears_it(place, ana, role):
    client = signed_in(place, role)
    address = f"/staff/patients/{ana.pk}/opt-out/"

    response = client.post(address, {"what": "sms:all", "stop": "1"})

    allowed = role in MAY
    assert response.status_code == (302 if allowed else 403)
    assert OptOut.objects.filter(source="voice").exists() is allowed


def test_a_spoken_stop_stands_on_the_patients_page_and_can_be_taken_back(browser, ana):
    address = f"/staff/patients/{ana.pk}/opt-out/"
    browser.post(address, {"what": "sms:reminders", "stop": "1"})
    assert "Text messages: reminders of visits" in page(
        browser, f"/staff/patients/{ana.pk}/"
    )
    states = dict(Message.objects.values_list("kind", "state"))
    assert states == {"confirmation": "scheduled", "day_before": "suppressed"}

    browser.post(address, {"what": "sms:reminders", "start": "1"})

    assert Message.objects.filter(kind="day_before", state="scheduled").exists()


@pytest.mark.parametrize("what", ["", "sms", "fax:all", "sms:everything"])
def test_a_stop_of_something_else_is_refused(browser, ana, what):
    address = f"/staff/patients/{ana.pk}/opt-out/"

    assert browser.post(address, {"what": what}).status_code in {400, 422}
    assert not OptOut.objects.exists()
