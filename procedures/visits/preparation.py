"""Steps to prepare for a visit, counted from its day, as versioned data.

The steps are the clinic's instructions of the protocol (washout windows, the day
itself), for the page behind the birth date; no message names any of them. A step
holds from its day on. A changed text or day is a new version of the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

VERSION: Final = 1

# Sedations for which somebody must drive, and for which the stomach is empty.
DRIVEN: Final = frozenset({"oral", "iv"})
FASTING: Final = frozenset({"iv"})
LOCAL_ONLY: Final = frozenset({"", "none", "oral"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction from `days` before the visit's day on (0: on the day itself).

    `purpose` is the visits it is for; `sedations` those it is for, None for all.
    """

    code: str
    days: int
    purpose: str = "procedure"
    sedations: frozenset[str] | None = None
    english: str
    spanish: str

    def text(self, language: str) -> str:
        """Return the instruction in that language."""
        return self.spanish if language == "es" else self.english


@dataclass(frozen=True, slots=True)
class Dated:
    """A step and the day from which it holds."""

    on: date
    step: Step


STEPS: Final[tuple[Step, ...]] = (
    Step(
        code="blood-thinners",
        days=14,
        english="If you take a blood thinner, call us now. Do not stop it by yourself: "
        "only the doctor who prescribed it decides. Low-dose aspirin for your heart "
        "goes on.",
        spanish="Si toma un anticoagulante, llámenos ahora. No lo deje por su cuenta: "
        "solo decide el médico que lo recetó. La aspirina de dosis baja para el "
        "corazón se sigue tomando.",
    ),
    Step(
        code="steroids",
        days=14,
        english="No steroid tablets and no steroid shots. If you need one, call us "
        "first.",
        spanish="Nada de tabletas ni inyecciones de esteroides. Si necesita una, "
        "llámenos antes.",
    ),
    Step(
        code="illness",
        days=14,
        english="Call us if you have a fever, a cough, a wound, an infection, or a new "
        "medicine.",
        spanish="Llámenos si tiene fiebre, tos, una herida, una infección o un "
        "medicamento nuevo.",
    ),
    Step(
        code="pain-tablets",
        days=7,
        english="Stop pain tablets such as ibuprofen, naproxen, diclofenac or "
        "celecoxib. Acetaminophen (Tylenol) is allowed, up to 3 grams a day.",
        spanish="Deje las tabletas para el dolor como ibuprofeno, naproxeno, "
        "diclofenaco o celecoxib. Se permite acetaminofén (Tylenol), hasta 3 gramos "
        "al día.",
    ),
    Step(
        code="supplements",
        days=7,
        english="Stop fish oil, turmeric, ginger and vitamin E.",
        spanish="Deje el aceite de pescado, la cúrcuma, el jengibre y la vitamina E.",
    ),
    Step(
        code="driver",
        days=2,
        sedations=DRIVEN,
        english="Ask somebody to drive you home, and have their name and phone number "
        "with you.",
        spanish="Pida a alguien que le lleve a casa y traiga su nombre y su teléfono.",
    ),
    Step(
        code="evening",
        days=1,
        english="Shower with antiseptic soap, drink plenty of water, and lay out loose "
        "clothes.",
        spanish="Dúchese con jabón antiséptico, tome mucha agua y prepare ropa "
        "holgada.",
    ),
    Step(
        code="eat",
        days=0,
        sedations=LOCAL_ONLY,
        english="Eat and drink as usual.",
        spanish="Coma y beba como siempre.",
    ),
    Step(
        code="fast",
        days=0,
        sedations=FASTING,
        english="Do not eat or drink before the visit, as we told you.",
        spanish="No coma ni beba antes de la cita, como le explicamos.",
    ),
    Step(
        code="bring",
        days=0,
        english="Bring a photo ID and the list of what you take, with the last doses.",
        spanish="Traiga una identificación con foto y la lista de lo que toma, con las "
        "últimas dosis.",
    ),
    Step(
        code="first-visit",
        days=0,
        purpose="consultation",
        english="Bring a photo ID, the list of what you take, and pictures (X-ray, "
        "MRI) if you have any.",
        spanish="Traiga una identificación con foto, la lista de lo que toma y sus "
        "imágenes (radiografía, resonancia) si las tiene.",
    ),
)


def steps(purpose: str, sedation: str, on: date) -> Iterator[Dated]:
    """Return the steps for a visit on that clinic-local day, the earliest first."""
    for step in STEPS:
        if step.purpose != purpose:
            continue
        if step.sedations is None or sedation in step.sedations:
            yield Dated(on - timedelta(days=step.days), step)
