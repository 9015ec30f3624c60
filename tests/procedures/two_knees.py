"""A day with two targets, of which one may be left out."""

from tests.factories import procedures as make
from tests.factories.procedure_day import Day

LEFT = {"joint": "knee", "structure": "intra_articular", "laterality": "left"}


class TwoKnees(Day):
    """A day with both knees planned and consented; `target` is the right one."""

    @classmethod
    def ready(cls, place=None, on="2026-09-15", **fields):
        site = place or make.open_site()
        path = make.episode(site, make.KNEE, LEFT)
        rows = [{"icd10": "M17.11", "grade_kl": 3}, {"icd10": "M17.12", "grade_kl": 2}]
        answers = make.evaluation() | {"findings": rows}
        make.done(make.act(site, path, "evaluate", answers))
        make.done(make.act(site, path, "decide", make.decision()))
        make.book(site, path, make.at(on, "08:30"))
        agreed = {"targets": [{"laterality": "right"}, {"laterality": "left"}]}
        make.done(make.act(site, path, "consent", make.consent(site, **agreed)))
        for item in ("medication_plan", "estimate", "labs"):
            data = {"item": item, "state": "done"}
            path = make.done(make.act(site, path, "prepare", data, role="nurse"))
        return cls(site, path, on, **fields)

    @property
    def target(self):
        return str(self.episode.targets.get(laterality="right").pk)

    @property
    def other(self):
        return str(self.episode.targets.get(laterality="left").pk)

    def leave_out(self, target, now, role="clinician", second="", **changes):
        answers = {"target": target, "reason": "patient_refused", **changes}
        return self.act("not_done", answers, now, role, second)
