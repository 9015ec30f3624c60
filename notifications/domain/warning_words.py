"""Warning signs in words that somebody texted, in English and Spanish.

Over-triage is meant: a word too many costs a telephone call. What is expressly denied
("no fever", "sin fiebre") is not counted. The tiers are those of
`procedures.follow_up.red_flags`: 1 emergency, 2 the same day, 3 the next business day.
"""

import re
from dataclasses import dataclass
from typing import Final

from notifications.domain.plain import clauses

_NOT = (
    r"(?:no|not|without|never|dont have|do not have|havent|have not|didnt have|nor|or"
    r"|any|sin|no tengo|no he tenido|ni|ningun|ninguna|nunca)"
)
# Before a sign that can be denied: at most one word between the denial and it.
_DENIED = re.compile(rf"(?:^|\b){_NOT}(?: (?:a|any|more|bad|una|la|el|de|mas))?\s$")
_DENIES = re.compile(r"\b(?:no|not|without|dont|havent|didnt|never|sin|nunca|ni)\b")


@dataclass(frozen=True, slots=True)
class Sign:
    """One warning sign: its code, its tier, and in the clinic's words what it is."""

    code: str
    tier: int
    text: str


# (code, tier, what it is, patterns that count even after "no", patterns that do not)
_TABLE: Final[tuple[tuple[str, int, str, str, str], ...]] = (
    (
        "chest_pain",
        1,
        "Chest pain",
        "",
        (
            r"chest (?:really )?(?:pains?|hurts?|hurting|pressure|tightness|is tight"
            r"|feels tight|discomfort|is killing)|(?:pain|pressure|tightness"
            r"|heaviness) (?:in|on) (?:my|the)"
            r" chest|tight chest|heart attack|dolor(?:es)? (?:de|en el|en mi) pecho"
            r"|(?:me )?(?:duele|oprime|aprieta) (?:mucho )?el pecho|pecho apretado"
            r"|(?:opresion|presion|punzada) en el pecho|infarto|ataque al corazon"
        ),
    ),
    (
        "breathlessness",
        1,
        "Trouble breathing",
        (
            r"(?:cant|cannot|can not|couldnt|unable to|hard to"
            r"|barely) (?:even )?(?:breathe?|catch my"
            r" breath)|no (?:puedo|logro) respirar|no puedo (?:tomar|agarrar) aire"
        ),
        (
            r"(?:trouble|difficulty|problems?|hard time) (?:with )?breathing"
            r"|short(?:ness)? of breath|out of breath|breathless|struggling to breathe"
            r"|falta (?:de|el) aire|(?:me cuesta|dificultad (?:para|al)) respirar"
            r"|me ahogo"
            r"|me estoy ahogando|me asfixio"
        ),
    ),
    (
        "fainting",
        1,
        "Fainting",
        "",
        (
            r"faint(?:ed|ing)?|pass(?:ed|ing) out|black(?:ed|ing) out|unconscious"
            r"|collapsed"
            r"|unresponsive|seizures?|me desmaye|desmayos?|desmayad[oa]|desmayarme"
            r"|inconsciente"
            r"|perdi el conocimiento|convulsion(?:es)?"
        ),
    ),
    (
        "stroke_signs",
        1,
        "Face drooping, arm weakness or trouble speaking",
        r"(?:cant|cannot) (?:speak|talk|move my face)|no puedo hablar",
        (
            r"face (?:is )?droop(?:ing|s|y)?|droop(?:ing|y) face|slurr(?:ed"
            r"|ing)(?: speech)?|stroke"
            r"|cara (?:caida|torcida)|(?:se me )?(?:torcio|cayo) la cara"
            r"|derrame cerebral"
            r"|embolia"
        ),
    ),
    (
        "throat_swelling",
        1,
        "Swelling of the face, lips or throat",
        r"(?:cant|cannot) swallow|no puedo tragar",
        (
            r"(?:throat|tongue|lips?|face|mouth) (?:is |are |feels? )?(?:very "
            r"|so )?(?:swollen|swelling|closing"
            r"|puffy|tight)|swollen (?:throat|tongue|lips?|face|mouth)|anaphyla\w+"
            r"|allergic reaction"
            r"|(?:garganta|lengua|labios?|cara|boca) (?:muy )?hinchad[oa]s?"
            r"|hinchazon (?:de|en) (?:la |los )?(?:cara|garganta|labios|lengua)"
            r"|hinchad[oa]s? (?:la |los |el )?(?:cara|garganta|labios?|lengua)"
            r"|se me (?:cierra|hincho|hincha|esta cerrando) la (?:garganta|lengua|cara)"
            r"|reaccion alergica"
        ),
    ),
    (
        "bleeding_not_stopping",
        1,
        "Bleeding that does not stop",
        (
            r"(?:bleed(?:ing|s)?|blood) (?:\w+ )?(?:wont|will not|doesnt|does not|not"
            r"|isnt|hasnt) stop(?:ping|ped)?"
            r"|(?:wont|cant|doesnt|hasnt|not) stop(?:ped)? (?:the )?bleeding"
            r"|bleeding (?:a lot|heavily|badly|nonstop)"
            r"|no (?:para|deja|paro|ha dejado) de sangrar|(?:sangrado|sangre"
            r"|sangra) (?:\w+ )?no (?:para|se detiene)"
            r"|sangr(?:o|a|ando|ado) mucho|mucha sangre|lots of blood|losing blood"
            r"|hemorragia"
        ),
        "",
    ),
    (
        "bladder_bowel_loss",
        1,
        "Loss of bladder or bowel control",
        (
            r"(?:cant|cannot|unable to) (?:pee|urinate|control my (?:bladder|bowels?))"
            r"|no puedo (?:orinar|hacer pis)|lost control of my (?:bladder|bowels?)"
            r"|(?:loss of|losing) (?:bladder|bowel)(?: control)?|incontinen\w+"
            r"|(?:me orino|me orine|me hago) encima|perdi el control (?:de la vejiga"
            r"|de esfinteres)"
        ),
        "",
    ),
    (
        "self_harm",
        1,
        "Thoughts of suicide",
        (
            r"suicid\w+|kill myself|end my life|want to die|hurt myself"
            r"|quiero morir(?:me)?|matarme"
            r"|quitarme la vida"
        ),
        "",
    ),
    (
        "fever",
        2,
        "Fever",
        (
            r"(?:temp(?:erature)?|fever|fiebre|temperatura)\b.{0,15}\b(?:10[0-6]|3[89]"
            r"|4[01])\b"
            r"|\b10[1-6](?: \d)? (?:f|degrees|grados)\b|\b(?:38|39|40) (?:\d )?(?:c"
            r"|grados|degrees)\b"
        ),
        r"fevers?|feverish|high temp(?:erature)?|fiebre|calentura|febril",
    ),
    (
        "rigors",
        2,
        "Shaking chills",
        "",
        r"chills|shivering|shaking|escalofrios?|temblores|temblando|tiritando",
    ),
    (
        "hot_red_swollen",
        2,
        "The place is hot, red or very swollen",
        "",
        (
            r"swollen|swelling|swelled|red and hot|hot and red|(?:is|its|looks|very"
            r"|turned|getting)"
            r" (?:very |really |so )?(?:red|hot)|hot to (?:the )?touch|redness|inflamed"
            r"|infect(?:ed|ion)"
            r"|hinchad[oa]s?|hinchazon|se me hincho|inflamad[oa]s?|inflamacion"
            r"|enrojecid[oa]"
            r"|(?:muy|esta) (?:roj[oa]|caliente)|roj[oa] y caliente|caliente y roj[oa]"
            r"|infeccion|infectad[oa]s?"
        ),
    ),
    (
        "cannot_bear_weight",
        2,
        "Cannot walk or use the limb",
        (
            r"(?:cant|cannot|can not|couldnt|unable to|can barely|can hardly"
            r"|not able to) (?:even )?"
            r"(?:walk|stand|step|put (?:any )?weight|bear (?:any )?weight|get up"
            r"|move (?:my|the) \w+|use (?:my|the) \w+"
            r"|bend (?:my|the) \w+|lift (?:my|the) \w+|raise (?:my|the) \w+"
            r"|get out of bed)"
            r"|no (?:puedo|logro) (?:ni )?(?:caminar|andar|apoyar|pararme|levantarme"
            r"|ponerme de pie|moverme"
            r"|mover|doblar|levantar|pisar|estar de pie|usar)|casi no puedo (?:caminar"
            r"|andar)|apenas puedo (?:caminar|andar)"
        ),
        "",
    ),
    (
        "pus_or_drainage",
        2,
        "Pus or drainage",
        "",
        (
            r"pus|drain(?:age|ing|s)|ooz(?:e|es|ing)|discharge from|weeping|leaking"
            r"|smells? bad|foul smell"
            r"|supura(?:ndo|cion)?|drenaje|drenando|secrecion(?:es)?|materia|(?:sale"
            r"|salio) liquido|huele mal"
        ),
    ),
    (
        "calf_pain_or_swelling",
        2,
        "Calf pain or swelling",
        "",
        r"calf|calves|blood clots?|pantorrillas?|coagulos?|trombosis",
    ),
    (
        "new_numbness_or_weakness",
        2,
        "New numbness or weakness",
        r"(?:cant|cannot) feel (?:my|the) \w+|no siento (?:el|la|los|las|mi|mis) \w+",
        (
            r"numb|numbness|tingling|pins and needles|weakness|(?:leg|arm|foot"
            r"|hand)s? (?:is |are |feels? )?"
            r"(?:very |so )?weak|foot drop|entumecid[oa]s?|entumecimiento"
            r"|adormecid[oa]s?"
            r"|hormigueo|debilidad"
            r"|se me (?:duerme|durmio)"
        ),
    ),
    (
        "severe_pain",
        2,
        "Severe pain",
        (
            r"(?:pain|dolor)\b.{0,20}\b(?:8|9|10)\b|\b(?:8|9|10) (?:out of|de|sobre"
            r"|of) 10\b"
            r"|cant (?:take|stand) (?:the|this) pain|no (?:aguanto|soporto) (?:el"
            r"|este) dolor"
        ),
        (
            r"(?:severe|terrible|unbearable|horrible|extreme|intense|awful|excruciating"
            r"|worst|so much|really bad"
            r"|very bad|bad|a lot of|lots of|too much|sharp) (?:\w+ )?pain|pain (?:is "
            r"|has |keeps |got |gets )?(?:been )?(?:getting )?(?:so |much |very "
            r"|really )?"
            r"(?:bad|severe|worse|unbearable|terrible|intense)|(?:hurts|hurting) (?:so"
            r"|really|very|a lot|badly|like hell)"
            r"|(?:mucho|fuerte|terrible|horrible|insoportable|intenso) dolor"
            r"|dolor (?:\w+ )?(?:muy |mas )?(?:fuerte|insoportable|terrible|horrible"
            r"|intenso|severo|peor|agudo)"
            r"|(?:duele|dolor) (?:\w+ )?(?:mucho|muchisimo|demasiado|cada vez mas)"
            r"|me muero de dolor"
        ),
    ),
    (
        "bleeding",
        2,
        "Bleeding",
        "",
        (
            r"bleed(?:ing|s)?|bled|blood (?:through|on|from|coming)|hematoma|sangr(?:a"
            r"|ando|ado|e|o)"
        ),
    ),
    (
        "emergency_care",
        2,
        "Emergency care",
        "",
        (
            r"emergency|\b911\b|ambulance|(?:in|at|to) the (?:er|hospital)"
            r"|hospitali[sz]ed|fell down|i fell|help me"
            r"|emergencias?|urgencias|urgente|ambulancia|(?:en|al) (?:el )?hospital"
            r"|me cai|ayudenme|ayudeme"
            r"|auxilio|socorro"
        ),
    ),
    (
        "rash_or_itch",
        3,
        "Rash or itching",
        "",
        r"rash|hives|itch(?:ing|y|es)?|sarpullido|ronchas?|picazon|comezon|urticaria",
    ),
    (
        "took_nsaid",
        3,
        "Took an anti-inflammatory pain reliever",
        "",
        (
            r"(?:took|taking|taken|take|had) (?:\w+ ){0,2}(?:ibuprofen|advil|motrin"
            r"|aleve"
            r"|naproxen|nsaids?"
            r"|diclofenac|meloxicam|celebrex)|(?:tome|tomando|tomo"
            r"|tomado) (?:\w+ ){0,2}(?:ibuprofeno|advil|motrin"
            r"|aleve|naproxeno|diclofenaco|meloxicam)"
        ),
    ),
    (
        "bruise",
        3,
        "A bruise",
        "",
        r"bruis(?:e|es|ed|ing)|moreton(?:es)?|moretes?|cardenal(?:es)?",
    ),
    (
        "distress",
        3,
        "Very worried or low",
        "",
        (
            r"depress(?:ed|ion|ing)|hopeless|panick?(?:ing)?|scared|very worried"
            r"|so worried|really worried"
            r"|anxiety|deprimid[oa]|desesperad[oa]|asustad[oa]|muy preocupad[oa]"
            r"|angustia(?:d[oa])?|panico"
        ),
    ),
)


def _pattern(words: str) -> re.Pattern[str] | None:
    return re.compile(rf"\b(?:{words})\b") if words else None


_SIGNS: Final = tuple(
    (Sign(code, tier, text), _pattern(always), _pattern(deniable))
    for code, tier, text, always, deniable in _TABLE
)


def signs(text: str) -> tuple[Sign, ...]:
    """Return every warning sign named in `text`, the gravest first."""
    parts = clauses(text)
    found = [
        sign
        for sign, always, deniable in _SIGNS
        if any(_names(part, always, deniable) for part in parts)
    ]
    return tuple(sorted(found, key=lambda sign: sign.tier))


def _names(
    part: str, always: re.Pattern[str] | None, deniable: re.Pattern[str] | None
) -> bool:
    if always and always.search(part):
        return True
    if deniable is None:
        return False
    return any(not _is_denied(part[: one.start()]) for one in deniable.finditer(part))


def _is_denied(before: str) -> bool:
    """True if the words before a sign deny it: "no", "no fever or", "sin"."""
    if not _DENIES.search(before):
        return False
    return bool(_DENIED.search(before))
