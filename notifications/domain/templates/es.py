"""Spanish (US) texts, kept in the GSM-7 alphabet where that costs no sense."""

VERSION = 4

STOP = "STOP para no recibir mensajes."
END = "\n\n{clinic}, {phone}"
FOOTER = END + "\n\nElija qué le enviamos, o deje de recibirlo: {preferences}"

TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    ("confirmation", "sms"): (
        "",
        "{clinic}: {name}su cita es el {when}. Confirme: {link} " + STOP,
    ),
    ("confirmation", "email"): (
        "Su cita: {when}",
        "Hola, {first_name}:\n\nSu cita en {clinic} es el {when}.\n\n"
        "Para confirmarla, pedir otra fecha u hora, o ponerla en su calendario:\n{link}"
        + FOOTER,
    ),
    ("day_before", "sms"): (
        "",
        "{clinic}: {name}le esperamos mañana, {when}. {more}Detalles: {link} " + STOP,
    ),
    ("day_before", "email"): (
        "Mañana: {when}",
        "Hola, {first_name}:\n\nLe esperamos mañana, {when}.\n"
        "Por favor, lea su hoja de instrucciones. {more}\n\n"
        "Para confirmar o pedir otra fecha u hora:\n{link}" + FOOTER,
    ),
    ("moved", "sms"): (
        "",
        "{clinic}: {name}nueva fecha y hora de su cita: {when}. Confirme: {link} "
        + STOP,
    ),
    ("moved", "email"): (
        "Nueva fecha y hora de su cita: {when}",
        "Hola, {first_name}:\n\nSu cita en {clinic} era el {was}.\n"
        "La nueva fecha y hora: {when}.\n\n"
        "Para confirmarla, pedir otra fecha u hora, o ponerla en su calendario:\n{link}"
        + FOOTER,
    ),
    ("cancelled", "sms"): (
        "",
        "{clinic}: {name}su cita del {when} queda cancelada. "
        "Preguntas: {phone}. " + STOP,
    ),
    ("cancelled", "email"): (
        "Cancelada: su cita del {when}",
        "Hola, {first_name}:\n\nSu cita en {clinic} del {when} queda cancelada.\n"
        "Para otra fecha, llame al {phone}." + FOOTER,
    ),
    ("offer", "sms"): (
        "",
        "{clinic}: {name}hay un horario libre: {when}. "
        "Es de quien conteste primero: {link} " + STOP,
    ),
    ("offer", "email"): (
        "Hay un horario libre: {when}",
        "Hola, {first_name}:\n\nHay un horario libre en {clinic}: {when}.\n"
        "Se ofrece a varias personas; es de quien conteste primero.\n\n"
        "Para tomarlo o decir que no:\n{link}" + FOOTER,
    ),
    ("offer_gone", "sms"): (
        "",
        "{clinic}: {name}el horario del {when} ya no queda libre. "
        "Usted sigue en la lista. " + STOP,
    ),
    ("offer_gone", "email"): (
        "Ya no está libre: {when}",
        "Hola, {first_name}:\n\nEl horario del {when} en {clinic} ya no queda libre.\n"
        "Usted sigue en la lista, y le escribiremos otra vez." + FOOTER,
    ),
    ("other_times", "sms"): (
        "",
        "{clinic}: {name}elija otra fecha u hora: {link} o llame al {phone}. " + STOP,
    ),
    ("other_times", "email"): (
        "Elija otra fecha u hora",
        "Hola, {first_name}:\n\nPara elegir otra fecha u hora para su cita:\n{link}"
        + FOOTER,
    ),
    ("running_late", "sms"): (
        "",
        "{clinic}: {name}hoy vamos con unos {minutes} min de retraso. Lo sentimos. "
        "Preguntas: {phone}. " + STOP,
    ),
    ("running_late", "email"): (
        "Vamos con unos {minutes} minutos de retraso",
        "Hola, {first_name}:\n\nHoy vamos con unos {minutes} minutos de retraso. "
        "Sentimos la espera." + FOOTER,
    ),
    ("stop_confirmed", "sms"): (
        "",
        (
            "{clinic}: recibimos su STOP. Ya no le enviaremos mensajes de texto. "
            "Para recibirlos otra vez, mande ALTA."
        ),
    ),
    ("stop_confirmed", "email"): (
        "Ya no le enviaremos mensajes de texto",
        "Ya no le enviaremos mensajes de texto. Para recibirlos otra vez, mande ALTA."
        + END,
    ),
    ("purpose_stopped", "sms"): (
        "",
        (
            "{clinic}: ya no le enviaremos estos mensajes. Para no recibir ninguno, "
            "mande STOP."
        ),
    ),
    ("purpose_stopped", "email"): (
        "Ya no le enviaremos estos mensajes",
        "Ya no le enviaremos estos mensajes. Para no recibir ninguno, mande STOP."
        + END,
    ),
    ("start_confirmed", "sms"): (
        "",
        "{clinic}: le enviaremos mensajes otra vez. Preguntas: {phone}. " + STOP,
    ),
    ("start_confirmed", "email"): (
        "Le enviaremos mensajes otra vez",
        "Le enviaremos mensajes de texto otra vez." + END,
    ),
    ("text_help", "sms"): (
        "",
        "{clinic}: para ayuda llame al {phone}. En una emergencia llame al 911. "
        "C confirma la cita, R pide otra fecha u hora. " + STOP,
    ),
    ("text_help", "email"): (
        "Cómo comunicarse con nosotros",
        "Para ayuda llame al {phone}. En una emergencia llame al 911." + END,
    ),
    ("text_received", "sms"): (
        "",
        "{clinic}: recibimos su mensaje. Estos mensajes no se leen en una emergencia: "
        "llame al 911. Si no lo es, llame al {phone}. " + STOP,
    ),
    ("text_received", "email"): (
        "Recibimos su mensaje",
        "Recibimos su mensaje. Estos mensajes no se leen en una emergencia: llame al "
        "911. Si no lo es, llame al {phone}." + END,
    ),
    ("inbox_answer", "sms"): ("", "{clinic}: {text} " + STOP),
    ("inbox_answer", "email"): ("Respuesta a su mensaje", "{text}" + END),
    ("new_link", "sms"): (
        "",
        "{clinic}: {name}este es su enlace nuevo: {link} " + STOP,
    ),
    ("new_link", "email"): (
        "Su enlace nuevo",
        "Hola, {first_name}:\n\nUsted pidió un enlace nuevo a su página en {clinic}:\n"
        "{link}\n\nSi no lo pidió, no tiene que hacer nada." + FOOTER,
    ),
    ("password_reset", "sms"): (
        "",
        "{clinic}: elija una clave nueva: {link} " + STOP,
    ),
    ("password_reset", "email"): (
        "Elija una clave nueva",
        "Alguien, seguramente usted, pidió una clave nueva para su cuenta de trabajo."
        "\n\nElíjala aquí:\n{link}\n\n"
        "El enlace sirve una vez. Si no fue usted, no tiene que hacer nada." + END,
    ),
    ("trial", "sms"): ("", "{clinic}: el texto de prueba ya no se usa. " + STOP),
    ("trial", "email"): (
        "El texto de prueba ya no se usa",
        "Se quitó después de que usted lo pidió." + END,
    ),
    ("on_call_page", "sms"): (
        "",
        (
            "{clinic} DE GUARDIA: una tarea urgente le espera. "
            "Acuse recibo en {minutes} min: {link}"
        ),
    ),
    ("on_call_page", "email"): (
        "{clinic}, de guardia: tarea urgente",
        (
            "Una tarea urgente le espera.\n"
            "Por favor, acuse recibo en {minutes} minutos:\n{link}"
        ),
    ),
}
