"""The meaning of an inbound text: a reply we can act on, or words for a person.

A wish to hear no more is heard in any reasonable wording; everything else must be
said in full, for a text that merely contains "stop" or "confirm" is a sentence, and
sentences are read by people. English and Spanish; case, accents, punctuation, blanks
and emoji do not count.
"""

import re
from dataclasses import dataclass
from typing import Final

from notifications.domain.plain import clauses

CONFIRM: Final = "confirm"
RESCHEDULE: Final = "reschedule"
DECLINE: Final = "decline"
LATE: Final = "late"
STOP: Final = "stop"
START: Final = "start"
HELP: Final = "help"
TEXT: Final = "text"
MEANINGS: Final = (CONFIRM, RESCHEDULE, DECLINE, LATE, STOP, START, HELP, TEXT)

ALL: Final = "all"
REMINDERS: Final = "reminders"
CHECK_INS: Final = "check_ins"
SCOPES: Final = (ALL, REMINDERS, CHECK_INS)

USUAL_LATENESS = 15
LONGEST_LATENESS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    """A text's meaning and the language it was said in, "" where it says neither.

    `scope` is what a STOP or a START is about. `is_doubtful`: CANCEL stops texts, but
    a visit may be meant. `has_more`: other words came with it, for somebody to read.
    `minutes` is how late somebody comes.
    """

    meaning: str
    language: str = ""
    scope: str = ALL
    is_doubtful: bool = False
    has_more: bool = False
    minutes: int = 0


def _words(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.split("|"))


# Said around a reply, and meaning nothing: they are taken off both ends.
POLITE = frozenset(
    [
        "please",
        "pls",
        "plz",
        "kindly",
        "thanks",
        "thankyou",
        "thx",
        "ty",
        "hi",
        "hello",
        "hey",
        "ok",
        "okay",
        "sir",
        "maam",
        "now",
        "hola",
        "gracias",
        "muchas",
        "porfavor",
        "porfa",
        "buenos",
        "buenas",
        "dias",
        "tardes",
        "ya",
    ]
)
# Two words of courtesy that are none by themselves.
_COURTESIES = (("thank you", "thankyou"), ("por favor", "porfavor"))

_SAID: Final[dict[tuple[str, str], frozenset[str]]] = {
    (CONFIRM, "en"): _words(
        "c | c c | confirm | confirmed | confirming | i confirm | yes i confirm"
        " | c confirm | confirm c | c to confirm | reply c | c yes | yes c | yes"
        " | yes confirm | yes confirmed | yep | yes i will be there | i will be there"
        " | ill be there | yes ill be there | see you then | we will be there"
        " | confirm my appointment | confirm my visit | confirm appointment"
        " | confirm visit | im confirming | i am coming | yes im coming | im coming"
    ),
    (CONFIRM, "es"): _words(
        "confirmo | confirmar | confirmado | confirmada | si | si confirmo"
        " | confirmo mi cita | confirmo la cita | si confirmo mi cita | c confirmo"
        " | c si | si c | c para confirmar | ahi estare | alli estare | si ahi estare"
        " | si alli estare | si voy | si voy a ir | voy a ir | confirme | si ire"
    ),
    (RESCHEDULE, "en"): _words(
        "r | r r | reschedule | r reschedule | resched | change | change time"
        " | another time | other time | a different time | different time | new time"
        " | need another time | i need another time | i need a different time"
        " | i need to reschedule | need to reschedule | i would like to reschedule"
        " | id like to reschedule | i want to reschedule | can i reschedule"
        " | can we reschedule | could i reschedule | reschedule my appointment"
        " | reschedule my visit | i need to reschedule my appointment"
        " | i need to reschedule my visit | change my appointment | change my visit"
        " | change the time | move my appointment | move my visit | r to change"
        " | r to reschedule | reply r | i have to reschedule | must reschedule"
        " | need to change my appointment | i need to change my appointment"
    ),
    (RESCHEDULE, "es"): _words(
        "cambiar | reprogramar | reagendar | otra hora | otra fecha | otro dia"
        " | otro horario | cambio | cambiar cita | cambiar la cita | cambiar mi cita"
        " | necesito otra hora | necesito otra fecha | necesito otro dia"
        " | necesito otra fecha u hora | necesito cambiar | necesito cambiar mi cita"
        " | necesito cambiar la cita | quiero cambiar mi cita | quiero cambiar la cita"
        " | puedo cambiar mi cita | puedo cambiar la cita | reprogramar mi cita"
        " | reprogramar la cita | necesito reprogramar | quiero reprogramar"
        " | necesito reprogramar mi cita | reagendar mi cita | r para cambiar"
        " | r para cambiarla | cambiarla | necesito reagendar | quiero otra hora"
    ),
    (DECLINE, "en"): _words(
        "i cant come | i cannot come | i can not come | cant come | cannot come"
        " | i cant make it | i cannot make it | i can not make it | cant make it"
        " | cannot make it | i wont be there | i will not be there | im not coming"
        " | i am not coming | not coming | i wont make it | wont make it"
        " | cancel my appointment | cancel my visit | cancel appointment"
        " | cancel visit | cancel the appointment | cancel the visit | i need to cancel"
        " | need to cancel | i have to cancel | i need to cancel my appointment"
        " | i need to cancel my visit | i want to cancel my appointment"
        " | i would like to cancel my appointment | id like to cancel my appointment"
        " | i have to cancel my appointment | can i cancel my appointment"
    ),
    (DECLINE, "es"): _words(
        "no puedo ir | no puedo asistir | no puedo venir | no voy a poder ir"
        " | no podre ir | no podre asistir | no voy a ir | no ire | no puedo llegar"
        " | cancelar mi cita | cancelar la cita | cancelar cita | cancele mi cita"
        " | cancelen mi cita | quiero cancelar mi cita | quiero cancelar la cita"
        " | necesito cancelar | necesito cancelar mi cita | tengo que cancelar"
        " | tengo que cancelar mi cita | no voy a poder asistir | anular mi cita"
    ),
    (STOP, "en"): _words(
        "stop | stop stop | stop stop stop | stopall | stop all | stop it | stop this"
        " | stop everything | just stop | s t o p | unsubscribe | unsubscribe me"
        " | unsub | unsuscribe | end | end all | quit | quit it | revoke | revoke all"
        " | optout | opt out | opt me out | opt out all | i opt out | opting out"
        " | i want to opt out | i would like to opt out | id like to opt out"
        " | i wish to opt out | i want to unsubscribe | i would like to unsubscribe"
        " | id like to unsubscribe | remove | remove me | delete me | leave me alone"
        " | lose my number | delete my number | remove my number | no more"
        " | no more please | go away | stop bothering me | stop spamming me"
        " | stop harassing me | quit bothering me | stop contacting me"
        " | do not contact me | dont contact me | never contact me again"
        " | do not contact me again | dont contact me again | dont contact me anymore"
        " | i revoke consent | i revoke my consent | i withdraw my consent"
        " | i revoke my permission | consent revoked | i withdraw consent"
        " | dont bother me | dont bother me again | dont bother me anymore"
    ),
    (STOP, "es"): _words(
        "alto | parar | pare | paren | para | para ya | pare ya | paren ya | deten"
        " | detener | detenganse | basta | basta ya | baja | dar de baja"
        " | darme de baja | denme de baja | deme de baja | dame de baja"
        " | quiero darme de baja | quiero la baja | solicito la baja | fin"
        " | terminar | salir | desuscribir | desuscribirme | cancelar suscripcion"
        " | anular suscripcion | borrenme | borreme | eliminenme | eliminar | quitenme"
        " | quiteme | dejenme en paz | dejeme en paz | dejame en paz | no mas"
        " | ya no mas | nunca mas | borren mi numero | borre mi numero"
        " | eliminen mi numero | quiten mi numero | revoco mi consentimiento"
        " | retiro mi consentimiento | revoco mi permiso | revocar"
        " | no me contacten | no me contacten mas | no me molesten | no me molesten mas"
        " | no me moleste | no me moleste mas | dejen de molestar"
        " | dejen de molestarme | deje de molestarme | ya basta"
    ),
    (START, "en"): _words(
        "start | unstop | resume | subscribe | resubscribe | opt in | optin"
        " | opt me in | start again | start texts | start texting | start texting me"
        " | start texting me again | text me again | resume texts | restart"
        " | turn texts on | start all | i want to opt in"
    ),
    (START, "es"): _words(
        "alta | iniciar | inicio | empezar | reanudar | comenzar | continuar"
        " | suscribir | suscribirme | quiero recibir mensajes"
        " | quiero recibir mensajes otra vez | denme de alta | activar"
        " | vuelvan a escribirme | escribanme otra vez | reactivar"
    ),
    (HELP, "en"): _words("help | info | information | h | more info | need info"),
    (HELP, "es"): _words(
        "ayuda | informacion | mas informacion | necesito informacion | inf"
    ),
}
# US rules make it a STOP; after a reminder it may mean the visit.
_DOUBTFUL: Final = {
    "en": _words(
        "cancel | cancel all | cancel it | cancelled | canceled | cancel this"
    ),
    "es": _words("cancelar | cancela | cancele | cancelen | anular | anule"),
}

# Wishes about texts, said in a whole clause. They are heard among other words too.
_MESSAGES = (
    r"(?:text messages?|texts?|messages?|msgs?|sms|texting|messaging|reminders?"
    r"|check ?ins?|questionnaires?|notifications?)"
)
_TEXTS = rf"(?:{_MESSAGES}|questions?|alerts?|these|those|this|them|anything|stuff)"
_AGAIN = (
    r"(?: (?:again|anymore|any more|any longer|ever|ever again|please|now|at all|to me"
    r"|from you|from you guys|to this number|on this number|at this number|here"
    r"|immediately|right now|to my phone|on my phone))*"
)
_ANY = r"(?: (?:any|more|any more|all|all of|the|these|those|your|me|such|of|so many))*"
_WISHES_EN = (
    (
        r"(?:dont|do not|never|pls dont|stop|quit|cease) "
        r"(?:text|texting|message|messaging|sms|send|sending|write|writing|writing to)"
        rf"(?: to)?(?: me)?{_ANY}(?: {_TEXTS})?{_AGAIN}"
    ),
    rf"(?:stop|end|quit|cancel|cease|discontinue|turn off){_ANY} {_MESSAGES}{_AGAIN}",
    rf"(?:stop|end|quit)(?: the| these| your| all)* questions?{_AGAIN}",
    rf"no(?: more)?(?: of)?(?: these| those| your)? {_MESSAGES}{_AGAIN}",
    rf"no more(?: of)?(?: these| those| your)?(?: questions?| alerts?)?{_AGAIN}",
    (
        r"(?:i )?(?:dont|do not|no longer) (?:want|wish|need|like)(?: to)?"
        rf"(?: (?:get|receive|have|see|be sent|getting|receiving))?{_ANY} {_MESSAGES}"
        rf"{_AGAIN}"
    ),
    (
        r"(?:i )?(?:dont|do not|no longer) (?:want|wish)(?: to)? (?:get|receive"
        r"|be sent)"
        rf"{_ANY} {_TEXTS}{_AGAIN}"
    ),
    (
        r"(?:i )?(?:dont|do not|no longer) (?:want|wish) to be (?:texted|messaged"
        r"|contacted)"
        rf"{_AGAIN}"
    ),
    (
        r"i (?:want|would like|wish|need) to (?:stop|quit|opt out of|unsubscribe from)"
        rf"(?: (?:getting|receiving))?{_ANY} {_MESSAGES}{_AGAIN}"
    ),
    (
        r"i (?:want|would like|need) you to stop (?:texting|messaging|writing to) me"
        rf"{_AGAIN}"
    ),
    (
        r"(?:can|could|would|will) you (?:please )?(?:stop|quit) (?:texting|messaging)"
        rf"(?: me)?{_AGAIN}"
    ),
    (
        r"(?:opt(?: me)?|(?:take|remove|get) (?:me|my number|my phone number|my phone"
        r"|us))"
        r" (?:out of|off|from|off of|out)(?: of)?(?: (?:the|your|this|these|all|any))*"
        r"(?: (?:text|texting|message|sms|mailing|contact|call))?(?: (?:list|lists"
        rf"|database|system|{_MESSAGES}))?{_AGAIN}"
    ),
    rf"unsubscribe(?: me)?(?: from)?{_ANY}(?: (?:list|{_TEXTS}))?{_AGAIN}",
    (
        rf"i (?:revoke|withdraw|cancel)(?: my)? (?:consent|permission)(?: to| for)?"
        rf"{_ANY}(?: {_TEXTS}| text me| be texted)?{_AGAIN}"
    ),
)
_TEXTS_ES = (
    r"(?:mensajes?|mensajitos?|textos?|mensajes? de texto|sms|recordatorios?|avisos?"
    r"|preguntas?|cuestionarios?|notificaciones)"
)
_THINGS_ES = rf"(?:{_TEXTS_ES}|nada|esto|estos|cosas)"
_MORE_ES = (
    r"(?: (?:mas|ya|nunca|nunca mas|jamas|otra vez|de nuevo|a mi"
    r"|a este numero|de ustedes|suyos|a mi telefono|a mi celular|ningun|ninguno|mis"
    r"|los|las|estos|esos|sus|de|tantos))*"
)
_WRITE_ES = (
    r"(?:escriban|escriba|escribas|manden|mande|mandes|envien|envie|envies|contacten"
    r"|contacte|texteen|textee|textees|mensajeen)"
)
_WRITING_ES = (
    r"(?:escribirme|mandarme|enviarme|textearme|contactarme|escribir|mandar|enviar"
    r"|mensajearme)"
)
_WISHES_ES = (
    rf"(?:ya )?no me {_WRITE_ES}{_MORE_ES}(?: {_THINGS_ES})?{_MORE_ES}",
    rf"(?:ya )?no {_WRITE_ES}{_MORE_ES} {_TEXTS_ES}{_MORE_ES}",
    (
        r"(?:ya )?no (?:quiero|deseo) que me (?:escriban|manden|envien|contacten"
        r"|texteen)"
        rf"{_MORE_ES}(?: {_THINGS_ES})?{_MORE_ES}"
    ),
    (
        r"(?:ya )?no (?:quiero|deseo|necesito)(?: (?:recibir|tener|ver))?"
        rf"{_MORE_ES} {_TEXTS_ES}{_MORE_ES}"
    ),
    rf"(?:ya )?no (?:quiero|deseo) recibir{_MORE_ES} {_THINGS_ES}{_MORE_ES}",
    rf"(?:ya )?no mas {_TEXTS_ES}{_MORE_ES}",
    rf"basta de {_TEXTS_ES}{_MORE_ES}",
    (
        rf"(?:dejen|deje|deja|dejad|paren|pare) de {_WRITING_ES}{_MORE_ES}"
        rf"(?: {_THINGS_ES})?{_MORE_ES}"
    ),
    (
        rf"(?:alto|paren|pare|parar|detengan|cancelar|cancelen"
        rf"|suspendan)(?: a)?{_MORE_ES}"
        rf" {_TEXTS_ES}{_MORE_ES}"
    ),
    (
        r"(?:quiten|quitenme|saquenme|saquen|borren|borrenme|eliminen|eliminenme)"
        r"(?: mi numero)? de (?:la|su|esta) lista"
    ),
)
_ABOUT: Final = (
    (REMINDERS, re.compile(r"\b(?:reminders?|recordatorios?)\b")),
    (
        CHECK_INS,
        re.compile(
            r"\b(?:check ?ins?|questions?|questionnaires?|preguntas?|cuestionarios?)\b"
        ),
    ),
)
_WISHES: Final = tuple(
    (language, re.compile(rf"(?:{'|'.join(wishes)})\Z"))
    for language, wishes in (("en", _WISHES_EN), ("es", _WISHES_ES))
)
_NUMBER = r"(?P<minutes>\d{1,2})? ?(?:minutes|minute|mins|min|m|minutos|minuto)?"
_LATE: Final = tuple(
    (language, re.compile(rf"{pattern}\Z"))
    for language, pattern in (
        (
            "en",
            (
                r"(?:(?:im|i am|i will be|ill be|we are|were|i may be|i might be) )?"
                rf"(?:running |going to be |gonna be )?(?:about |around "
                rf"|like )?{_NUMBER} ?"
                r"late(?: for my (?:appointment|visit))?"
            ),
        ),
        (
            "en",
            (
                r"(?:(?:im|i am|i will be"
                r"|ill be) )?(?:running )?late(?: by)?(?: about)? ?"
                rf"{_NUMBER}"
            ),
        ),
        (
            "es",
            (
                r"(?:voy a llegar|llego|llegare|voy|vengo|vamos)(?: unos| como)? ?"
                rf"{_NUMBER} ?(?:tarde|retrasad[oa]|atrasad[oa])"
            ),
        ),
        (
            "es",
            (
                r"(?:(?:voy a llegar|llego|llegare|voy) )?tarde(?: unos| como)? ?"
                rf"{_NUMBER}"
            ),
        ),
    )
)


def classify(text: str) -> ReadReply:
    """Return what `text` means; TEXT where only a person can tell."""
    parts = [bare for part in clauses(text) if (bare := _without_courtesy(part))]
    if not parts:
        return ReadReply(meaning=TEXT)
    # "S.T.O.P." and "Yes, I confirm." are one reply in several clauses.
    whole = _without_courtesy(" ".join(parts))
    for said in dict.fromkeys((whole, *(parts if len(set(parts)) == 1 else ()))):
        if reply := _exact(said):
            return reply
    if reply := _wish(whole):
        return reply
    wishes = [found for part in parts if (found := _wish(part))]
    if wishes:
        is_all = all(_wish(part) or _exact(part) for part in parts)
        return ReadReply(
            meaning=STOP,
            language=wishes[0].language,
            scope=wishes[0].scope if len(wishes) == 1 else ALL,
            has_more=not is_all,
        )
    said_by_part = [_exact(part) for part in parts]
    if all(one and one.meaning == STOP for one in said_by_part):
        return ReadReply(meaning=STOP, language=said_by_part[0].language)  # type: ignore[union-attr]
    return ReadReply(meaning=TEXT)


def _exact(said: str) -> ReadReply | None:
    """A reply said in just these words."""
    for (meaning, language), words in _SAID.items():
        if said in words:
            return ReadReply(meaning=meaning, language=language)
    for language, words in _DOUBTFUL.items():
        if said in words:
            return ReadReply(meaning=STOP, language=language, is_doubtful=True)
    for language, pattern in _LATE:
        if found := pattern.match(said):
            minutes = int(found["minutes"] or USUAL_LATENESS)
            if 0 < minutes <= LONGEST_LATENESS:
                return ReadReply(meaning=LATE, language=language, minutes=minutes)
    return None


def _wish(said: str) -> ReadReply | None:
    """A wish for no more texts in a whole clause, and what it is about."""
    for language, pattern in _WISHES:
        if pattern.match(said):
            about = [scope for scope, named in _ABOUT if named.search(said)]
            scope = about[0] if len(about) == 1 else ALL
            return ReadReply(meaning=STOP, language=language, scope=scope)
    return None


def _without_courtesy(said: str) -> str:
    for pair, one in _COURTESIES:
        said = said.replace(pair, one)
    words = said.split()
    while words and words[-1] in POLITE:
        words.pop()
    while words and words[0] in POLITE and not _keeps_first(words):
        words.pop(0)
    return " ".join(words)


def _keeps_first(words: list[str]) -> bool:
    # "ya no me escriban": here the first word belongs to what is said.
    return words[0] == "ya" and len(words) > 1 and words[1] in {"no", "basta"}
