"""Which class a drug's name says it is of, whatever class was typed beside it.

International names are built from stems (apixaban, amoxicillin); the trade names are
those a patient is likely to say.
"""

import re


def drug_key(name: str) -> str:
    """A drug's name without regard to case and blanks."""
    return " ".join(name.casefold().split())


_STEMS: dict[str, str] = {
    "anticoagulant": (
        r"xaban\b|gatran\b|\w*parin\b|fondaparinux|warfarin|coumarol|phenprocoumon"
        r"|eliquis|xarelto|pradaxa|savaysa|coumadin|jantoven|lovenox|fragmin"
    ),
    "antiplatelet": r"\w+grel\b|grelor\b|ticlopidine|plavix|brilinta|effient",
    "systemic_steroid": (
        r"\bpred\w*|methylpred\w*|dexameth\w*|betameth\w*|cortison\w*|hydrocort\w*"
        r"|triamcinolon\w*|medrol|deltasone|decadron|kenalog"
    ),
    "nsaid": (
        r"profen\b|fenac\b|\w+oxicam\b|coxib\b|\w+olac\b|naprox\w*|indometh?acin"
        r"|nabumetone|advil|motrin|aleve|mobic|voltaren|celebrex|toradol"
    ),
    "antibiotic": (
        r"cillin\b|\bcef\w+|\bceph\w+|\w+mycin\b|\w+micin\b|oxacin\b|cycline\b"
        r"|penem\b|metronidazole|sulfameth\w*|trimethoprim|nitrofurantoin|linezolid"
        r"|augmentin|bactrim|keflex|\bcipro\b|levaquin|z-?pack?\b|zithromax"
    ),
    "immunosuppressant": (
        r"methotrexate|\bmtx\b|azathioprine|c[iy]clospor\w*|limus\b|mycophenol\w*"
        r"|leflunomide|cyclophosph\w*|citinib\b|(?:taner|bata)cept\b|limumab\b"
        r"|iximab\b|rituximab|tocilizumab|secukinumab|ixekizumab|ustekinumab"
        r"|certolizumab|humira|enbrel|imuran|arava|remicade|xeljanz"
    ),
}
CLASSES = {name: re.compile(stems) for name, stems in _STEMS.items()}
_FLUOROQUINOLONE = re.compile(r"oxacin\b|\bcipro\b|levaquin")
# Put on the skin, into the eye or breathed in, a drug is not taken systemically.
_LOCAL = re.compile(
    r"\b(?:cream|ointment|gel|lotion|topical|patch|eye|ear|nasal|nose|inhal\w*)\b"
)


def classes_of(name: str) -> frozenset[str]:
    """The classes (vocabulary.DRUG_CLASSES) that the name says; empty if none."""
    text = name.casefold()
    if _LOCAL.search(text):
        return frozenset()
    return frozenset(c for c, stems in CLASSES.items() if stems.search(text))


def is_fluoroquinolone(name: str) -> bool:
    return bool(_FLUOROQUINOLONE.search(name.casefold()))
