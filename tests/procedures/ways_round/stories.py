"""The faults the search was made for, each as its shortest story.

A story is told act by act on a ground of its own; what breaks is the world's word.
"""

from collections.abc import Callable
from datetime import timedelta

from tests.procedures.ways_round import mending, right
from tests.procedures.ways_round.ground import Ground, evaluated, ready, walked
from tests.procedures.ways_round.right import minutes
from tests.procedures.ways_round.twists import amiss, delay

Story = Callable[[], Ground]


def tell(ground: Ground, name: str, words: str = "", lag: timedelta | None = None):
    """The next right act of that path, or one amiss; its codes."""
    step = ground.right(name)
    if words:
        amiss(ground, name, step, words)
    if lag:
        delay(ground, step, lag, "The network was down all morning.")
    return ground.do(name, step)


def corrected(ground: Ground, name: str, words: str, by: str, second: str = ""):
    """A correction of that name in the table of corrections."""
    (change,) = (c for c in mending.CHANGES if c[0] == words)
    step = mending.correction(ground, ground.path(name), change, (by, second))
    assert step is not None, f"{name} has no such record"
    return ground.do(name, step)


def kit_read_without_its_separator() -> Ground:
    ground = walked(ready("AC"), C="processed", A="harvested")
    tell(ground, "A")
    tell(ground, "A")
    tell(ground, "A", "used kit without separator")
    return ground


def prednisone_on_the_morning() -> Ground:
    ground = ready("A")
    tell(ground, "A", "prednisone yesterday")
    return ground


def apixaban_on_the_morning() -> Ground:
    ground = ready("A")
    tell(ground, "A", "apixaban an hour ago")
    return ground


def last_dose_not_asked() -> Ground:
    ground = ready("C")
    tell(ground, "C", "no last dose")
    return ground


def fever_then_approved() -> Ground:
    ground = ready("A")
    tell(ground, "A", "fever 38.4")
    ground.do("A", right.decide(ground.path("A")))
    return ground


def pregnant_then_negative() -> Ground:
    ground = ready("A")
    tell(ground, "A", "hCG positive")
    ground.do("A", right.NEXT["ready"](ground.path("A"), ground.now, ground.team))
    return ground


def test_of_three_days_ago() -> Ground:
    ground = ready("A")
    tell(ground, "A", "hCG of three days ago")
    return ground


def purulent_then_clear() -> Ground:
    ground = walked(ready("A"), A="released")
    tell(ground, "A")
    tell(ground, "A", "purulent")
    tell(ground, "A", "clear")
    return ground


def enzyme_corrected_away() -> Ground:
    ground = walked(ready("A"), A="harvested")
    tell(ground, "A")
    tell(ground, "A")
    tell(ground, "A", "enzyme")
    corrected(ground, "A", "no enzyme", "technician", "clinician")
    tell(ground, "A")
    return ground


def viability_corrected_by_a_stranger() -> Ground:
    ground = walked(ready("A"), A="harvested")
    tell(ground, "A")
    tell(ground, "A")
    tell(ground, "A", "viability 65")
    corrected(ground, "A", "viability 95", "technician2")
    tell(ground, "A")
    return ground


def finished_record_retouched() -> Ground:
    ground = walked(ready("A"), A="discharged")
    corrected(ground, "A", "enzyme", "technician2")
    return ground


def pause_back_dated_over_the_expiry() -> Ground:
    ground = walked(ready("A"), A="released")
    tell(ground, "A", lag=minutes(360))
    return ground


def entered_late_without_a_word() -> Ground:
    ground = ready("A")
    step = ground.right("A")
    delay(ground, step, minutes(360))
    ground.do("A", step)
    return ground


def kit_without_separator_before_two() -> Ground:
    ground = walked(ready("AC"), C="processed", A="harvested")
    tell(ground, "A")
    tell(ground, "A")
    tell(ground, "A", "used kit without separator, two people")
    return ground


def kit_freed_and_used_again() -> Ground:
    """One technician says of a used kit that another one was opened."""
    ground = walked(ready("AC"), C="processed", A="harvested")
    corrected(ground, "C", "another kit", "technician")
    return ground


def used_kit_by_correction() -> Ground:
    ground = walked(ready("AC"), C="processed", A="processed")
    corrected(ground, "A", "a used kit", "technician", "clinician")
    return ground


def fever_by_correction() -> Ground:
    ground = walked(ready("A"), A="checked_in")
    corrected(ground, "A", "vitals 38.4", "nurse", "clinician")
    tell(ground, "A")
    tell(ground, "A")
    return ground


def fever_corrected_away() -> Ground:
    """Told by a correction, and by another one taken back."""
    ground = fever_by_correction()
    corrected(ground, "A", "vitals 36.9", "nurse")
    tell(ground, "A")
    tell(ground, "A")
    return ground


def infection_corrected_away() -> Ground:
    ground = evaluated("A")
    tell_anew(ground, "A", right.evaluate(ground.path("A")), "an infection")
    corrected(ground, "A", "no infection after all", "clinician")
    ground.do("A", right.decide(ground.path("A")))
    return ground


def tell_anew(ground: Ground, name: str, step: right.Step, words: str):
    amiss(ground, name, step, words)
    return ground.do(name, step)


def made_anew_without_the_enzyme() -> Ground:
    """The held processing is entered in error, and done again from the same bowl."""
    ground = walked(ready("A"), A="harvested")
    tell(ground, "A")
    tell(ground, "A")
    tell(ground, "A", "enzyme")
    struck(ground, "A", "processing", "technician", "nurse")
    tell(ground, "A")
    tell(ground, "A")
    return ground


def struck(ground: Ground, name: str, kind: str, by: str, second: str = ""):
    step = mending.struck(ground, ground.path(name), kind, (by, second))
    assert step is not None, f"{name} has no such record"
    return ground.do(name, step)


def released_anew_after_its_end() -> Ground:
    """The product has expired; its release is struck and told again, back-dated."""
    ground = walked(ready("A"), A="released")
    before = ground.now
    ground.now += minutes(360)
    struck(ground, "A", "release", "technician", "clinician")
    for back in (0, 5):
        step = ground.right("A")
        step.at = before + minutes(back)
        step.late_reason = "The network was down all morning."
        ground.do("A", step)
    return ground


def injected_after_an_earlier_first_draw() -> Ground:
    """A correction says that the first draw was earlier: so is the product's end."""
    ground = walked(ready("A"), A="released")
    tell(ground, "A")
    corrected(ground, "A", "earlier first draw", "clinician")
    ground.now = ground.path("A").expires - minutes(3)
    tell(ground, "A")
    ground.now = ground.path("A").expires + minutes(1)
    tell(ground, "A")
    return ground


def more_kept_than_there_is() -> Ground:
    ground = walked(ready("A"), A="released")
    corrected(ground, "A", "more kept", "technician", "clinician")
    tell(ground, "A")
    tell(ground, "A")
    return ground


def fever_in_a_refused_form() -> Ground:
    """Refused for its last doses, with a fever in it; then without."""
    ground = ready("C")
    tell(ground, "C", "fever 38.4, nothing else asked")
    tell(ground, "C")
    return ground


def infection_evaluated_away_elsewhere() -> Ground:
    """No at the time-out; another episode of the patient is evaluated; then yes."""
    ground = walked(ready("A"), A="checked_in")
    step = right.time_out(ground.path("A"), ground.now, ground.team)
    step.data["infection_absent"] = False
    ground.do("A", step)
    ground.now += minutes(2)
    ground.second_episode("A")
    ground.now += minutes(2)
    ground.do("A", right.time_out(ground.path("A"), ground.now, ground.team))
    tell(ground, "A")
    return ground


def fever_evaluated_away() -> Ground:
    """A fever at check-in, and two minutes later an evaluation without it."""
    ground = ready("A")
    tell(ground, "A", "fever 38.4")
    ground.now += minutes(2)
    ground.do("A", right.evaluate(ground.path("A"), pregnant=False))
    ground.do("A", right.decide(ground.path("A")))
    return ground


def the_neighbour_went_on() -> Ground:
    ground = walked(ready("AC"), A="released", C="released")
    tell(ground, "A", "another's syringe")
    tell(ground, "C")
    return ground


# Story: the codes with which the world objects to it.
STORIES: dict[str, tuple[Story, str]] = {
    "B1 separator": (kit_read_without_its_separator, "B1 kit twice (INV-11)"),
    "B7 steroid": (prednisone_on_the_morning, "INV-06 steroid accepted"),
    "B7 anticoagulant": (apixaban_on_the_morning, "B7 anticoagulant"),
    "B7 last dose": (last_dose_not_asked, "B7 last dose not asked"),
    "B8 fever": (fever_then_approved, "B8 fever then decide"),
    "B8 pregnancy": (pregnant_then_negative, "B8 pregnant then check_in"),
    "B8 old test": (test_of_three_days_ago, "B8 old pregnancy test"),
    "B8 purulent": (purulent_then_clear, "B8 purulent then inject"),
    "B9 hold": (enzyme_corrected_away, "B9 hold lifted by a correction"),
    "B9 stranger": (
        viability_corrected_by_a_stranger,
        "B9 processing corrected by a stranger alone",
    ),
    "B9 finished": (
        finished_record_retouched,
        "B9 finished processing retouched alone",
    ),
    "B1 two people": (kit_without_separator_before_two, "B1 kit twice (INV-11)"),
    "B18 freed": (kit_freed_and_used_again, "B18 kit freed by one alone"),
    "B18 used": (used_kit_by_correction, "B1 kit twice (INV-11)"),
    "B8 corrected": (fever_by_correction, "B8 fever then harvest"),
    "B8 corrected twice": (fever_corrected_away, "B8 fever then harvest"),
    "B8 elsewhere": (infection_evaluated_away_elsewhere, "B8 infection then harvest"),
    "B8 same day": (fever_evaluated_away, "B8 fever then decide"),
    "B8 form": (fever_in_a_refused_form, "B8 fever then check_in"),
    "B9 infection": (infection_corrected_away, "B8 infection then decide"),
    "B13 anew": (made_anew_without_the_enzyme, "B9 hold lifted by a correction"),
    "B16 anew": (released_anew_after_its_end, "B16 back-dated over expiry"),
    "B16 first draw": (injected_after_an_earlier_first_draw, "INV-01 expired"),
    "B17": (the_neighbour_went_on, "B17 the other patient went on"),
    "INV-03": (more_kept_than_there_is, "INV-03 volume"),
    "B16 expiry": (pause_back_dated_over_the_expiry, "B16 back-dated over expiry"),
    "B16 late": (entered_late_without_a_word, "B16 late without reason"),
}
