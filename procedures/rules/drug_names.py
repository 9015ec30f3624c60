"""The class that a drug's name says it is of, whatever class was typed beside it.

International names are built from stems (apixaban, amoxicillin), read in English and
Spanish, with accents or without; the trade names are those a patient is likely to say.
"""

import re
import unicodedata


def drug_key(name: str) -> str:
    """A drug's name without regard to case and blanks."""
    return " ".join(name.casefold().split())


_STEMS: dict[str, str] = {
    "anticoagulant": (
        r"xabano?\b|gatrano?\b|\w*parin[ae]?\b|fondaparinux|warfarin|co?umarol"
        r"|phenprocoumon|fenprocumon|eliquis|xarelto|pradaxa|savaysa|lixiana|coumadin"
        r"|jantoven|sintrom|lovenox|clexane|fragmin|arixtra"
    ),
    "antiplatelet": (
        r"\w+grel\b|grelor\b|ticlopidin|dip[iy]ridamol|vorapaxar|plavix|brilinta"
        r"|brilique|effient|aggrenox"
    ),
    "systemic_steroid": (
        r"\bpred\w*|m[ei]th?[iy]lpred\w*|dexameth?\w*|betameth?\w*|cortison\w*"
        r"|h[yi]drocort\w*|triamcinolon\w*|budesonid\w*|deflazacort|medrol|deltasone"
        r"|rayos\b|orapred|millipred|decadron|kenalog|cortef|entocort|uceris"
    ),
    "nsaid": (
        r"profen[eo]?\b|fenac[o]?\b|\w+oxicam\b|coxib\b|\w+olaco?\b|naprox\w*"
        r"|indometh?acin|nabumeton|sulindac|oxaprozin|diflunisal|advil|motrin|nurofen"
        r"|\baleve|naprosyn|\bmobic|voltaren|cataflam|celebrex|arcoxia|toradol|feldene"
        r"|indocin|lodine\b|relafen|daypro"
    ),
    "antibiotic": (
        r"cill?in[ae]?\b|\bcef\w+|\bceph\w+|\w+m[yi]cin[ae]?\b|oxacin[aeo]?\b"
        r"|c[yi]clin[ae]?\b|penem\w?\b|metronidazol|tinidazol|sulfameth?\w*"
        r"|trimeth?oprim|nitrofurantoin|linezolid|\brif(?:am|ab|ap|ax)\w+"
        r"|augmentin|amoxil|bactrim|septra\b|keflex|duricef|omnicef|rocephin|\bcipro\b"
        r"|levaquin|avelox|z-?pack?\b|zithromax|biaxin|cleocin|doryx|flagyl|macrobid"
    ),
    "immunosuppressant": (
        r"meth?otrexat\w*|\bmtx\b|azath?ioprin|c[iy]clospor\w*|limus\b"
        r"|m[iy]co(?:ph|f)enol\w*|leflunomid|teriflunomid|c[iy]clo(?:ph|f)os\w*"
        r"|citinib\b|(?:taner|bata)cept[eo]?\b|limumab\b|iximab\b|rituximab"
        r"|tocilizumab|secukinumab|ixekizumab|ustekinumab|certolizumab|humira|enbrel"
        r"|imuran|\barava\b|remicade|xeljanz|olumiant|rinvoq|cimzia|simponi|stelara"
        r"|cosentyx|taltz|actemra|orencia|rituxan|cytoxan|cellcept|myfortic|prograf"
        r"|neoral|sandimmune|gengraf|rapamune|trexall|otrexup|rheumatrex"
    ),
}
CLASSES = {name: re.compile(stems) for name, stems in _STEMS.items()}
_FLUOROQUINOLONE = re.compile(r"oxacin[aeo]?\b|\bcipro\b|levaquin|avelox")
# Put on the skin, into the eye or breathed in, a drug is not taken systemically. An
# ear or an eye alone is no form: it may be the illness that the drug is taken for.
_LOCAL = re.compile(
    r"\b(?:creams?|ointments?|lotions?|topical(?:ly)?|ophthalmic|otic[oa]?|inhal\w*"
    r"|crema|pomada|unguento|gotas|colirio|locion|topic[oa]|oftalmic[oa]|emulgel|nebuli\w*)\b"
    r"|(?<!liqui[ -])(?<!liquid[ -])(?<!soft[ -])\bgel\b(?![ -]?(?:cap|tab))"
    r"|\b(?:eye|ear|nasal|nose)[ -]?(?:drops?|sprays?|wash|rinse)\b"
    r"|\bdrops? (?:in|into|for|to) (?:\w+ )?(?:eyes?|ears?|nose)\b"
    r"|\bspray nasal\b|\b(?:skin|topical|transdermal|medicated|pain) patch(?:es)?\b"
    r"|\bparches? (?:transdermic|cutane)"
)
_SWALLOWED = re.compile(r"\bmg\b(?!\s*/)|\b(?:tab|cap|pill|comprimid|oral|pastill)")

# No form of these stays where it is put.
_NEVER_LOCAL = re.compile(
    r"xabano?\b|gatrano?\b|warfarin|co?umarol|\w+grel\b|grelor\b|prednison"
    r"|meth?otrexat|limumab|citinib"
)


def classes_of(name: str) -> frozenset[str]:
    """The classes (vocabulary.DRUG_CLASSES) that the name says; empty if none."""
    found: list[tuple[str, frozenset[str]]] = []
    for part in re.split(r"[,;](?!\d)", _folded(name)):
        if not _LOCAL.search(part):
            found.append((part, _said(part)))
        elif not _said(part) and found and not _is_swallowed(found[-1][0]):
            # "Diclofenac 1 %, gel": the form of the drug before the comma.
            found.pop()
        else:
            found.append((part, _swallowed_beside(part)))
    return frozenset().union(*(classes for _, classes in found))


def is_fluoroquinolone(name: str) -> bool:
    return bool(_FLUOROQUINOLONE.search(_folded(name)))


def _swallowed_beside(part: str) -> frozenset[str]:
    """The classes of a tablet named beside a cream: "prednisone 5 mg and a cream"."""
    drugs = re.split(r"\+|&|\b(?:and|plus|y)\b", part)
    return frozenset().union(*map(_said, filter(_is_swallowed, drugs)))


def _is_swallowed(text: str) -> bool:
    if _NEVER_LOCAL.search(text):
        return True
    return bool(_SWALLOWED.search(text)) and not _LOCAL.search(text)


def _said(text: str) -> frozenset[str]:
    return frozenset(c for c, stems in CLASSES.items() if stems.search(text))


def _folded(name: str) -> str:
    """The name in small letters, without accents."""
    split = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))
