"""English texts about the follow-ups. A text message must fit one segment of 160."""

from notifications.domain.catalogue import CHECK_IN, CHECK_INS
from notifications.domain.templates.en import FOOTER, STOP

NOT_WATCHED = "Nobody watches this inbox. In an emergency call 911."
ASKED_SMS = (
    "",
    "{clinic}: {name}how are you today? A few questions, 2 minutes: {link} " + STOP,
)
ASKED_EMAIL = (
    "How are you today?",
    "Hello {first_name},\n\nPlease answer a few questions about how you are. "
    "It takes about 2 minutes:\n{link}\n\n" + NOT_WATCHED + FOOTER,
)
TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    **{(kind, "sms"): ASKED_SMS for kind in (*CHECK_INS.values(), CHECK_IN)},
    **{(kind, "email"): ASKED_EMAIL for kind in (*CHECK_INS.values(), CHECK_IN)},
    ("check_in_nudge", "sms"): (
        "",
        "{clinic}: {name}a few questions still wait for you, 2 minutes: {link} " + STOP,
    ),
    ("check_in_nudge", "email"): (
        "A few questions wait for you",
        "Hello {first_name},\n\nWe asked how you are and have no answer yet. "
        "It takes about 2 minutes:\n{link}\n\n" + NOT_WATCHED + FOOTER,
    ),
    ("time_to_book", "sms"): (
        "",
        "{clinic}: {name}it is time to book your next visit. Choose a time: {link} "
        + STOP,
    ),
    ("time_to_book", "email"): (
        "Time to book your next visit",
        "Hello {first_name},\n\nIt is time to book your next visit at {clinic}.\n\n"
        "To see the free times and choose one:\n{link}" + FOOTER,
    ),
    ("book_nudge", "sms"): (
        "",
        "{clinic}: {name}your next visit is not booked yet. Choose a time: {link} "
        + STOP,
    ),
    ("book_nudge", "email"): (
        "Your next visit is not booked yet",
        "Hello {first_name},\n\nYour next visit at {clinic} is not booked yet.\n\n"
        "To see the free times and choose one:\n{link}" + FOOTER,
    ),
}
