"""The procedure of a case, played through the services act by act."""

from datetime import datetime
from functools import partial
from typing import Any

from demo.cases import DemoCase
from demo.path import Data, Path
from scheduling.visit_types.variation import Variation


class ProcedureDay:
    """The procedure of a case, act by act, each at its time."""

    def __init__(self, path: Path, case: DemoCase) -> None:
        self.path, self.case = path, case
        self.facts, self.assumed = case.facts["procedure"], case.replay

    def at(self, clock: str) -> datetime:
        return self.case.at(self.facts["date"], clock)

    def act(self, clock: str, act: str, by: str, data: Data, second: str = "") -> None:
        self.path.act(self.at(clock), act, by, data, second)

    def wristband(self) -> str:
        mrn: str = self.case.facts["patient"]["mrn"]
        return mrn

    def play(self) -> None:
        """Play the day, from the patient's arrival to their way home."""
        self.receive()
        self.harvest()
        self.process()
        self.inject()
        self.send_home()

    def book(self) -> None:
        booking = self.assumed["procedure_booking"]
        self.path.book(
            self.case.at(booking["booked"]),
            booking["visit_type"],
            self.at(self.facts["arrive"]),
            "procedure",
            variation=Variation(targets=len(self.facts["injections"])),
        )

    def prepare(self) -> None:
        for item, when in self.assumed["preparation"]:
            data = {"item": item, "state": "done"}
            self.path.act(self.case.at(when), "prepare", "coordinator", data)
        consent = self.assumed["consent"]
        signed = self.case.at(consent["signed"])
        self.path.act(signed, "consent", "clinician", self._consent)

    def _consent(self) -> dict[str, Any]:
        consent = {k: v for k, v in self.assumed["consent"].items() if k != "signed"}
        side = self.case.facts["target"]["laterality"]
        targets = [{"target": pk, "laterality": side} for pk in self.path.target_ids()]
        name = self.case.facts["patient"]["name"]
        return {**consent, "targets": targets, "signer_name": name}

    def receive(self) -> None:
        arrived = self.at(self.facts["arrive"])
        self.path.visit(arrived, "arrive", "procedure")
        noted = self.assumed.get("check_in_noted", self.facts["checkin"])
        self.act(noted, "check_in", "nurse", self._check_in())
        self.act(
            self.facts["timeout1"], "time_out", "clinician", self._time_out, "nurse"
        )

    def _check_in(self) -> dict[str, Any]:
        signs = self.facts["vitals"]
        systolic, _, diastolic = signs["bp"].partition("/")
        return {
            "identifiers": ["name", "birth_date"],
            "systolic_mmhg": int(systolic),
            "diastolic_mmhg": int(diastolic),
            "heart_rate_per_min": signs["hr"],
            "spo2_pct": signs["spo2"],
            "temperature_c": str(signs["temp_c"]),
            "nrs": signs["nrs"],
            "last_doses": [
                {
                    "drug": drug,
                    "drug_class": "nsaid",
                    "last_dose_at": self.case.at(when).isoformat(),
                }
                for drug, when in self.assumed["last_dose_at"].items()
            ],
            **self._pregnancy_test(),
            **self.assumed["check_in"],
        }

    def _pregnancy_test(self) -> dict[str, str]:
        clock = self.assumed.get("pregnancy_tested")
        return {"pregnancy_test_at": self.at(clock).isoformat()} if clock else {}

    def _time_out(self) -> dict[str, Any]:
        side = self.case.facts["target"]["laterality"]
        marked_at = self.at(self.facts["site_marked"]).isoformat()
        marks = [
            {"target": pk, "laterality": side, "marked_at": marked_at}
            for pk in self.path.target_ids()
        ]
        return {**ALL_YES, "room": "Procedure room 1", "site_marks": marks}

    def harvest(self) -> None:
        facts = self.facts["harvest"]
        gauge, _, length = facts["needle"].partition("G x ")
        substance, volume, _ = facts["anticoag"].split()
        assumed = dict(self.assumed["harvest"])
        for name in ("needle_expires_on", "anticoagulant_expires_on"):
            assumed[name] = self.case.on(assumed[name]).isoformat()
        data = {
            "start_at": self.at(facts["start"]).isoformat(),
            "end_at": self.at(facts["end"]).isoformat(),
            "site": "posterior_iliac_crest_psis",
            "side": facts["side"],
            "guidance": facts["guidance"],
            "needle_gauge": int(gauge),
            "needle_length_mm": int(length.removesuffix(" mm")),
            "anticoagulant": {"ACD-A": "acd_a"}[substance],
            "anticoagulant_ml": volume,
            "aliquots_ml": [str(facts["aliquot_ml"])] * facts["aliquots"],
            **assumed,
        }
        self.act(facts["end"], "harvest", "clinician", data)
        for kind, who in (("H1", "clinician"), ("H2", "technician")):
            self._hand_off(kind, who, "A")

    def _hand_off(self, kind: str, who: str, container: str) -> None:
        def data() -> dict[str, Any]:
            return {
                "kind": kind,
                "patient_scan": self.wristband(),
                "container_scan": self.path.product(container),
                "labelled_in_presence": kind == "H1",
                "device": "scanner 1",
            }

        self.act(self.assumed["hand_offs"][kind], "hand_off", who, data)

    def process(self) -> None:
        facts = self.facts["processing"]
        self._hand_off("H3", "technician", "A")
        data = {
            "start_at": self.at(facts["start"]).isoformat(),
            "end_at": self.at(facts["end"]).isoformat(),
            "centrifuge": facts["device"],
            "kit_udi": self._kit(facts["kit_udi"]),
            "spin_minutes": facts["spin_min"],
            "input_ml": str(facts["input_ml"]),
            "bmc_ml": str(facts["bmc_ml"]),
            "ppp_ml": str(facts["ppp_ml"]),
            "waste_ml": str(facts["rbc_waste_ml"]),
            "qc_retained_ml": str(self.facts["qc_retained_ml"]),
            "tnc_e6_per_ml": str(facts["tnc_e6_per_ml"]),
            "viability_pct": facts["viability_pct"],
            "hct_pct": facts["hct_pct"],
            "plt_e3_per_ul": facts["plt_k"],
            **self.assumed["processing"],
        }
        self.act(facts["end"], "process", "technician", data)
        self._hand_off("H4", "technician", "C")
        self._hand_off("H5", "technician", "C")
        self.act(
            facts["release"], "release", "technician", self._release, "technician2"
        )

    def _kit(self, udi: str) -> str:
        """The kit's barcode; its expiry moves along with the case."""
        before, mark, rest = udi.partition("(17)")
        year, month, day = rest[:2], rest[2:4], rest[4:6]
        expires_on = self.case.on(f"20{year}-{month}-{day}")
        return f"{before}{mark}{expires_on:%y%m%d}{rest[6:]}"

    def _release(self) -> dict[str, Any]:
        return {"product_scan": self.path.product("C"), "label_checked": True}

    def inject(self) -> None:
        self._hand_off("H6", "technician", "C")
        self.act(self.facts["timeout2"], "time_out", "clinician", self._second, "nurse")
        for number, facts in enumerate(self.facts["injections"]):
            self.act(
                self.assumed["injection"]["time_noted"],
                "inject",
                "clinician",
                partial(self._injection, number, facts),
            )

    def _second(self) -> dict[str, Any]:
        return {
            **ALL_YES,
            "room": "Procedure room 1",
            "patient_scan": self.wristband(),
            "product_scan": self.path.product("C"),
        }

    def _injection(self, number: int, facts: dict[str, Any]) -> dict[str, Any]:
        gauge, _, length = facts["needle"].partition("G x ")
        return {
            "target": self.path.target_ids()[number],
            "laterality": self.case.facts["target"]["laterality"],
            "patient_scan": self.wristband(),
            "product_scan": self.path.product("C"),
            "start_at": self.at(facts["start"]).isoformat(),
            "end_at": self.at(facts["end"]).isoformat(),
            "guidance": {"ultrasound": "ultrasound_in_plane"}[facts["guidance"]],
            "approach": facts["approach"],
            "needle_gauge": int(gauge),
            "needle_length_mm": int(length.removesuffix(" mm")),
            "volume_ml": str(facts["ml"]),
            "images_stored": self.assumed["injection"]["images_stored"],
        }

    def send_home(self) -> None:
        assumed = dict(self.assumed["discharge"])
        signs = [
            {**values, "taken_at": self.at(clock).isoformat()}
            for clock, values in assumed.pop("vitals")
        ]
        discarded = str(self.facts["discarded_ml"])
        data = {**ALL_WELL, **assumed, "vitals": signs, "discarded_ml": discarded}
        self.act(self.facts["discharge"], "discharge", "clinician", data)


ALL_YES = dict.fromkeys(
    (
        "identity_confirmed",
        "site_and_side_agree",
        "consent_matches",
        "position_correct",
        "images_displayed",
        "allergies_reviewed",
        "infection_absent",
        "equipment_ready",
    ),
    True,
)
ALL_WELL = dict.fromkeys(
    (
        "harvest_site_dry",
        "neurovascular_intact",
        "walked",
        "teach_back",
        "emergency_number_given",
    ),
    True,
)
