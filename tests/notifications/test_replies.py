"""A text's meaning: replies in any dress, and sentences that only look like one."""

import random
import unicodedata

import pytest

from notifications.domain.replies import classify

CONFIRM = """
C | c | C. | c! | "C" | 'c' | (C) | C 👍 | ✅ C | C please | c, thanks | C thank you
 C  | Confirm | CONFIRM | confirmed | Confirmed! | I confirm | yes, I confirm
Yes | YES! | yes. | yep | I will be there | I'll be there | Yes I’ll be there
confirm my appointment | Thank you, see you then | c c | reply C | C to confirm
Confirmo | CONFIRMO. | confirmado | Sí | si | ¡Sí! | Sí, confirmo | sí voy
Allí estaré | ahi estare | C, gracias | C por favor | confirmar | Hola, confirmo mi cita
"""
RESCHEDULE = """
R | r | R. | "r" | r please | R, thanks | r? | Reschedule | RESCHEDULE please
I need to reschedule | I need another time | can I reschedule? | Can we reschedule?
another time | change my appointment | I'd like to reschedule | R to change
Cambiar | reprogramar | otra hora | Otra fecha, por favor | necesito otra hora
Necesito cambiar mi cita | quiero reprogramar | R, gracias | ¿Puedo cambiar la cita?
"""
STOP = """
STOP | stop | Stop. | s t o p | S.T.O.P. | stop!!! | "STOP" | (stop) | STOP 🛑
 stop  | stop please | PLEASE STOP | stop, thanks | stop stop stop | Stop. Stop.
stopall
STOP ALL | stop it | just stop | Stop now | end | END. | quit | Quit! | revoke
unsubscribe
UNSUBSCRIBE ME | unsub | optout | opt out | Opt-Out | opt me out | I want to opt out
I'd like to unsubscribe | remove me | leave me alone | Leave me alone! | lose my number
please don't text me again | Please don’t text me again | do not text me | don't text
DONT TEXT ME ANYMORE | never text me again | don't send me any more messages
do not send me texts | stop texting me | Stop texting! | stop texting me, please
quit texting me | stop messaging me | stop sending me messages
stop sending these texts
Stop sending me these | stop the texts | stop all messages | stop your text messages
no more texts | no more messages | No more text messages please | no texts | no more
cancel texts | end messages | I don't want these texts | I do not want any more messages
I no longer want to receive texts | I don't want to get messages from you
I do not wish to receive text messages | I want to stop receiving texts
can you please stop texting me | take me off your list | remove me from this list
Remove my number from your list | take my number off the list | get me off this list
opt out of texts | I revoke my consent | I withdraw my consent | consent revoked
do not contact me again | stop contacting me | Wrong number. Stop texting me.
unsubscribe from all | stop bothering me | please, no more texts, thank you
I don't want to receive anything from you | I want you to stop texting me
Alto | ALTO! | ¡Alto! | alto por favor | parar | Pare | paren | para | basta
¡Basta ya!
baja | Baja. | dar de baja | Denme de baja | quiero darme de baja | fin | salir
no me escriban más | No me escriban mas por favor | ya no me escriban | no me escriba
ya no quiero mensajes | No quiero más mensajes | no quiero recibir mensajes
No quiero recibir más mensajes de ustedes | no me manden mensajes | no me manden más
Por favor, no me envíen más mensajes de texto | ya no me manden nada | no más mensajes
no mas textos | dejen de escribirme | dejen de mandarme mensajes
Deje de enviarme textos
déjenme en paz | Dejeme en paz | paren los mensajes | alto a los mensajes
no quiero que me escriban más | quítenme de la lista | borren mi número
revoco mi consentimiento | ya no envíen mensajes | basta de mensajes | cancelar mensajes
Hola, ya no quiero mensajes, gracias | no me contacten | no me molesten más
"""
START = """
START | start | Start please | unstop | UNSTOP. | resume | subscribe | opt in | opt-in
text me again | start texting me again | Alta | ALTA | ¡alta! | reanudar | iniciar
quiero recibir mensajes | start again
"""
HELP = (
    "HELP | help! | Help please | info | INFO? | information | Ayuda | AYUDA, por favor"
)
HELP += "| información"
DECLINE = """
I can't come | I cannot make it | can't make it | I won't be there | not coming
cancel my appointment | Please cancel my appointment | I need to cancel
cancel my visit
No puedo ir | no puedo asistir | no podré ir | cancelar mi cita
quiero cancelar mi cita
"""
TEXT = """
Can I stop by earlier? | don't stop the reminders | Please don't stop texting me
I need to stop taking aspirin? | when do I stop eating? | Stop by at 3? | I'll stop by
my pain won't stop | it won't stop bleeding | make it stop | stop the pain
I want to stop | Should I stop my medicine | I stopped smoking | quit smoking last week
the bus stop is closed | where is the stop | end of month works | at the end of the day
weekend? | friend can drive me | I can't stop thinking about it | non stop pain
don't text me before 9 | don't text me at work | please text me the address
text me | call me | don't call me at work | do not forget me | I did not get your text
no | nope | no thanks | no problem | no questions | no pain | no fever | not yet
I don't need anything | I don't want this appointment moved | I don't like this
What time? | C4 | CC me | Can you confirm my address? | confirm what?
do I confirm here
rrr | are you open | R u open | r we still on | change of clothes? | help me I fell
can you help my wife park | info about parking please send | I started the pills
start at what time | where do I start | alta presión | ¿cuándo me dan de alta?
la presión está baja | tengo dolor bajo | voy a parar en la farmacia | para mañana
¿para qué hora? | fin de semana | no me escriban por la mañana
no paren los recordatorios
no dejen de mandarme mensajes | no | no gracias | no necesito nada
¿debo parar la aspirina?
alto dolor | me duele | si puedo ir en carro? | ok | OK! | 👍 | 😀 | thank you | gracias
hola | ... | ? | 5 | 9:00 | who is this | wrong number | ¿quién es? | stop? or go
Stop. I can't breathe | cancel the sedation | revoke my driver's consent form?
I will quit my job | Can I opt out of sedation? | remove me the bandage
unsubscribe who
"""


def shapes(text: str) -> list[str]:
    lines = text.strip("\n").split("\n")
    return [one for line in lines for one in line.split("|") if one.strip()]


TABLE = [
    (said, meaning)
    for meaning, text in (
        ("confirm", CONFIRM),
        ("reschedule", RESCHEDULE),
        ("stop", STOP),
        ("start", START),
        ("help", HELP),
        ("decline", DECLINE),
        ("text", TEXT),
    )
    for said in shapes(text)
]


def test_the_table_has_shapes_enough():
    assert len({said.strip() for said, _ in TABLE}) >= 300


@pytest.mark.parametrize(("said", "meaning"), TABLE)
def test_a_text_means_what_its_writer_means(said, meaning):
    assert classify(said).meaning == meaning


DRESSES = (
    str.upper,
    str.title,
    lambda said: f"  {said}\n",
    lambda said: f"{said}!!",
    lambda said: f"“{said}”",
    lambda said: f"{said} 🙏🏽",
    lambda said: unicodedata.normalize("NFD", said),
    lambda said: "".join(
        c for c in unicodedata.normalize("NFD", said) if not unicodedata.combining(c)
    ),
    lambda said: said.replace(" ", "  "),
    lambda said: said.replace("'", "’"),
)


@pytest.mark.parametrize("dress", DRESSES)
def test_case_accents_punctuation_blanks_and_emoji_do_not_count(dress):
    wrong = [
        said for said, meaning in TABLE if classify(dress(said)).meaning != meaning
    ]

    assert wrong == []


def test_wide_letters_are_letters():
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "STOP")

    assert classify(wide).meaning == "stop"


@pytest.mark.parametrize("said", ["cancel", "CANCEL.", "Cancel please", "cancelar"])
def test_cancel_stops_texts_and_may_mean_the_visit(said):
    reply = classify(said)

    assert (reply.meaning, reply.scope, reply.is_doubtful) == ("stop", "all", True)


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ("stop reminders", "reminders"),
        ("no more reminders", "reminders"),
        ("no más recordatorios", "reminders"),
        ("no me manden recordatorios", "reminders"),
        ("stop the questions", "check_ins"),
        ("no more check-ins", "check_ins"),
        ("no más preguntas", "check_ins"),
        ("stop reminders and questions", "text"),
        ("stop", "all"),
        ("no more messages", "all"),
    ],
)
def test_a_stop_may_be_about_one_purpose(said, scope):
    reply = classify(said)

    assert (reply.scope if reply.meaning == "stop" else "text") == scope


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("running late", 15),
        ("I'm running late", 15),
        ("running 10 minutes late", 10),
        ("I'll be 20 min late", 20),
        ("late 30", 30),
        ("15 min late", 15),
        ("voy a llegar tarde", 15),
        ("llego 10 minutos tarde", 10),
        ("llego tarde 30 min", 30),
        ("voy tarde", 15),
    ],
)
def test_a_text_can_say_how_late_somebody_comes(said, minutes):
    assert (classify(said).meaning, classify(said).minutes) == ("late", minutes)


@pytest.mark.parametrize("said", ["my late husband", "is it too late?", "99 min late"])
def test_other_lateness_is_for_a_person(said):
    assert classify(said).meaning == "text"


def test_the_language_of_a_reply_is_known():
    assert classify("Alto").language == "es"
    assert classify("STOP").language == "en"


def test_words_beside_a_stop_are_read_by_a_person():
    assert classify("Wrong number. Stop texting me.").has_more
    assert not classify("Stop. Please stop texting me!").has_more


def test_no_text_at_all_breaks_it():
    dice = random.Random(11)
    letters = [chr(dice.randrange(1, 0x2FFFF)) for _ in range(4000)]
    for _ in range(300):
        said = "".join(dice.choices(letters, k=dice.randrange(40)))
        assert classify(said).meaning
    assert classify("stop " * 400).meaning in {"text", "stop"}
    assert classify("no me escriban " + "mas " * 2000).meaning
