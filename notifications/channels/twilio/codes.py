"""Twilio's error codes and the reasons we keep.

Numbers and meanings are of its "Error and Warning Dictionary"
(twilio.com/docs/api/errors, a page for each, read in December 2026); a code that is not
here counts as passing or final by its HTTP status alone.
Codes of 21xxx and 20xxx come with the answer to our request, those of 30xxx with a
status callback: then it is lost whatever the reason, which is for those who read it.
Since July 2024 there are finer codes beside 21211, 21606 and 21614 (Twilio's changelog,
"Updates to the error code dictionary"): 21265, 21266, 21635, 21659, 21660.
"""

from typing import Final

from notifications.channels.contract import OPTED_OUT

CODES: Final[dict[str, str]] = {
    # The recipient.
    "21211": "number_invalid",
    "21217": "number_invalid",
    "21265": "number_invalid",  # a short code
    "21266": "number_invalid",  # our own number
    "21610": OPTED_OUT,
    "21614": "number_takes_no_texts",  # no mobile
    "21635": "number_takes_no_texts",  # a landline
    "30003": "number_unreachable",  # switched off, or no coverage
    "30004": "number_unreachable",  # blocked by recipient or carrier
    "30005": "number_invalid",  # unknown to its carrier
    "30006": "number_takes_no_texts",  # landline or unreachable carrier
    "30008": "number_unreachable",  # "unknown error" of the carrier
    # What was said.
    "21602": "content_refused",  # empty
    "21617": "content_refused",  # too long
    "30007": "content_refused",  # a carrier's filter
    # Where we may send.
    "21408": "number_not_allowed",  # country not switched on
    "21612": "number_not_allowed",  # no way from our number to theirs
    "30450": "number_not_allowed",
    # Our own settings: they say nothing about the message.
    "20003": "misconfigured",  # login
    "20008": "misconfigured",  # a test account
    "21601": "misconfigured",  # the sender cannot text
    "21603": "misconfigured",  # no sender
    "21606": "misconfigured",  # the sender is not ours
    "21608": "misconfigured",  # a trial account texts verified numbers only
    "21609": "misconfigured",  # the callback address
    "21624": "misconfigured",  # validity period out of range
    "21659": "misconfigured",
    "21660": "misconfigured",
    "21701": "misconfigured",  # no such messaging service
    "21703": "misconfigured",  # it has no sender
    "30002": "misconfigured",  # account suspended
    "30024": "misconfigured",  # the carrier does not know our number yet
    "30032": "misconfigured",  # toll-free number not verified
    "30034": "misconfigured",  # number not registered (A2P 10DLC)
    # For later.
    "20429": "too_many_requests",
    "21611": "provider_busy",  # the sender's queue is full
    "30001": "provider_busy",  # the queue overflowed
    "30022": "too_many_requests",
    "30023": "too_many_requests",  # a day's limit, to midnight Pacific
    "30410": "provider_busy",  # a carrier timed out; Twilio does not try again
    "63038": "too_many_requests",  # the day's limit of the account
    # Too late.
    "30036": "too_late",  # our validity period was over
}
