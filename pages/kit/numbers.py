"""Whole numbers as forms and addresses send them."""

from procedures.fields.forms import is_number


def read(text: str, otherwise: int) -> int:
    """The number in `text`, or `otherwise` where there is none that can be meant."""
    return int(text) if is_number(text) else otherwise


def version(text: str, current: int) -> int:
    """The version a form was made for; without one, that of now. What is no version
    is none there ever was, and so an outdated one."""
    return read(text, 0) if text else current
