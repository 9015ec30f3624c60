"""Spanish (US) texts about the follow-ups, in the GSM-7 alphabet."""

from notifications.domain.catalogue import CHECK_IN, CHECK_INS
from notifications.domain.templates.es import FOOTER, STOP

NOT_WATCHED = "Nadie revisa este buzón. En una emergencia llame al 911."
ASKED_SMS = (
    "",
    "{clinic}: {name}¿qué tal sigue hoy? Unas preguntas, 2 minutos: {link} " + STOP,
)
ASKED_EMAIL = (
    "¿Cómo se siente hoy?",
    "Hola, {first_name}:\n\nPor favor, conteste unas preguntas sobre cómo se "
    "siente. Toma unos 2 minutos:\n{link}\n\n" + NOT_WATCHED + FOOTER,
)
TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    **{(kind, "sms"): ASKED_SMS for kind in (*CHECK_INS.values(), CHECK_IN)},
    **{(kind, "email"): ASKED_EMAIL for kind in (*CHECK_INS.values(), CHECK_IN)},
    ("check_in_nudge", "sms"): (
        "",
        "{clinic}: {name}unas preguntas le esperan, 2 minutos: {link} " + STOP,
    ),
    ("check_in_nudge", "email"): (
        "Unas preguntas le esperan",
        "Hola, {first_name}:\n\nLe preguntamos cómo se siente y no tenemos su "
        "respuesta. Toma unos 2 minutos:\n{link}\n\n" + NOT_WATCHED + FOOTER,
    ),
    ("time_to_book", "sms"): (
        "",
        "{clinic}: {name}ya puede reservar su siguiente cita. Elija la hora: {link} "
        + STOP,
    ),
    ("time_to_book", "email"): (
        "Ya puede reservar su siguiente cita",
        "Hola, {first_name}:\n\nYa puede reservar su siguiente cita en {clinic}.\n\n"
        "Para ver los horarios libres y elegir uno:\n{link}" + FOOTER,
    ),
    ("book_nudge", "sms"): (
        "",
        "{clinic}: {name}su siguiente cita sigue sin fecha. Elija la hora: {link} "
        + STOP,
    ),
    ("book_nudge", "email"): (
        "Su siguiente cita sigue sin fecha",
        "Hola, {first_name}:\n\nSu siguiente cita en {clinic} sigue sin fecha.\n\n"
        "Para ver los horarios libres y elegir uno:\n{link}" + FOOTER,
    ),
}
