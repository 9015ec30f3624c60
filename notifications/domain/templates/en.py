"""English texts. A text message must fit one segment of 160."""

VERSION = 2

STOP = "STOP to opt out."
END = "\n\n{clinic}, {phone}"
# The way to STOP by mail: it opens with the birth date, as every link does.
FOOTER = END + "\n\nChoose what we send you, or stop it: {preferences}"

TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    ("confirmation", "sms"): (
        "",
        "{clinic}: {name}your visit is {when}. Confirm: {link} " + STOP,
    ),
    ("confirmation", "email"): (
        "Your visit: {when}",
        "Hello {first_name},\n\nYour visit at {clinic} is booked for {when}.\n\n"
        "To confirm it, to ask for another time, or for your calendar:\n{link}"
        + FOOTER,
    ),
    ("day_before", "sms"): (
        "",
        "{clinic}: {name}see you tomorrow, {when}. {more}Details: {link} " + STOP,
    ),
    ("day_before", "email"): (
        "Tomorrow: {when}",
        "Hello {first_name},\n\nWe look forward to seeing you tomorrow, {when}.\n"
        "Please look at your instruction sheet. {more}\n\n"
        "To confirm, or to ask for another time:\n{link}" + FOOTER,
    ),
    ("moved", "sms"): (
        "",
        "{clinic}: {name}new time for your visit: {when}. Confirm: {link} " + STOP,
    ),
    ("moved", "email"): (
        "New time for your visit: {when}",
        "Hello {first_name},\n\nYour visit at {clinic} was {was}.\n"
        "The new time is {when}.\n\n"
        "To confirm it, to ask for another time, or for your calendar:\n{link}"
        + FOOTER,
    ),
    ("cancelled", "sms"): (
        "",
        "{clinic}: {name}your visit on {when} is cancelled. "
        "Questions: {phone}. " + STOP,
    ),
    ("cancelled", "email"): (
        "Cancelled: your visit on {when}",
        "Hello {first_name},\n\nYour visit at {clinic} on {when} is cancelled.\n"
        "For a new time, please call {phone}." + FOOTER,
    ),
    ("offer", "sms"): (
        "",
        "{clinic}: {name}a time is free: {when}. First yes gets it: {link} " + STOP,
    ),
    ("offer", "email"): (
        "A time is free: {when}",
        "Hello {first_name},\n\nA time has become free at {clinic}: {when}.\n"
        "It is offered to several people; the first yes gets it.\n\n"
        "To take it, or to say no:\n{link}" + FOOTER,
    ),
    ("offer_gone", "sms"): (
        "",
        "{clinic}: {name}the time on {when} is no longer free. You stay on our list. "
        + STOP,
    ),
    ("offer_gone", "email"): (
        "No longer free: {when}",
        "Hello {first_name},\n\nThe time on {when} at {clinic} is no longer free.\n"
        "You stay on our list, and we will write again." + FOOTER,
    ),
    ("other_times", "sms"): (
        "",
        "{clinic}: {name}choose another time: {link} or call {phone}. " + STOP,
    ),
    ("other_times", "email"): (
        "Choose another time",
        "Hello {first_name},\n\nTo choose another time for your visit:\n{link}"
        + FOOTER,
    ),
    ("running_late", "sms"): (
        "",
        "{clinic}: {name}we are running about {minutes} min late today. We are sorry. "
        "Questions: {phone}. " + STOP,
    ),
    ("running_late", "email"): (
        "We are running about {minutes} minutes late",
        "Hello {first_name},\n\nWe are running about {minutes} minutes late today. "
        "We are sorry that you have to wait." + FOOTER,
    ),
    ("stop_confirmed", "sms"): (
        "",
        (
            "{clinic}: STOP received. You will get no more texts from us. "
            "To get them again, text START."
        ),
    ),
    ("stop_confirmed", "email"): (
        "You will get no more texts from us",
        "You will get no more texts from us. To get them again, text START." + END,
    ),
    ("purpose_stopped", "sms"): (
        "",
        "{clinic}: we will send you no more of these. For no texts at all, text STOP.",
    ),
    ("purpose_stopped", "email"): (
        "We will send you no more of these",
        "We will send you no more of these. For no texts at all, text STOP." + END,
    ),
    ("start_confirmed", "sms"): (
        "",
        "{clinic}: you will get our texts again. Questions: {phone}. " + STOP,
    ),
    ("start_confirmed", "email"): (
        "You will get our texts again",
        "You will get our texts again." + END,
    ),
    ("text_help", "sms"): (
        "",
        "{clinic}: for help call {phone}. In an emergency call 911. "
        "C confirms a visit, R asks for another time. " + STOP,
    ),
    ("text_help", "email"): (
        "How to reach us",
        "For help call {phone}. In an emergency call 911." + END,
    ),
    ("text_received", "sms"): (
        "",
        "{clinic}: we got your text. Nobody watches this number for emergencies: "
        "call 911. Otherwise call {phone}. " + STOP,
    ),
    ("text_received", "email"): (
        "We got your text",
        "We got your text. Nobody watches this number for emergencies: call 911. "
        "Otherwise call {phone}." + END,
    ),
    ("inbox_answer", "sms"): ("", "{clinic}: {text} " + STOP),
    ("inbox_answer", "email"): ("An answer to your text", "{text}" + END),
    ("new_link", "sms"): (
        "",
        "{clinic}: {name}here is your new link: {link} " + STOP,
    ),
    ("new_link", "email"): (
        "Your new link",
        "Hello {first_name},\n\nYou asked for a new link to your page at {clinic}:\n"
        "{link}\n\nIf you did not ask for it, there is nothing to do." + FOOTER,
    ),
    ("password_reset", "sms"): (
        "",
        "{clinic}: choose a new password: {link} " + STOP,
    ),
    ("password_reset", "email"): (
        "Choose a new password",
        "Somebody, most likely you, asked for a new password of your staff account.\n\n"
        "Choose it here:\n{link}\n\n"
        "The link works once. If it was not you, there is nothing to do." + END,
    ),
    ("trial", "sms"): (
        "",
        "{clinic}: the text to be tried is not in use any more. " + STOP,
    ),
    ("trial", "email"): (
        "The text to be tried is not in use any more",
        "It was taken out after you had asked for it." + END,
    ),
    ("on_call_page", "sms"): (
        "",
        (
            "{clinic} ON CALL: urgent task waits for you. "
            "Acknowledge within {minutes} min: {link}"
        ),
    ),
    ("on_call_page", "email"): (
        "{clinic} on call: urgent task",
        (
            "An urgent task waits for you.\n"
            "Please acknowledge it within {minutes} minutes:\n{link}"
        ),
    ),
}
