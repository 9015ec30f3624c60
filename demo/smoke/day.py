"""The day: consent, check-in, harvest, processing, release, injection, home."""

from datetime import date, datetime, timedelta
from typing import Any

from demo.procedure_day import ALL_WELL, ALL_YES
from demo.smoke import after
from demo.smoke.before import Booked
from demo.smoke.report import Report
from demo.smoke.walker import VITALS, Walk
from procedures.products.ids import ProductId, issue

ANOTHER_PATIENTS_SYRINGE = issue(ProductId("BAYOU", date(2020, 1, 1), 1, "C", 1))
SHA256_OF_THE_FORM = "5f" * 32


class SmokeDay:
    """Acts on one episode, at minutes after the arrival."""

    def __init__(self, walk: Walk, report: Report, booked: Booked) -> None:
        self.walk, self.report, self.booked = walk, report, booked

    def at(self, minutes: int) -> datetime:
        return self.booked.start + timedelta(minutes=minutes)

    def act(
        self,
        minutes: int,
        what: str,
        act: str,
        who: str,
        data: dict[str, Any],
        second: str = "",
        status: int = 200,
    ) -> Any:
        """Set the clock, do the act, check the answer's status."""
        self.walk.set_clock(self.at(minutes))
        reply = self.walk.act(self.booked.episode, act, who, data, second)
        return self.report.expect(what, reply, status)

    def product(self, kind: str) -> str:
        person = self.walk.staff["technician"]
        found = person.get(f"episodes/{self.booked.episode}/")
        codes = [p["code"] for p in found["products"] if p["kind"] == kind]
        return str(codes[0])

    def scans(self, kind: str) -> dict[str, str]:
        return {
            "patient_scan": self.booked.patient["mrn"],
            "product_scan" if kind == "" else "container_scan": self.product(
                kind or "C"
            ),
        }


def procedure(walk: Walk, report: Report, booked: Booked) -> None:
    day = SmokeDay(walk, report, booked)
    consent_and_prepare(day)
    reminder_arrives(day)
    receive(day)
    harvest_and_hand_over(day)
    process_and_release(day)
    wrong_product(day)
    inject_and_discharge(day)


def consent_and_prepare(day: SmokeDay) -> None:
    walk, episode = day.walk, day.booked.episode
    consent = {
        "document_id": "BMC-PROC-EN",
        "document_version": "3",
        "document_sha256": SHA256_OF_THE_FORM,
        "targets": [{"target": day.booked.target, "laterality": "right"}],
        "harvest_sites": ["posterior_iliac_crest_psis"],
        "signer_name": "Nadia Smoke",
    }
    reply = walk.act(episode, "consent", "clinician", consent)
    day.report.expect("consent is signed", reply, 200)
    for item in ("medication_plan", "estimate", "labs"):
        data = {"item": item, "state": "done"}
        reply = walk.act(episode, "prepare", "coordinator", data)
    body = day.report.expect("the readiness items are done", reply, 200)
    day.report.check("the episode is ready by itself", body["stage"] == "ready", body)


def reminder_arrives(day: SmokeDay) -> None:
    after.day_before(day.walk, day.report, day.booked)


def receive(day: SmokeDay) -> None:
    walk, visit = day.walk, day.booked.appointment
    walk.set_clock(day.at(0))
    coordinator = walk.staff["coordinator"]
    seen = coordinator.get(f"appointments/{visit['id']}/")
    body = {"version": seen["version"]}
    arrived = coordinator.post(f"appointments/{visit['id']}/arrive/", body)
    day.report.expect("the patient has arrived", arrived, 200)
    check_in = {
        "identifiers": ["name", "birth_date"],
        **VITALS,
        "infection_signs": False,
        "pregnancy_test": "not_applicable",
    }
    day.act(5, "check-in and vital signs", "check-in", "nurse", check_in)
    early = harvest(day, 40)
    day.act(
        41, "a harvest without time-out is refused", "harvest", "clinician", early,
        status=409,
    )  # fmt: skip
    marks = [
        {
            "target": day.booked.target,
            "laterality": "right",
            "marked_at": day.at(20).isoformat(),
        }
    ]
    data = {**ALL_YES, "site_marks": marks}
    day.act(42, "time-out 1, two people", "time-out", "clinician", data, "nurse")


def harvest(day: SmokeDay, start: int) -> dict[str, Any]:
    return {
        "start_at": day.at(start).isoformat(),
        "end_at": day.at(start + 1 if start == 40 else start + 17).isoformat(),
        "position": "prone",
        "site": "posterior_iliac_crest_psis",
        "side": "left",
        "guidance": "ultrasound",
        "needle_gauge": 11,
        "needle_length_mm": 100,
        "anticoagulant": "acd_a",
        "anticoagulant_ml": "8",
        "aliquots_ml": ["5"] * 12,
        "syringe_ml": 10,
    }


def harvest_and_hand_over(day: SmokeDay) -> None:
    day.act(61, "the harvest is signed", "harvest", "clinician", harvest(day, 43))
    for minute, kind, who in ((62, "H1", "clinician"), (63, "H2", "technician")):
        data = {"kind": kind, **day.scans("A"), "labelled_in_presence": True}
        day.act(minute, f"hand-off {kind} matches", "hand-off", who, data)


def process_and_release(day: SmokeDay) -> None:
    expires_on = (day.booked.start + timedelta(days=400)).strftime("%y%m%d")
    serial = f"S{day.booked.episode[:8]}"
    data = {
        "start_at": day.at(64).isoformat(),
        "end_at": day.at(80).isoformat(),
        "centrifuge": "CF-01",
        "kit_udi": f"(01)09520000000011(17){expires_on}(10)SMOKE1(21){serial}",
        "spin_minutes": 14,
        "input_ml": "68",
        "bmc_ml": "7.5",
        "ppp_ml": "20",
        "waste_ml": "40",
        "qc_retained_ml": "0.5",
        "tnc_e6_per_ml": "92",
        "viability_pct": "95",
    }
    day.act(80, "processing is signed", "process", "technician", data)
    release = {"product_scan": day.product("C"), "label_checked": True}
    day.act(
        82, "released, verified by another person", "release", "technician", release,
        "technician2",
    )  # fmt: skip


def wrong_product(day: SmokeDay) -> None:
    wrong = {
        "kind": "H6",
        "patient_scan": day.booked.patient["mrn"],
        "container_scan": ANOTHER_PATIENTS_SYRINGE,
    }
    day.act(
        83, "a wrong product's scan is refused", "hand-off", "technician", wrong,
        status=409,
    )  # fmt: skip
    timeline = day.walk.staff["clinician"].get(
        f"episodes/{day.booked.episode}/timeline/"
    )
    names = [entry["name"] for entry in timeline["results"]]
    recorded = any("mismatch" in n or "incident" in n for n in names)
    day.report.check("and recorded", recorded, names)
    words = "The scanner read a sample label from the drawer."
    data = {"kind": "resolve", "resolution": words}
    day.act(84, "two people resolve it", "hand-off", "technician", data, "clinician")
    right = {"kind": "H6", **day.scans("C")}
    day.act(85, "the right product is scanned", "hand-off", "technician", right)


def inject_and_discharge(day: SmokeDay) -> None:
    scans = day.scans("")
    day.act(
        86, "time-out 2, two people", "time-out", "clinician", {**ALL_YES, **scans},
        "nurse",
    )  # fmt: skip
    injection = {
        **scans,
        "target": day.booked.target,
        "laterality": "right",
        "start_at": day.at(88).isoformat(),
        "end_at": day.at(92).isoformat(),
        "guidance": "ultrasound_in_plane",
        "needle_gauge": 22,
        "needle_length_mm": 50,
        "volume_ml": "7",
        "images_stored": 3,
    }
    day.act(93, "the injection is signed", "inject", "clinician", injection)
    signs = [{**VITALS, "taken_at": day.at(m).isoformat()} for m in (105, 120)]
    home = {
        **ALL_WELL,
        "vitals": signs,
        "weight_bearing": "as_tolerated",
        "aid": "none",
        "instructions_version": "AFTER-EN 2",
        "discarded_ml": "0",
    }
    body = day.act(130, "discharged", "discharge", "clinician", home)
    codes = [f["code"] for f in body["follow_ups"]]
    wanted = ["D1", "D3", "D7", "D14", "W6", "M3", "M6", "M12"]
    day.report.check("follow-ups D1 to M12 exist, once", codes == wanted, codes)
