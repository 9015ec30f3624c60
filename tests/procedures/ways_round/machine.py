"""Days lived at random: every act, any role, any order, several patients at once."""

import hashlib
import sys
from collections import Counter
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from procedures.acts.registry import SCHEMAS
from tests.procedures.ways_round import afterwards, mending, right
from tests.procedures.ways_round.ground import Broken, Ground
from tests.procedures.ways_round.right import Step, minutes
from tests.procedures.ways_round.twists import TWISTS, Scene, amiss, by, delay

ROLES = (
    "clinician",
    "clinician2",
    "nurse",
    "technician",
    "technician2",
    "medical_director",
    "coordinator",
    "admin",
)
OTHERS = {
    "evaluate": lambda path, ground: right.evaluate(path),
    "decide": lambda path, ground: right.decide(path),
    "defer": lambda path, ground: right.decide(path, "deferred"),
    "consent": lambda path, ground: right.consent(path, ground.team),
    "revoke": lambda path, ground: Step(
        "consent", {"revoke": True, "reason": "Thought it over."}
    ),
    "waive": lambda path, ground: Step(
        "prepare", {"item": "labs", "state": "waived", "reason": "They are known."}
    ),
    "time_out": lambda path, ground: right.time_out(path, ground.now, ground.team),
    "H6": lambda path, ground: right.hand_off(path, "H6"),
    "resolve": lambda path, ground: right.resolve(),
    "abort": lambda path, ground: Step("abort", {"reason": "dry_tap"}),
    "withdraw": lambda path, ground: Step("withdraw", {"reason": "Not any more."}),
    "complete": lambda path, ground: Step(
        "complete", {"outcome": "lost_to_follow_up", "reason": "Moved away."}
    ),
    "nsaid today": lambda path, ground: right.override(
        "MED-NSAID-01", ground.now.date()
    ),
    "anticoagulant": lambda path, ground: right.override(
        "MED-AC-01", None, ground.now - minutes(90)
    ),
    "anticoagulant today": lambda path, ground: right.override(
        "MED-AC-01", ground.now.date(), ground.now - minutes(90)
    ),
    "infection": lambda path, ground: right.override("INF-01"),
    "pregnancy": lambda path, ground: right.override("PREG-01"),
}
LAGS = (minutes(30), minutes(90), minutes(360))


class Days(RuleBasedStateMachine):
    """Acts on the product and tells the world; a run is undone when it ends.

    With `collect`, what breaks is counted under its code and the run goes no further.
    """

    ground: ClassVar[Ground]
    tried: ClassVar[Counter] = Counter()
    found: ClassVar[dict[str, tuple[int, list[str]]]] = {}
    runs: ClassVar[int] = 0
    # Of all that was done and answered: two searches lived the same days, or not.
    lived: ClassVar[Any] = hashlib.sha256()
    collect: ClassVar[bool] = False
    only: ClassVar[str | tuple[str, ...]] = ""

    names = st.sampled_from("ABC")
    picks = st.integers(0, 59)

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.savepoint = transaction.savepoint()
        self.at = self.ground.copied()
        self.over = False

    def teardown(self) -> None:
        if connection.needs_rollback:
            # An act was cut off (Ctrl+C): nothing can be asked of what it left.
            self.over = True
            transaction.set_rollback(False)
        wrong = [] if self.over else self.asked_for(afterwards.wrong(self.at))
        self.lived.update("\n".join([*self.at.world.trace, ""]).encode())
        transaction.savepoint_rollback(self.savepoint)
        self.tell(wrong)

    @rule(name=names)
    def go_on(self, name):
        self.next(name)

    @rule(name=names, times=st.integers(2, 3))
    def go_on_far(self, name, times):
        for _ in range(times * self.at.stride):
            self.next(name)

    @rule(name=names, pick=picks)
    def otherwise(self, name, pick):
        """The next act, with something amiss."""
        self.next(name, pick)

    @rule(name=names, pick=picks)
    def otherwise_and_again(self, name, pick):
        """Refused with something amiss, and a minute later all is well."""
        self.next(name, pick)
        self.next(name)

    @rule(
        name=names,
        lag=st.sampled_from(LAGS),
        pick=st.none() | picks,
        why=st.sampled_from(["", "The network was down all morning."]),
    )
    def late(self, name, lag, pick, why):
        """The next act, entered long after it is said to have been."""
        self.next(name, pick, lag, why)

    @rule(
        name=names,
        which=st.sampled_from(sorted(OTHERS)),
        who=st.none() | st.sampled_from(ROLES),
    )
    def out_of_turn(self, name, which, who):
        step = OTHERS[which](self.at.path(name), self.at)
        step.words = which
        if who:
            by(who)(Scene(step, self.at.path(name), self.at))
        self.do(name, step)

    @rule(name=names, pick=picks, who=st.integers(0, 7))
    def correct(self, name, pick, who):
        """Put right what is on record, and go on with it."""
        kept = {kind for path, kind in self.at.world.last if path == name}
        changes = [change for change in mending.CHANGES if change[1] in kept]
        if not changes:
            return
        change = changes[pick % len(changes)]
        people = mending.people(change[1], who)
        step = mending.correction(self.at, self.at.path(name), change, people)
        if step:
            self.do(name, step)
            self.next(name)

    @rule(
        name=names,
        kind=st.sampled_from(sorted(mending.STRUCK)),
        people=st.sampled_from(mending.BY),
    )
    def strike(self, name, kind, people):
        """Enter a record in error, and do the act anew."""
        step = None
        if "enter_in_error" in SCHEMAS:
            step = mending.struck(self.at, self.at.path(name), kind, people)
        if step:
            self.do(name, step)
            self.next(name)

    @rule(name=names)
    def second_episode(self, name):
        """Another way of the same patient is opened and evaluated; then on."""
        if not self.over:
            self.at.second_episode(name)
            self.next(name)

    @rule(name=names, people=st.sampled_from(mending.BY))
    def lift(self, name, people):
        step = None
        if "lift_stop" in SCHEMAS:
            step = mending.lifted(self.at, self.at.path(name), people)
        if step:
            self.do(name, step)
            self.next(name)

    @rule(name=names, who=st.sampled_from(["clinician", "clinician2", "nurse"]))
    def leave_out(self, name, who):
        if "not_done" in SCHEMAS:
            path = self.at.path(name)
            data = {"target": list(path.targets)[-1], "reason": "patient_refused"}
            self.do(name, Step("not_done", data, who))

    @rule(length=st.sampled_from([5, 20, 60, 300, 1440]))
    def wait(self, length):
        self.at.now += minutes(length)

    # --- how it is done -------------------------------------------------------

    def next(self, name, pick=None, lag=None, why=""):
        """The right act of that path, changed by the twist of that number."""
        step = None if self.over else self.at.right(name)
        if step is None:
            return
        names = list(TWISTS.get(step.act, ()))
        if pick is not None and names:
            amiss(self.at, name, step, names[pick % len(names)])
        if lag is not None:
            delay(self.at, step, lag, why)
        self.do(name, step)

    def do(self, name, step):
        if self.over:
            return
        before = len(self.at.wrong)
        self.at.do(name, step)
        act, codes = self.at.tried[-1]
        self.tried[act, codes[:1]] += 1
        wrong = self.at.wrong[before:]
        self.tell(self.asked_for(wrong))

    def asked_for(self, wrong):
        return [one for one in wrong if one[0].startswith(self.only)]

    def tell(self, wrong):
        if not wrong:
            return
        if not self.found:
            sys.stdout.write(f"first in run {type(self).runs}: {wrong}\n")
        if not self.collect:
            self.found.setdefault(wrong[0][0], (type(self).runs, []))
            raise Broken(story(wrong, self.at.world.trace))
        self.over = True
        for code, _ in wrong:
            self.found.setdefault(code, (type(self).runs, list(self.at.world.trace)))
            self.tried["broke", (code,)] += 1


def story(wrong, trace) -> str:
    told = "\n".join(f"  {code}: {text}" for code, text in wrong)
    return f"\nBROKEN\n{told}\nTRACE\n  " + "\n  ".join(trace)
