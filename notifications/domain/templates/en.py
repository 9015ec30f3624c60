"""English texts. A text message must fit one segment of 160."""

VERSION = 2

STOP = "STOP to opt out."
FOOTER = "\n\n{clinic}, {phone}\nPlease do not reply to this e-mail."

TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    ("confirmation", "sms"): (
        "",
        "{clinic}: {name}your visit is {when}. Confirm: {link} " + STOP,
    ),
    ("confirmation", "email"): (
        "Your visit: {when}",
        "Hello {first_name},\n\nYour visit at {clinic} is booked for {when}.\n\n"
        "To confirm it, or to ask for another time:\n{link}" + FOOTER,
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
        "To confirm it, or to ask for another time:\n{link}" + FOOTER,
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
