"""The words before the procedure in both languages, one below the other.

`{more}` is empty, or tells what else is to be done that day (`MORE`).
"""

from typing import Final

from notifications.domain.templates import en, es

Texts = dict[tuple[str, str], tuple[str, str]]

# What another reminder of the same day says, in the text that goes first.
LIST, QUESTIONS = "list", "questions"
MORE: Final = {
    "en": {
        LIST: "Please see your list, too. ",
        QUESTIONS: "Please answer our questions. ",
    },
    "es": {
        LIST: "Lea su lista. ",
        QUESTIONS: "Conteste nuestras preguntas. ",
    },
}

ENGLISH: Final[Texts] = {
    ("enquiry_received", "sms"): (
        "",
        "{clinic}: we have your message and will call you. Our phone: {phone}. "
        + en.STOP,
    ),
    ("enquiry_received", "email"): (
        "We have your message",
        "Hello,\n\nThank you for writing to {clinic}. We have your message and "
        "will call you soon.\n\nIn an emergency call 911." + en.END,
    ),
    ("questionnaire", "sms"): (
        "",
        "{clinic}: {name}a few questions before your visit, 3 minutes: {link} "
        + en.STOP,
    ),
    ("questionnaire", "email"): (
        "A few questions before your visit",
        "Hello {first_name},\n\nYour visit is {when}.\n"
        "Please answer a few questions before it. It takes about 3 minutes:\n{link}"
        + en.FOOTER,
    ),
    ("prepare_t14", "sms"): (
        "",
        "{clinic}: {name}please read the list for your visit: {link} {more}" + en.STOP,
    ),
    ("prepare_t14", "email"): (
        "Please read your instructions",
        "Hello {first_name},\n\nYour visit is {when}.\n"
        "Please read how to prepare for it; every step has its day. {more}\n{link}"
        + en.FOOTER,
    ),
    ("prepare_t7", "sms"): (
        "",
        "{clinic}: {name}steps for your visit begin today. {more}Your list: {link} "
        + en.STOP,
    ),
    ("prepare_t7", "email"): (
        "Your steps begin today",
        "Hello {first_name},\n\nYour visit is {when}.\n"
        "Please begin today with the steps of your list. {more}\n{link}\n\n"
        "Questions: {phone}" + en.FOOTER,
    ),
    ("prepare_t2", "sms"): (
        "",
        "{clinic}: {name}your visit is {when}. {more}Your list: {link} " + en.STOP,
    ),
    ("prepare_t2", "email"): (
        "Your visit: {when}",
        "Hello {first_name},\n\nYour visit is {when}.\n"
        "Please look at your list once more. {more}\n{link}" + en.FOOTER,
    ),
    ("missed", "sms"): (
        "",
        "{clinic}: {name}we missed you. To find a new time: {link} " + en.STOP,
    ),
    ("missed", "email"): (
        "We missed you",
        "Hello {first_name},\n\nWe missed you on {when}.\n"
        "To find a new time:\n{link}\n\nOr call us: {phone}" + en.FOOTER,
    ),
}

SPANISH: Final[Texts] = {
    ("enquiry_received", "sms"): (
        "",
        "{clinic}: recibimos su mensaje y le llamaremos. Tel.: {phone}. " + es.STOP,
    ),
    ("enquiry_received", "email"): (
        "Recibimos su mensaje",
        "Hola:\n\nGracias por escribir a {clinic}. Recibimos su mensaje y le "
        "llamaremos pronto.\n\nEn una emergencia llame al 911." + es.END,
    ),
    ("questionnaire", "sms"): (
        "",
        "{clinic}: {name}unas preguntas antes de su cita, 3 minutos: {link} " + es.STOP,
    ),
    ("questionnaire", "email"): (
        "Unas preguntas antes de su cita",
        "Hola, {first_name}:\n\nSu cita es el {when}.\n"
        "Por favor, conteste antes unas preguntas. Toma unos 3 minutos:\n{link}"
        + es.FOOTER,
    ),
    ("prepare_t14", "sms"): (
        "",
        "{clinic}: {name}por favor, lea las instrucciones para su cita: "
        "{link} {more}" + es.STOP,
    ),
    ("prepare_t14", "email"): (
        "Por favor, lea sus instrucciones",
        "Hola, {first_name}:\n\nSu cita es el {when}.\n"
        "Por favor, lea cómo prepararse; cada paso tiene su día. {more}\n{link}"
        + es.FOOTER,
    ),
    ("prepare_t7", "sms"): (
        "",
        "{clinic}: {name}hoy empiezan los pasos para su cita. {more}Su lista: {link} "
        + es.STOP,
    ),
    ("prepare_t7", "email"): (
        "Hoy empiezan sus pasos",
        "Hola, {first_name}:\n\nSu cita es el {when}.\n"
        "Por favor, empiece hoy con los pasos de su lista. {more}\n{link}\n\n"
        "Preguntas: {phone}" + es.FOOTER,
    ),
    ("prepare_t2", "sms"): (
        "",
        "{clinic}: {name}su cita es el {when}. {more}Su lista: {link} " + es.STOP,
    ),
    ("prepare_t2", "email"): (
        "Su cita: {when}",
        "Hola, {first_name}:\n\nSu cita es el {when}.\n"
        "Por favor, lea su lista una vez más. {more}\n{link}" + es.FOOTER,
    ),
    ("missed", "sms"): (
        "",
        "{clinic}: {name}no pudo venir a su cita. Otra fecha u hora: {link} " + es.STOP,
    ),
    ("missed", "email"): (
        "Le esperábamos",
        "Hola, {first_name}:\n\nLe esperábamos el {when} y no pudo venir.\n"
        "Para buscar otra fecha u hora:\n{link}\n\nO llámenos: {phone}" + es.FOOTER,
    ),
}
