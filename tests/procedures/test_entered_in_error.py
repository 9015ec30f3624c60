"""Any record can be entered in error: struck through, with who, why and with whom."""

import json

import pytest

from core import journal
from procedures.corrections.records import rows_of
from procedures.corrections.table import KINDS
from procedures.episodes.documents import document
from procedures.models import (
    CheckIn,
    Consent,
    Decision,
    Discharge,
    EnteredInError,
    Evaluation,
    HandOff,
    Harvest,
    Injection,
    InstrumentResponse,
    KitUse,
    Processing,
    Release,
    Response,
    SiteMark,
    TimeOut,
    VitalsSet,
)
from scheduling.consistency import checks as booking_checks
from scheduling.models import PhaseRecord
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.correcting import WHY, answered, strike, struck
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


def visit_of(day):
    visit = day.episode.visits.get(purpose="procedure").appointment
    visit.refresh_from_db()
    return visit


def stands_on(refused):
    [reason] = refused.reasons
    assert reason.code == "stands-on-it"
    return reason.text


# --- who, why, with whom ------------------------------------------------------------


def test_the_record_stays_with_who_and_why():
    day = Day.ready().until("checked_in")
    row = CheckIn.objects.get()

    struck(day, "check_in", row, "nurse", "technician", "08:50")

    row.refresh_from_db()
    error = EnteredInError.objects.get(record_kind="check_in")
    assert row.superseded_at == error.occurred_at == day.at("08:50")
    assert (error.record_id, error.reason, error.episode) == (row.pk, WHY, day.episode)
    assert error.entered_by_id == day.place.person("nurse").user_id
    assert error.second_person_id == day.place.person("technician").user_id
    assert error.signature.subject == f"check_in:{row.pk}"
    entries = journal.entries(f"episode:{day.episode.pk}")
    [entry] = [one for one in entries if one.name == "episode.entered_in_error"]
    assert json.loads(entry.payload)["record_id"] == str(row.pk)


def test_nobody_does_it_alone_and_only_its_makers_do():
    day = Day.ready().until("checked_in")
    row = CheckIn.objects.get()

    with pytest.raises(Exception, match="second_person"):
        strike(day, "check_in", row, "nurse", "")
    forbidden = strike(day, "check_in", row, "technician", "nurse")
    outsider = strike(day, "check_in", row, "nurse", "coordinator")

    assert forbidden.status == 403
    assert codes(outsider) == ["second-person-role"]
    assert not EnteredInError.objects.exists()


def test_after_the_release_a_physician_is_there():
    day = Day.ready().until("released")
    row = Release.objects.get()

    refused = strike(day, "release", row, "technician", "nurse")
    struck(day, "release", row, "technician", "clinician")

    assert codes(refused) == ["correction-physician"]


def test_it_happens_once():
    day = Day.ready().until("checked_in")
    row = CheckIn.objects.get()
    struck(day, "check_in", row, "nurse", "technician", "08:50")

    with pytest.raises(Exception, match="not a current record"):
        strike(day, "check_in", row, "nurse", "technician")


# --- check-in of the wrong patient ----------------------------------------------------


def test_a_wrong_check_in_is_taken_back_and_can_be_done_again():
    day = Day.ready().until("checked_in")

    struck(day, "check_in", CheckIn.objects.get(), "nurse", "technician", "08:50")

    assert day.episode.stage == "ready"
    assert visit_of(day).status == "arrived"
    assert not PhaseRecord.objects.filter(appointment=visit_of(day)).exists()
    assert not VitalsSet.objects.filter(superseded_at=None).exists()
    assert booking_checks.findings(day.at("09:00")) == []
    make.done(day.check_in(now="09:00"))
    assert day.episode.stage == "checked_in"
    assert visit_of(day).status == "checked-in"


def test_what_stands_on_a_check_in_keeps_it():
    day = Day.ready().until("checked_in")
    make.done(day.time_out())
    row = CheckIn.objects.get()

    told = stands_on(strike(day, "check_in", row, "nurse", "technician"))

    assert "time-out" in told
    assert "site mark" in told
    assert CheckIn.objects.get().superseded_at is None
    assert day.episode.stage == "checked_in"


def test_a_day_is_taken_back_from_its_end_to_its_beginning():
    day = Day.ready().until("discharged")
    backwards = [
        ("discharge", Discharge, "nurse", "injected"),
        ("injection", Injection, "clinician", "released"),
        ("time_out", TimeOut, "clinician", "released"),
        ("release", Release, "clinician", "processed"),
        ("processing", Processing, "technician", "harvested"),
        ("hand_off", HandOff, "nurse", "harvested"),
        ("hand_off", HandOff, "nurse", "harvested"),
        ("harvest", Harvest, "clinician", "checked_in"),
        ("time_out", TimeOut, "clinician", "checked_in"),
        ("mark", SiteMark, "clinician", "checked_in"),
        ("check_in", CheckIn, "nurse", "ready"),
    ]

    for kind, model, role, stage in backwards:
        rows = model.objects.filter(superseded_at=None)
        row = rows.order_by("-occurred_at").first()
        second = "medical_director" if role == "clinician" else "clinician"
        struck(day, kind, row, role, second)
        assert day.episode.stage == stage, kind
        # Whatever is gone, the episode can be read.
        assert document(day.episode, day.place.actor(role), day.at("12:00"))

    assert visit_of(day).status == "arrived"
    kept = {k for k in KINDS if rows_of(day.episode, k).filter(superseded_at=None)}
    assert kept == {
        "evaluation",
        "decision",
        "consent",
        "kit_use",
        "instrument_response",
    }
    assert booking_checks.findings(day.at("12:00")) == []


def test_a_day_taken_back_can_be_lived_again():
    day = Day.ready().until("processed")
    pair = ("technician", "clinician")
    struck(day, "processing", Processing.objects.get(), *pair, "09:53")
    for hand_off in HandOff.objects.order_by("-occurred_at"):
        struck(day, "hand_off", hand_off, "nurse", "clinician", "09:54")
    struck(day, "harvest", Harvest.objects.get(), "clinician", "nurse", "09:54")

    again = {"start_at": day.at("09:20"), "end_at": day.at("09:40")}
    make.done(day.harvest(now="09:54", **again))
    code = day.episode.products.filter(kind="A").order_by("-number")[0].code
    scan = {"container_scan": code}
    make.done(day.hand_off("H1", "09:55", role="clinician", **scan))
    make.done(day.hand_off("H2", "09:56", **scan))
    spun = {"start_at": day.at("09:57"), "end_at": day.at("10:12")}
    make.done(day.process(now="10:12", **spun))

    assert day.episode.stage == "processed"
    assert day.episode.products.filter(kind="A").count() == 2


# --- each kind as it demands ---------------------------------------------------------


def test_without_vital_signs_the_day_does_not_go_on():
    day = Day.ready().until("checked_in")

    struck(day, "vitals", VitalsSet.objects.get(), "nurse", "technician", "08:50")

    assert "vitals-missing" in codes(day.time_out())


def test_a_target_marked_wrongly_is_unmarked():
    day = Day.ready().until("checked_in")
    make.done(day.time_out())
    mark, pause = SiteMark.objects.get(), TimeOut.objects.get()

    told = stands_on(strike(day, "mark", mark, "clinician", "nurse"))
    struck(day, "time_out", pause, "clinician", "nurse", "09:13")
    struck(day, "mark", mark, "clinician", "nurse", "09:14")
    refused = day.time_out(now="09:15", site_marks=[])

    assert "time-out" in told
    assert codes(refused)
    assert codes(day.harvest())


def test_a_consent_in_error_is_no_consent_and_readiness_reopens():
    place = make.open_site()
    path, _ = make.ready(place)
    day = Day(place, path)
    path.refresh_from_db()
    assert path.stage == "ready"

    struck(day, "consent", Consent.objects.get(), "clinician", "nurse", "08:00")

    assert path.stage == "scheduled"
    assert path.readiness_items.get(kind="consent").state == "open"
    assert "consent-missing" in " ".join(codes(day.check_in())) or codes(day.check_in())


def test_a_decision_in_error_is_undecided_while_nothing_is_booked():
    place = make.open_site()
    path = make.approved(place)
    day = Day(place, path)

    struck(day, "decision", Decision.objects.get(), "clinician", "nurse", "08:00")

    assert path.stage == "consultation"
    assert codes(make.act(place, path, "check_in", {}, role="nurse")) == ["stage"]
    make.done(make.act(place, path, "decide", make.decision()))


def test_a_booked_procedure_keeps_its_decision():
    place = make.open_site()
    path, _ = make.ready(place)

    told = stands_on(strike(Day(place, path), "decision", Decision.objects.get()))

    assert "booked procedure" in told


def test_a_decision_keeps_its_evaluation():
    place = make.open_site()
    path = make.approved(place)
    day = Day(place, path)
    evaluation = Evaluation.objects.get()

    told = stands_on(strike(day, "evaluation", evaluation))
    struck(day, "decision", Decision.objects.get())
    struck(day, "evaluation", evaluation)

    assert "decision" in told
    assert not InstrumentResponse.objects.filter(superseded_at=None).exists()
    assert codes(make.act(place, path, "decide", make.decision()))


def test_answers_in_error_open_their_contact_again():
    day = Day.ready().until("discharged")
    tomorrow = make.at("2026-09-16", "10:00")
    make.done(answered(day, tomorrow))
    row = Response.objects.get()
    wish = {"record": "response", "record_id": str(row.pk), "reason": WHY}

    make.done(
        make.act(
            day.place,
            day.episode,
            "enter_in_error",
            wish,
            role="nurse",
            second="clinician",
            now=make.at("2026-09-16", "10:30"),
        )
    )

    contact = day.episode.follow_ups.get(code="D1")
    assert (contact.state, contact.answered_at) == ("planned", None)
    kept = InstrumentResponse.objects.filter(superseded_at=None, occasion="D1")
    assert not kept.exists()
    make.done(answered(day, make.at("2026-09-16", "11:00")))


def test_a_discharge_goes_once_its_answers_are_gone():
    day = Day.ready().until("discharged")
    make.done(answered(day, make.at("2026-09-16", "10:00")))
    later = {"now": make.at("2026-09-16", "10:30"), "second": "clinician"}

    def wish(kind, row):
        named = {"record": kind, "record_id": str(row.pk), "reason": WHY}
        return make.act(
            day.place, day.episode, "enter_in_error", named, role="nurse", **later
        )

    discharge = Discharge.objects.get()
    told = stands_on(wish("discharge", discharge))
    make.done(wish("response", Response.objects.get()))
    path = make.done(wish("discharge", discharge))

    assert "answers at a follow-up" in told
    assert path.stage == "injected"
    assert visit_of(day).status == "checked-in"


def test_an_injection_in_error_leaves_the_contacts_as_they_are():
    day = Day.ready().until("injected")
    planned = set(day.episode.follow_ups.values_list("code", "target_on"))

    struck(day, "injection", Injection.objects.get(), "clinician", "nurse", "10:12")
    make.done(day.inject(now="10:16", start_at=day.at("10:12"), end_at=day.at("10:15")))

    assert day.episode.stage == "injected"
    assert set(day.episode.follow_ups.values_list("code", "target_on")) == planned


def test_a_held_product_stays_held_when_its_processing_was_in_error():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    make.done(day.process(additives=["enzyme"]))
    row = Processing.objects.get()

    struck(day, "processing", row, "technician", "clinician", "09:53")
    spun = {"start_at": day.at("09:54"), "end_at": day.at("10:08")}
    make.done(day.process(now="10:08", **spun))

    assert Processing.objects.get(superseded_at=None).regulatory_hold


def test_a_kit_said_to_be_unopened_is_free_again():
    day = Day.ready().until("processed")
    row, kit = Processing.objects.get(), KitUse.objects.get()

    told = stands_on(strike(day, "kit_use", kit, "technician", "clinician"))
    struck(day, "processing", row, "technician", "clinician", kit_unused=True)

    kit.refresh_from_db()
    assert "processing" in told
    assert kit.superseded_at is not None
    assert EnteredInError.objects.filter(record_kind="kit_use").exists()
