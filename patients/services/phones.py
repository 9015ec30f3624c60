"""Phone numbers as people write them into E.164, in the clinic's country."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

LONGEST_INPUT = 40
_MAY_APPEAR = re.compile(
    r"[\d\s()+./\u2010-\u2015-]+(?:(?:x|ext\.?|#)\s*\d+)?", re.IGNORECASE
)
_EXAMPLE = "such as {national}, or start with + and the country code"


class BadNumber(Exception):
    """The text is no phone number; `str()` says what is wrong and the remedy."""


def region_of(clinic_phone: str) -> str:
    """The country (ISO 3166) whose numbers may be written without its code."""
    try:
        number = phonenumbers.parse(clinic_phone, None)
    except NumberParseException:
        return "US"
    region = phonenumbers.region_code_for_number(number)
    return region or phonenumbers.region_code_for_country_code(number.country_code or 1)


def to_e164(text: str, region: str) -> str:
    """`text` as +17135550101. Raises BadNumber."""
    remedy = f"; give the whole number, {_example(region)}."
    if len(text) > LONGEST_INPUT or not _MAY_APPEAR.fullmatch(text.strip()):
        raise BadNumber(f"This is not a phone number{remedy}")
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise BadNumber(f"This is not a phone number{remedy}") from None
    _check(number, remedy)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _check(number: PhoneNumber, remedy: str) -> None:
    if number.extension:
        raise BadNumber("Leave out the extension; a text cannot reach one.")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise BadNumber(f"The phone number is too short{remedy}")
    if reason == ValidationResult.TOO_LONG:
        raise BadNumber(f"The phone number is too long{remedy}")
    if not phonenumbers.is_valid_number(number):
        raise BadNumber(f"No phone number looks like this; check the digits{remedy}")


def _example(region: str) -> str:
    number = phonenumbers.example_number(region)
    if number is None:
        return "starting with + and the country code"
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return _EXAMPLE.format(national=phonenumbers.format_number(number, form))
