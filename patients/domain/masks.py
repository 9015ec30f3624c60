"""Contacts shown to those who need not know them whole."""


def phone(number: str) -> str:
    """ "+17135550101" → "••• 0101"."""
    return f"••• {number[-4:]}" if number else ""


def email(address: str) -> str:
    """ "marisol@example.org" → "m•••@example.org"."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••{at}{host}" if address else ""
