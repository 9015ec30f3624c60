"""A clinic's telephone number as people write it."""

CALLING_CODE = "+1"
# A clinic of old times may have no number: a sentence does not end in the middle.
NO_PHONE = {"en": "our front desk", "es": "la recepción"}


def spoken_phone(number: str) -> str:
    """Return a North American number as people write it, others as they are."""
    digits = number.removeprefix(CALLING_CODE)
    if number.startswith(CALLING_CODE) and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number
