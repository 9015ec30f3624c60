"""Telnyx's error codes and the reasons we keep.

Numbers and meanings are of its "Messaging Error Code Reference"
(developers.telnyx.com/docs/messaging/messages/error-codes), "API error codes"
(developers.telnyx.com/development/api-fundamentals/api-errors) and pages of single
codes (developers.telnyx.com/api/errors/40300), read in December 2026. Codes of 400xx
come with a webhook: then it is lost whatever the reason, which is for those who read
it. The others come with the answer (40300 with HTTP 409). A code that is not here
counts by its HTTP status alone.
"""

from typing import Final

from notifications.channels.contract import OPTED_OUT

CODES: Final[dict[str, str]] = {
    # The recipient.
    "10001": "number_invalid",  # inactive
    "10002": "number_invalid",
    "10016": "number_invalid",  # not in E.164
    "40001": "number_takes_no_texts",  # landline
    "40004": "number_unreachable",  # rejected by the destination
    "40006": "number_unreachable",  # the recipient's carrier does not answer
    "40008": "number_unreachable",  # not accepted by the carrier, for any reason
    "40012": "number_invalid",
    "40300": OPTED_OUT,
    "40310": "number_invalid",
    # What was said.
    "40002": "content_refused",  # spam, for now
    "40009": "content_refused",
    "40015": "content_refused",
    "40302": "content_refused",  # too long
    # Where we may send.
    "40309": "number_not_allowed",  # country not switched on
    # Too late.
    "40005": "too_late",
    "40014": "too_late",
    # Our own settings.
    "10009": "misconfigured",  # login
    "10010": "misconfigured",  # not permitted
    "10039": "misconfigured",  # this account texts verified numbers only
    "40003": "misconfigured",  # the carrier has blocked our number for good
    "40010": "misconfigured",  # our number is not registered (10DLC)
    "40013": "misconfigured",  # the sender
    "40100": "misconfigured",
    "40305": "misconfigured",
    "40308": "misconfigured",
    "40312": "misconfigured",  # messaging profile disabled
    "40313": "misconfigured",
    # For later.
    "10011": "too_many_requests",
    "40011": "too_many_requests",  # the carrier's limit
    "40318": "provider_busy",  # the queue is full
}
