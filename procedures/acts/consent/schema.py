"""Questions of a consent, signed or taken back."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field


def _unless_revoked(**options: object) -> Field:
    return Field(required_unless="revoke", **options)  # type: ignore[arg-type]


CONSENT_TARGET = (
    Field(name="target", kind="text", label="Target", required=False),
    Field(
        name="laterality", kind="choice", label="Side", choices=vocabulary.LATERALITIES
    ),
)


CONSENT = ActSchema(
    act="consent",
    label="Consent",
    signature="I have explained it and the patient agrees, as written here.",
    fields=(
        Field(
            name="consent_type",
            kind="choice",
            label="Consent to",
            choices=vocabulary.CONSENT_TYPES,
            default="procedure",
        ),
        Field(
            name="revoke",
            kind="boolean",
            label="The patient takes this consent back",
            required=False,
            default=False,
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="taken back",
            hard=(0, 500),
        ),
        _unless_revoked(
            name="document_id", kind="text", label="Document", hard=(1, 64)
        ),
        _unless_revoked(
            name="document_version", kind="text", label="Version", hard=(1, 16)
        ),
        _unless_revoked(
            name="document_sha256",
            kind="text",
            label="Document's SHA-256",
            hard=(64, 64),
        ),
        Field(
            name="language",
            kind="choice",
            label="Language",
            choices=(("en", "English"), ("es", "Spanish")),
            default="en",
        ),
        Field(
            name="interpreter_id",
            kind="text",
            label="Interpreter",
            required=False,
            hard=(0, 32),
        ),
        _unless_revoked(
            name="targets",
            kind="group",
            label="Target",
            fields=CONSENT_TARGET,
            min_items=1,
        ),
        _unless_revoked(
            name="harvest_sites",
            kind="multichoice",
            label="Harvest sites",
            choices=vocabulary.HARVEST_SITES,
            min_items=1,
        ),
        Field(
            name="sedation",
            kind="choice",
            label="Sedation",
            choices=vocabulary.SEDATION_LEVELS,
            default="none",
        ),
        Field(
            name="proceduralist",
            kind="integer",
            label="Proceduralist",
            required=False,
            hint="A user's id; by default who signs.",
        ),
        _unless_revoked(
            name="signer_name", kind="text", label="Signed by", hard=(1, 120)
        ),
        Field(
            name="signer_relation",
            kind="text",
            label="Relation to the patient",
            default="self",
            hard=(1, 40),
        ),
    ),
    sections=(
        ("What is agreed", ("consent_type", "language", "interpreter_id")),
        ("Scope", ("targets", "harvest_sites", "sedation", "proceduralist")),
        ("Document", ("document_id", "document_version", "document_sha256")),
        ("Who agrees", ("signer_name", "signer_relation")),
        ("Taking a consent back", ("revoke", "reason")),
    ),
    versions=("ff9467b095f27918",),
)
