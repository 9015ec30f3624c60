"""The day of a procedure for tests: `day = Day.ready()` and then act by act.

Each verb does the real act at its usual time with answers nothing speaks against;
keyword arguments change answers, `now`, `role` and `second` change who and when.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from core.refusal import Refused
from procedures import day_vocabulary as words
from procedures.models import Episode, Product
from scheduling.booking import book
from tests.factories import procedures as make
from tests.factories.procedures import Site

ON = "2026-09-15"
KIT = "(01)09520000000011(17)280331(10)K26A-0001(21)S{:04d}"
_serials = iter(range(1, 10_000))

CALM = {
    "systolic_mmhg": 132,
    "diastolic_mmhg": 78,
    "heart_rate_per_min": 72,
    "spo2_pct": 98,
    "temperature_c": 36.7,
    "nrs": 6,
}


def kit() -> str:
    """A kit's barcode nobody has used."""
    return KIT.format(next(_serials))


@dataclass
class Day:
    """A clinic, an episode and its day; `on` is the clinic-local date."""

    place: Site
    episode: Episode
    on: str = ON
    centrifuge: str = "CF-01"
    walked: int = 0

    @classmethod
    def ready(cls, place: Site | None = None, on: str = ON, **fields: Any) -> Self:
        """Booked for 08:30, prepared, arrived; nothing done yet."""
        site = place or make.open_site()
        path, appointment = make.ready(site, make.at(on, "08:30"))
        book.arrive(
            appointment_id=appointment.pk,
            by=site.actor("coordinator"),
            now=make.at(on, "08:30"),
        )
        return cls(site, path, on, **fields)

    def at(self, clock: str) -> datetime:
        return make.at(self.on, clock)

    def act(
        self,
        name: str,
        answers: dict[str, Any],
        clock: str,
        role: str,
        second: str = "",
        **more: Any,
    ) -> Episode | Refused:
        outcome = make.act(
            self.place,
            self.episode,
            name,
            answers,
            role=role,
            second=second,
            now=self.at(clock),
            **more,
        )
        self.episode.refresh_from_db()
        return outcome

    @property
    def target(self) -> str:
        return str(self.episode.targets.get().pk)

    @property
    def mrn(self) -> str:
        return self.episode.patient.mrn

    def product(self, kind: str) -> Product:
        return self.episode.products.get(kind=kind)

    def check_in(self, now: str = "08:34", **changes: Any) -> Episode | Refused:
        second = changes.pop("second", "")
        answers = {
            "identifiers": ["name", "birth_date"],
            "infection_signs": False,
            "pregnancy_test": "negative",
            "pregnancy_test_at": self.at("08:20"),
            **CALM,
            **changes,
        }
        return self.act("check_in", answers, now, "nurse", second)

    def time_out(self, now: str = "09:12", **changes: Any) -> Episode | Refused:
        second, role = changes.pop("second", "nurse"), changes.pop("role", "clinician")
        answers: dict[str, Any] = dict.fromkeys(words.TIME_OUT_ITEM_NAMES, True)
        if self.episode.stage == "checked_in":
            mark = {"target": self.target, "laterality": "right"}
            answers["site_marks"] = [{**mark, "marked_at": self.at("08:58")}]
        else:
            answers["patient_scan"] = self.mrn
            answers["product_scan"] = self.product("C").code
        return self.act("time_out", {**answers, **changes}, now, role, second)

    def harvest(self, now: str = "09:33", **changes: Any) -> Episode | Refused:
        role = changes.pop("role", "clinician")
        answers = {
            "start_at": self.at("09:15"),
            "end_at": self.at("09:33"),
            "position": "prone",
            "site": "posterior_iliac_crest_psis",
            "side": "left",
            "guidance": "ultrasound",
            "needle_gauge": 11,
            "needle_length_mm": 100,
            "anaesthetics": [
                {"agent": "ropivacaine", "percent": "0.5", "volume_ml": 10},
                {"agent": "lidocaine", "percent": 1, "volume_ml": 3},
            ],
            "anticoagulant": "acd_a",
            "anticoagulant_ml": 8,
            "aliquots_ml": [5] * 12,
            **changes,
        }
        return self.act("harvest", answers, now, role)

    def hand_off(self, kind: str, now: str, **changes: Any) -> Episode | Refused:
        role, second = changes.pop("role", "technician"), changes.pop("second", "")
        container = "A" if kind in ("H1", "H2", "H3") else "C"
        answers = {
            "kind": kind,
            "patient_scan": self.mrn,
            "container_scan": changes.get("container_scan")
            or self.product(container).code,
            "device": "scanner 1",
            "labelled_in_presence": kind == "H1",
            **changes,
        }
        return self.act("hand_off", answers, now, role, second)

    def resolve(self, now: str, second: str = "clinician") -> Episode | Refused:
        text = "The neighbour's syringe was on the tray; it was taken away."
        answers = {"kind": "resolve", "resolution": text}
        return self.act("hand_off", answers, now, "nurse", second)

    def process(self, now: str = "09:52", **changes: Any) -> Episode | Refused:
        second = changes.pop("second", "")
        answers = {
            "start_at": self.at("09:36"),
            "end_at": self.at("09:52"),
            "centrifuge": self.centrifuge,
            "kit_udi": kit(),
            "spin_minutes": 14,
            "input_ml": 68,
            "bmc_ml": "7.5",
            "ppp_ml": 20,
            "waste_ml": 40,
            "qc_retained_ml": "0.5",
            "tnc_e6_per_ml": 92,
            "viability_pct": 95,
            "hct_pct": 14,
            "plt_e3_per_ul": 860,
            **changes,
        }
        return self.act("process", answers, now, "technician", second)

    def release(self, now: str = "09:58", **changes: Any) -> Episode | Refused:
        role, second = changes.pop("role", "technician"), changes.pop("second", "nurse")
        answers = {
            "product_scan": self.product("C").code,
            "label_checked": True,
            **changes,
        }
        return self.act("release", answers, now, role, second)

    def inject(self, now: str = "10:09", **changes: Any) -> Episode | Refused:
        role = changes.pop("role", "clinician")
        answers = {
            "target": self.target,
            "laterality": "right",
            "patient_scan": self.mrn,
            "product_scan": self.product("C").code,
            "start_at": self.at("10:05"),
            "end_at": self.at("10:09"),
            "guidance": "ultrasound_in_plane",
            "approach": "superolateral suprapatellar",
            "needle_gauge": 22,
            "needle_length_mm": 50,
            "volume_ml": 7,
            "images_stored": 2,
            **changes,
        }
        return self.act("inject", answers, now, role)

    def discharge(self, now: str = "10:45", **changes: Any) -> Episode | Refused:
        answers = {
            "vitals": [
                {"taken_at": self.at("10:25"), **CALM},
                {"taken_at": self.at("10:40"), **CALM},
            ],
            **dict.fromkeys(words.DISCHARGE_CHECK_NAMES, True),
            "weight_bearing": "as_tolerated",
            "aid": "none",
            "instructions_version": "2",
            **changes,
        }
        return self.act("discharge", answers, now, "nurse")

    def until(self, stage: str) -> Self:
        """Walk the usual day until the episode stands at `stage`."""
        for step in self._steps()[self.walked :]:
            if self.episode.stage == stage:
                return self
            self.walked += 1
            outcome = step()
            assert isinstance(outcome, Episode), outcome
        assert self.episode.stage == stage, self.episode.stage
        return self

    def _steps(self) -> list[Any]:
        return [
            self.check_in,
            self.time_out,
            self.harvest,
            lambda: self.hand_off("H1", "09:34", role="clinician"),
            lambda: self.hand_off("H2", "09:35"),
            self.process,
            self.release,
            lambda: self.time_out("10:02"),
            self.inject,
            self.discharge,
        ]
