"""Twilio's error codes and the reasons we keep.

Numbers and meanings are of its "Error and Warning Dictionary"
(twilio.com/docs/api/errors); a code that is not here counts as passing or final by its
HTTP status alone.
Codes of 21xxx and 20xxx come with the answer to our request, those of 30xxx with a
status callback.
"""

from typing import Final

from notifications.channels.contract import OPTED_OUT

CODES: Final[dict[str, str]] = {
    # The recipient.
    "21211": "number_invalid",
    "21217": "number_invalid",
    "21265": "number_invalid",  # a short code
    "21610": OPTED_OUT,
    "21614": "number_takes_no_texts",  # no mobile
    "21635": "number_takes_no_texts",  # a landline
    "30003": "number_unreachable",
    "30004": "number_unreachable",  # blocked by recipient or carrier
    "30005": "number_invalid",  # unknown to its carrier
    "30006": "number_takes_no_texts",  # landline or unreachable carrier
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
    "21603": "misconfigured",  # no sender
    "21606": "misconfigured",  # the sender is not ours
    "21609": "misconfigured",  # the callback address
    "21659": "misconfigured",
    "21660": "misconfigured",
    "21701": "misconfigured",  # no such messaging service
    "21703": "misconfigured",  # it has no sender
    "30002": "misconfigured",  # account suspended
    "30034": "misconfigured",  # number not registered (A2P 10DLC)
    # For later.
    "20429": "too_many_requests",
    "21611": "provider_busy",  # the sender's queue is full
    "30001": "provider_busy",
    "30022": "too_many_requests",
    "63038": "too_many_requests",  # the day's limit of the account
}
