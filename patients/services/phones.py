"""Phone numbers as people write them into E.164, in the clinic's country."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from clinics.domain.plain_text import composed

LONGEST_INPUT = 40
_MAY_APPEAR = re.compile(
    r"[\d\s()+./\u2010-\u2015-]+(?:(?:x|ext\.?|#)\s*\d+)?", re.IGNORECASE
)
# North America: an area code and an exchange begin with 2 to 9; x11 are services.
_NORTH_AMERICAN = re.compile(r"\+1(?P<area>[2-9](?!11)\d{2})[2-9](?!11)\d{6}")
MEXICO, MEXICAN_LENGTH = 52, 10
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
    text = composed(text)
    remedy = f"; give the whole number, {_example(region)}."
    if len(text) > LONGEST_INPUT or not _MAY_APPEAR.fullmatch(text.strip()):
        raise BadNumber(f"This is not a phone number{remedy}")
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise BadNumber(f"This is not a phone number{remedy}") from None
    number = _without_old_mobile_prefix(number)
    _check(number, remedy)
    return _e164(number)


def remark(e164: str) -> str:
    """Something to look at in a stored number; "" if there is nothing."""
    match = _NORTH_AMERICAN.fullmatch(e164)
    if match is None or phonenumbers.is_valid_number(phonenumbers.parse(e164, None)):
        return ""
    return f"The area code {match['area']} is not in our list; check it by a call."


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _without_old_mobile_prefix(number: PhoneNumber) -> PhoneNumber:
    """Mexican mobiles had a 1 after the country code until 2019; people keep it."""
    digits = str(number.national_number)
    if number.country_code != MEXICO or len(digits) != MEXICAN_LENGTH + 1:
        return number
    if not digits.startswith("1"):
        return number
    return PhoneNumber(country_code=MEXICO, national_number=int(digits[1:]))


def _check(number: PhoneNumber, remedy: str) -> None:
    if number.extension:
        raise BadNumber("Leave out the extension; a text cannot reach one.")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise BadNumber(f"The phone number is too short{remedy}")
    if reason == ValidationResult.TOO_LONG:
        raise BadNumber(f"The phone number is too long{remedy}")
    # New area codes open faster than the library learns them; `remark` tells.
    is_known = phonenumbers.is_valid_number(number)
    if not is_known and not _NORTH_AMERICAN.fullmatch(_e164(number)):
        raise BadNumber(f"No phone number looks like this; check the digits{remedy}")


def _example(region: str) -> str:
    number = phonenumbers.example_number(region)
    if number is None:
        return "starting with + and the country code"
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return _EXAMPLE.format(national=phonenumbers.format_number(number, form))
