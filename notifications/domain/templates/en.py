"""English texts. A text message must fit one segment of 160."""

VERSION = 2

STOP = "STOP to opt out."
FOOTER = "\n\n{clinic}, {phone}"

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
        "{clinic}: {name}see you tomorrow, {when}. Details: {link} " + STOP,
    ),
    ("day_before", "email"): (
        "Tomorrow: {when}",
        "Hello {first_name},\n\nWe look forward to seeing you tomorrow, {when}.\n"
        "Please look at your instruction sheet.\n\n"
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
    ("check_in_d3", "sms"): (
        "",
        "{clinic}: {name}how are you today? A few questions, 2 minutes: {link} " + STOP,
    ),
    ("check_in_d3", "email"): (
        "How are you today?",
        "Hello {first_name},\n\nPlease answer a few questions about how you are. "
        "It takes about 2 minutes:\n{link}\n\n"
        "Nobody watches this inbox. In an emergency call 911." + FOOTER,
    ),
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
        "The link works once. If it was not you, there is nothing to do." + FOOTER,
    ),
    ("trial", "sms"): (
        "",
        "{clinic}: the text to be tried is not in use any more. " + STOP,
    ),
    ("trial", "email"): (
        "The text to be tried is not in use any more",
        "It was taken out after you had asked for it." + FOOTER,
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
