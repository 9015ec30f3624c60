"""The fields with which people prove to be there, and say when it happened."""

from django import forms

from pages.kit.forms import MomentInput, area
from procedures.fields.schema import ActSchema

SIGNATURE = ("signature_password", "signature_totp")
SECOND = ("second_email", "second_password", "second_totp")
LATE = ("occurred_at", "late_reason")
# Acts that ask a second person only in some cases; the refusal says when.
MAY_NEED_SECOND = frozenset(
    {"override", "check_in", "hand_off", "process", "not_done", "correct"}
)


def proof_fields(schema: ActSchema) -> dict[str, forms.Field]:
    """Signer, second person and time of an act, as far as it asks for them."""
    fields: dict[str, forms.Field] = {}
    if schema.signature:
        fields |= _signature()
    if schema.second_person or schema.act in MAY_NEED_SECOND:
        fields |= _second(required=schema.second_person)
    fields["occurred_at"] = forms.CharField(
        label="When it happened",
        help_text="Only for what is entered late. Left empty: now.",
        required=False,
        widget=MomentInput(),
    )
    fields["late_reason"] = forms.CharField(
        label="Why it is entered late",
        help_text="Asked when it lies further back than the clinic allows.",
        required=False,
        widget=area(2),
    )
    return fields


def _signature() -> dict[str, forms.Field]:
    return {
        "signature_password": _password("Your password", "current-password"),
        "signature_totp": _code("Your code", "If you sign in with an app."),
    }


def _second(*, required: bool) -> dict[str, forms.Field]:
    email = forms.CharField(
        label="Their e-mail",
        required=required,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    return {
        "second_email": email,
        "second_password": _password("Their password", "off", required=required),
        "second_totp": _code("Their code", "If they sign in with an app."),
    }


def _password(label: str, complete: str, *, required: bool = True) -> forms.Field:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, required=required, widget=widget)


def _code(label: str, hint: str) -> forms.Field:
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        widget=forms.TextInput(attrs=attrs),
    )
